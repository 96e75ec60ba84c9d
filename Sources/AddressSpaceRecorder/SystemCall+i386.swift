import AddressSpace
import AddressSpaceTrace

extension SystemCall {
  /// A call by its number in the 32-bit table (`arch/x86/entry/syscalls/syscall_32.tbl`).
  ///
  /// - Parameter words: reads 32-bit words of the process, for the calls that pass them by a
  ///   pointer.
  init?(
    i386 number: UInt64, _ arguments: CallArguments,
    words: (_ address: UInt64, _ count: Int) -> [UInt64]?
  ) {
    switch number {
    case 11, 358: self = .execute
    case 45: self = .setBreak(arguments[0])
    case 90:
      guard let words = words(arguments[0], 6) else { return nil }
      self = .map(
        MapRequest(
          call: .oldMmap, address: words[0], length: words[1], protection: words[2],
          flags: words[3], descriptor: Int32(truncatingIfNeeded: words[4]), offset: words[5]))
    case 91: self = .unmap(address: arguments[0], length: arguments[1])
    case 117:
      // System V's calls in one: the lower half of the first argument says which.
      switch arguments[0] & 0xFFFF {
      case 21: self = .other(.shmat)
      case 22: self = .other(.shmdt)
      default: return nil
      }
    case 125, 380:
      self = .protect(
        ProtectRequest(
          call: number == 125 ? .mprotect : .pkeyMprotect, address: arguments[0],
          length: arguments[1], protection: arguments[2]))
    case 163: self = .remap(arguments.remapRequest)
    case 172: self = .other(.prctl)
    case 192:
      self = .map(
        MapRequest(
          call: .mmap2, address: arguments[0], length: arguments[1], protection: arguments[2],
          flags: arguments[3], descriptor: arguments.descriptor(4), offset: arguments[5] << 12))
    case 245: self = .other(.ioSetup)
    case 246: self = .other(.ioDestroy)
    case 257: self = .other(.remapFilePages)
    case 384: self = .other(.archPrctl)
    case 397: self = .other(.shmat)
    case 398: self = .other(.shmdt)
    case 453: self = .other(.mapShadowStack)
    default: return nil
    }
  }
}
