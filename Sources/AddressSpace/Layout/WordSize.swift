/// How wide a process's addresses are.
public enum WordSize: Int, Sendable {
  case bits32 = 32
  case bits64 = 64

  /// The bytes of one pointer.
  public var pointerBytes: UInt64 { UInt64(rawValue) / 8 }
}

/// The processor family a program was built for, as its ELF header names it.
public enum Machine: String, Sendable {
  case i386
  case x86_64
  case arm
  case arm64
  case other

  /// The processor by its number in an ELF file (`e_machine`).
  public init(elfNumber: UInt16) {
    switch elfNumber {
    case 3: self = .i386
    case 40: self = .arm
    case 62: self = .x86_64
    case 183: self = .arm64
    default: self = .other
    }
  }
}
