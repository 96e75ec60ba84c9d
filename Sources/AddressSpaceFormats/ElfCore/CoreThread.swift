import AddressSpace

/// A thread in a core: `elf_prstatus` (`linux/elfcore.h`) with the registers of its processor.
struct CoreThread {
  let id: Int32
  /// Where its stack pointer stood, nil on processors whose registers are not known here.
  let stackPointer: Address?
  /// The kernel it ran under, where its segments tell: they have other numbers in a 32-bit process
  /// on a 64-bit x86 kernel than on a 32-bit one.
  let kernel: Machine?

  init?(_ bytes: [UInt8], _ header: ElfHeaderFields) {
    let isWide = header.wordSize == .bits64
    var cursor = BinaryCursor(bytes, isBigEndian: header.isBigEndian)
    guard cursor.seek(to: isWide ? 32 : 24), let id = cursor.uint32() else { return nil }
    self.id = Int32(truncatingIfNeeded: id)
    let registers = isWide ? 112 : 72
    func register(_ number: Int?) -> UInt64? {
      guard let number else { return nil }
      var cursor = cursor
      let width = Int(header.wordSize.pointerBytes)
      return cursor.seek(to: registers + number * width) ? cursor.word(header.wordSize) : nil
    }
    stackPointer = register(Self.stackRegister(header)).map { Address($0) }
    let segment = header.machine == .i386 ? register(Self.codeSegment) : nil
    kernel = segment == 0x23 ? .x86_64 : segment == 0x73 ? .i386 : nil
  }

  /// The place of the stack pointer among the registers (`user_regs_struct`).
  private static func stackRegister(_ header: ElfHeaderFields) -> Int? {
    switch (header.machine, header.wordSize) {
    case (.i386, .bits32): 15
    case (.x86_64, .bits64): 19
    case (.arm, .bits32): 13
    case (.arm64, .bits64): 31
    default: nil
    }
  }

  private static let codeSegment = 13
}
