import AddressSpace

/// Finds what the kernel mapped first, flush at the base of all mappings: the dynamic loader, or a
/// static position-independent program. Its size comes from its program headers, since a map may
/// have merged its end with a neighbour.
struct FirstMapping {
  let pid: Int32
  let wordSize: WordSize

  func range() -> AddressRange? {
    guard let memory = ProcessMemory(pid: pid, wordSize: wordSize),
      let vector = try? ProcFile(pid: pid).bytes("auxv")
    else { return nil }
    let values = auxiliaryValues(vector)
    if let loader = values[Self.loaderBase], loader != 0 {
      return span(of: Address(loader), in: memory)?.range
    }
    // Without a loader the program itself was first, where it may lie anywhere.
    guard let headers = values[Self.programHeaders] else { return nil }
    let page = Address(headers).roundedDown(to: .kibibytes(4))
    guard let program = span(of: page, in: memory), program.isPositionIndependent else {
      return nil
    }
    return program.range
  }

  /// `AT_BASE` and `AT_PHDR` of `getauxval(3)`.
  private static let loaderBase: UInt64 = 7
  private static let programHeaders: UInt64 = 3

  private func auxiliaryValues(_ bytes: [UInt8]) -> [UInt64: UInt64] {
    let width = Int(wordSize.pointerBytes)
    var values: [UInt64: UInt64] = [:]
    var offset = 0
    while offset + 2 * width <= bytes.count {
      let key = bytes[offset..<offset + width].littleEndian
      values[key] = bytes[offset + width..<offset + 2 * width].littleEndian
      offset += 2 * width
    }
    return values
  }

  private struct Span {
    let range: AddressRange
    let isPositionIndependent: Bool
  }

  /// The pages that the loadable segments of the image at `base` span (System V ABI, chapter 5).
  private func span(of base: Address, in memory: borrowing ProcessMemory) -> Span? {
    guard let header = memory.bytes(at: base, count: 64), ElfHeader(header) != nil else {
      return nil
    }
    let isWide = wordSize == .bits64
    let table = (isWide ? header[32..<40] : header[28..<32]).littleEndian
    let size = Int((isWide ? header[54..<56] : header[42..<44]).littleEndian)
    let count = Int((isWide ? header[56..<58] : header[44..<46]).littleEndian)
    guard table < 1 << 20, size >= (isWide ? 56 : 32), count < 256,
      let entries = memory.bytes(at: base + ByteCount(table), count: size * count)
    else { return nil }
    var low = UInt64.max
    var high: UInt64 = 0
    for start in stride(from: 0, to: size * count, by: size) {
      func field(_ narrow: Range<Int>, _ wide: Range<Int>) -> UInt64 {
        let range = isWide ? wide : narrow
        return entries[(start + range.lowerBound)..<(start + range.upperBound)].littleEndian
      }
      guard field(0..<4, 0..<4) == 1 else { continue }
      let address = field(8..<12, 16..<24)
      let (end, overflow) = address.addingReportingOverflow(field(20..<24, 40..<48))
      guard !overflow else { return nil }
      low = min(low, address)
      high = max(high, end)
    }
    guard low < high, let end = ByteCount(high).roundedUp(to: .kibibytes(4)),
      let upper = ByteCount(base.value).adding(end.lowered(by: ByteCount(low - low % 4096)))
    else { return nil }
    let type = header[16..<18].littleEndian
    return AddressRange(base, Address(upper.value)).map {
      Span(range: $0, isPositionIndependent: type == 3)
    }
  }
}
