import AddressSpace

extension ContentScene {
  /// An image has fewer parts than this.
  private static let mostParts = 64

  /// Where what a program or library needs above its writable end stops, by its program headers;
  /// what the kernel merged with it begins there. Nil where the headers are not in memory.
  func endOfImage(below index: Int) -> Address? {
    var first = index
    let least = max(0, index - Self.mostParts)
    while first > least, map.regions[first - 1].kind == .image, map.regions[first].isUnnamed {
      first -= 1
    }
    let name = map.regions[first].name
    guard !name.isEmpty else { return nil }
    while first > least, map.regions[first].offset > 0,
      map.regions[first - 1].name == name || map.regions[first - 1].isUnnamed,
      map.regions[first - 1].kind == .image
    {
      first -= 1
    }
    let base = map.regions[first].range.lower
    return map.regions[first].offset == 0 ? endOfImage(at: base) : nil
  }

  /// The highest end of the `PT_LOAD` segments of the ELF file at `base`, rounded up to pages.
  private func endOfImage(at base: Address) -> Address? {
    let isWide = wordSize == .bits64
    guard let header = memory.bytes(at: base, count: isWide ? 64 : 52),
      header.starts(with: [0x7F, 0x45, 0x4C, 0x46]), header[4] == (isWide ? 2 : 1)
    else { return nil }
    // e_type, e_phoff, e_phentsize and e_phnum (System V ABI, chapter 4).
    let isFixed = header[16..<18].littleEndian == 2
    let table = isWide ? header[32..<40].littleEndian : header[28..<32].littleEndian
    let entry = Int(header[isWide ? 54..<56 : 42..<44].littleEndian)
    let count = Int(header[isWide ? 56..<58 : 44..<46].littleEndian)
    guard table < 1 << 16, entry == (isWide ? 56 : 32), count <= 128,
      let headers = memory.bytes(at: base + ByteCount(table), count: entry * count)
    else { return nil }
    var end: UInt64 = 0
    for number in 0..<count {
      let one = headers[(number * entry)..<((number + 1) * entry)]
      func field(_ offset: Int, _ length: Int) -> UInt64 {
        one[(one.startIndex + offset)..<(one.startIndex + offset + length)].littleEndian
      }
      guard field(0, 4) == 1 else { continue }
      let (address, size) = isWide ? (field(16, 8), field(40, 8)) : (field(8, 4), field(20, 4))
      let (sum, overflow) = address.addingReportingOverflow(size)
      if !overflow { end = max(end, sum) }
    }
    guard end > 0, end < 1 << 47 else { return nil }
    let address = isFixed ? Address(end) : base + ByteCount(end)
    return address.roundedUp(to: .kibibytes(4))
  }
}
