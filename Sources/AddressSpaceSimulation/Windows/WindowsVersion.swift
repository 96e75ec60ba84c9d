import AddressSpace

/// A version of Windows, or Wine, as far as where it puts things differs.
public enum WindowsVersion: String, CaseIterable, Sendable {
  /// XP: no randomisation but that of the process block.
  case xp
  /// 7: images, heaps and stacks are randomised.
  case seven = "7"
  /// 10 and 11: besides them where `VirtualAlloc` begins to look.
  case ten = "10"
  /// Wine 8, a 32-bit process on 64-bit Linux: only Linux's own parts are randomised.
  case wine
}

/// How much of a program's addresses are its own, and on which system.
public enum WindowsLimit: String, CaseIterable, Sendable {
  /// 2 GiB on 32-bit Windows.
  case native2GiB = "2g"
  /// 2 GiB on 64-bit Windows, of a program that is not large address aware.
  case wow2GiB = "wow64-2g"
  /// 3 GiB of a large-address-aware program on 32-bit Windows booted with `/3GB`.
  case native3GiB = "3g"
  /// 4 GiB of a large-address-aware program on 64-bit Windows.
  case wow4GiB = "4g"
  /// All that a 64-bit program has.
  case wide = "x64"

  /// Whether a 64-bit system runs it.
  public var isWoW64: Bool { self == .wow2GiB || self == .wow4GiB }

  /// How wide the program's addresses are.
  var wordSize: WordSize { self == .wide ? .bits64 : .bits32 }

  /// The first address that is no user space any more: of 64-bit programs 8 TiB, from Windows 8.1 on
  /// 128 TiB.
  func top(in version: WindowsVersion) -> Address {
    switch self {
    case .native2GiB, .wow2GiB: 0x7FFF_0000
    case .native3GiB: 0xBFFF_0000
    case .wow4GiB: 0xFFFF_0000
    case .wide: version == .ten ? 0x7FFF_FFFF_0000 : 0x7FF_FFFF_0000
    }
  }

  /// What the bitmap of control flow guard reserves.
  var guardBitmap: ByteCount {
    switch self {
    case .native2GiB, .wow2GiB: .mebibytes(32)
    case .native3GiB: .mebibytes(48)
    case .wow4GiB: .mebibytes(64)
    case .wide: .gibibytes(2048)
    }
  }
}

extension Layout {
  /// Bases on Windows are multiples of it.
  static let windowsSlot = ByteCount.kibibytes(64)
}
