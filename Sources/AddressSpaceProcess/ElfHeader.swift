import AddressSpace

/// The first bytes of an ELF file: how wide its addresses are and what it runs on.
struct ElfHeader {
  let wordSize: WordSize
  let machine: Machine

  /// Reads `e_ident` and `e_machine` (System V ABI, chapter 4); nil where it is no ELF file.
  init?(_ bytes: [UInt8]) {
    guard bytes.count >= 20, bytes.starts(with: [0x7F, 0x45, 0x4C, 0x46]) else { return nil }
    switch bytes[4] {
    case 1: wordSize = .bits32
    case 2: wordSize = .bits64
    default: return nil
    }
    let isBigEndian = bytes[5] == 2
    let number =
      isBigEndian
      ? UInt16(bytes[18]) << 8 | UInt16(bytes[19])
      : UInt16(bytes[19]) << 8 | UInt16(bytes[18])
    machine = Machine(elfNumber: number)
  }
}
