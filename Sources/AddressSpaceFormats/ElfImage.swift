public import AddressSpace

/// The pages that a program or library spans where it is mapped, from its program headers (System V
/// ABI, chapter 5). A map may have merged its end with a neighbour; they tell where it ends.
public struct ElfImage: Equatable, Sendable {
  /// From the first to the last of its pages.
  public let pages: AddressRange
  /// The first address above its data, not rounded.
  public let end: Address
  /// Whether it may be mapped anywhere.
  public let isPositionIndependent: Bool

  /// The image whose ELF header is at `base`; nil where none is there or it makes no sense.
  ///
  /// - Parameter read: some bytes of the process's memory, nil where not all can be had.
  public init?(at base: Address, read: (_ address: Address, _ count: Int) -> [UInt8]?) {
    guard let bytes = read(base, Self.headerSize), let header = ElfHeaderFields(bytes),
      header.tableOffset < 1 << 20, header.entrySize >= header.leastEntry, header.entries < 256,
      case let size = Int(header.entrySize) * Int(header.entries),
      let start = ByteCount(base.value).adding(ByteCount(header.tableOffset)),
      let table = read(Address(start.value), size)
    else { return nil }
    var low = UInt64.max
    var high: UInt64 = 0
    for segment in ElfSegment.table(table, header) where segment.kind == ElfSegment.load {
      let (end, overflows) = segment.address.addingReportingOverflow(segment.memorySize)
      guard !overflows else { return nil }
      low = min(low, segment.address)
      high = max(high, end)
    }
    let page = low - low % Self.page
    guard low < high, let end = ByteCount(base.value).adding(ByteCount(high - page)),
      let upper = end.roundedUp(to: ByteCount(Self.page)),
      let pages = AddressRange(base, Address(upper.value))
    else { return nil }
    self.pages = pages
    self.end = Address(end.value)
    isPositionIndependent = header.type == ElfHeaderFields.shared
  }

  private static let headerSize = 64
  private static let page: UInt64 = 4096
}
