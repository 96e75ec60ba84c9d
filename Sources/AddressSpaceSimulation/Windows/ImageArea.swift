public import AddressSpace

/// Where images that may be moved lie: one area for all processes of a boot, of 10,240 slots of
/// 64 KiB up to 0x78000000, for 64-bit ones below the end of user space.
///
/// It is searched from the bias downwards for the first run of free slots; below the end of the area
/// the search goes on at its top.
public struct ImageArea: Hashable, Sendable {
  /// The first address above it.
  public static let top: Address = 0x7800_0000

  /// The first address above that of a model.
  static func top(in model: WindowsModel) -> Address {
    guard model.limit == .wide else { return top }
    return model.top.roundedDown(to: .gibibytes(4))
  }

  static let slots: UInt64 = 0x2800

  private let bias: UInt64
  private let top: Address
  /// Runs of free slots, counted from the bias downwards, in the order of the search.
  private var free: [Range<UInt64>]

  /// An empty area whose first image ends so many slots below its top.
  public init(bias: UInt64, below top: Address = Self.top) {
    self.bias = bias % Self.slots
    self.top = top
    let turn = Self.slots - self.bias
    free = [0..<turn, turn..<Self.slots].filter { !$0.isEmpty }
  }

  /// Takes room for an image; nil where no run of free slots is long enough.
  public mutating func take(_ size: ByteCount) -> Address? {
    let count = Self.count(size)
    guard count > 0, let index = free.firstIndex(where: { $0.upperBound - $0.lowerBound >= count })
    else { return nil }
    let first = free[index].lowerBound
    free[index] = first + count..<free[index].upperBound
    if free[index].isEmpty { free.remove(at: index) }
    return address(of: first, count)
  }

  /// Passes over free slots, as if something lay there that is of no further interest.
  mutating func skip(_ slots: UInt64) {
    if slots > 0 { _ = take(ByteCount(min(slots, Self.slots) * Layout.windowsSlot.value)) }
  }

  static func count(_ size: ByteCount) -> UInt64 {
    (size.roundedUp(to: Layout.windowsSlot) ?? size).value / Layout.windowsSlot.value
  }

  private func address(of first: UInt64, _ count: UInt64) -> Address {
    let index = (first + bias) % Self.slots
    return top - ByteCount((index + count) * Layout.windowsSlot.value)
  }
}
