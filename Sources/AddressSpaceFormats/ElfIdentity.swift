package import AddressSpace

/// The first bytes of an ELF file: how wide its addresses are and what it runs on.
package struct ElfIdentity: Sendable {
  /// How wide its addresses are.
  package let wordSize: WordSize
  /// What it was built for.
  package let machine: Machine
  /// Whether numbers have their highest byte first.
  let isBigEndian: Bool

  /// Reads `e_ident` and `e_machine` (System V ABI, chapter 4); nil where it is no ELF file.
  package init?(_ bytes: [UInt8]) {
    guard bytes.count >= 20, bytes.starts(with: [0x7F, 0x45, 0x4C, 0x46]) else { return nil }
    switch bytes[4] {
    case 1: wordSize = .bits32
    case 2: wordSize = .bits64
    default: return nil
    }
    isBigEndian = bytes[5] == 2
    var cursor = BinaryCursor(bytes, isBigEndian: isBigEndian)
    guard cursor.skip(18), let number = cursor.uint16() else { return nil }
    machine = Machine(elfNumber: number)
  }
}
