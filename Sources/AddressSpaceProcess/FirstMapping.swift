import AddressSpace
import AddressSpaceFormats

/// Finds what the kernel mapped first, flush at the base of all mappings: the dynamic loader, or a
/// static position-independent program. Its size comes from its program headers, since a map may
/// have merged its end with a neighbour.
struct FirstMapping {
  let pid: Int32
  let wordSize: WordSize

  func range() -> AddressRange? {
    guard let memory = ProcessMemory(pid: pid, wordSize: wordSize, map: nil),
      let vector = try? ProcFile(pid: pid).bytes("auxv")
    else { return nil }
    let values = auxiliaryValues(vector)
    if let loader = values[Self.loaderBase], loader != 0 {
      return image(at: Address(loader), in: memory)?.pages
    }
    // Without a loader the program itself was first, where it may lie anywhere.
    guard let headers = values[Self.programHeaders] else { return nil }
    let page = Address(headers).roundedDown(to: .kibibytes(4))
    guard let program = image(at: page, in: memory), program.isPositionIndependent else {
      return nil
    }
    return program.pages
  }

  private func image(at base: Address, in memory: borrowing ProcessMemory) -> ElfImage? {
    ElfImage(at: base) { memory.bytes(at: $0, count: $1) }
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
}
