import AddressSpace
import AddressSpaceTrace

/// A system call that can change an address space, with what its arguments mean.
enum SystemCall {
  case map(MapRequest)
  case unmap(address: UInt64, length: UInt64)
  case remap(RemapRequest)
  /// The end that the brk heap shall have; one that is refused only asks where it is.
  case setBreak(UInt64)
  case protect(ProtectRequest)
  /// What it changed is read from the map.
  case other(MapCall)
  /// Another program takes the place of this one, if it succeeds.
  case execute

  /// What is asked of `mmap`.
  struct MapRequest {
    var call: MapCall
    var address: UInt64
    var length: UInt64
    var protection: UInt64
    var flags: UInt64
    var descriptor: Int32
    /// In bytes.
    var offset: UInt64
  }

  /// What is asked of `mremap`.
  struct RemapRequest {
    var address: UInt64
    var oldLength: UInt64
    var newLength: UInt64
    var flags: UInt64
  }

  /// What is asked of `mprotect` or `pkey_mprotect`.
  struct ProtectRequest {
    var call: MapCall
    var address: UInt64
    var length: UInt64
    var protection: UInt64
  }

  /// Whether part of it may have been done when it fails.
  var mayFailHalfway: Bool {
    switch self {
    case .map(let request): request.flags & MapFlag.fixed != 0
    case .remap(let request): request.flags & MapFlag.toFixedTarget != 0
    case .protect, .other: true
    case .unmap, .setBreak, .execute: false
    }
  }

  /// The name of the call in a recording.
  var name: MapCall? {
    switch self {
    case .map(let request): request.call
    case .unmap: .munmap
    case .remap: .mremap
    case .setBreak: .brk
    case .protect(let request): request.call
    case .other(let call): call
    case .execute: nil
    }
  }
}

/// The flags of these calls (`asm-generic/mman.h`), alike on x86-64 and i386.
enum MapFlag {
  static let typeMask: UInt64 = 0x0F
  static let shared: UInt64 = 0x01
  static let sharedValidate: UInt64 = 0x03
  static let fixed: UInt64 = 0x10
  static let anonymous: UInt64 = 0x20
  static let growsDown: UInt64 = 0x100
  static let hugePages: UInt64 = 0x40000
  /// Of `mremap`.
  static let toFixedTarget: UInt64 = 2
  /// Of `mremap`.
  static let keepsSource: UInt64 = 4
  /// Of `mprotect`: from or up to the end of a growing stack.
  static let toEndOfStack: UInt64 = 0x0300_0000
}
