import AddressSpace
import AddressSpaceTrace

extension SystemCall {
  /// A call by its number in the 64-bit table (`arch/x86/entry/syscalls/syscall_64.tbl`).
  init?(x86_64 number: UInt64, _ arguments: CallArguments) {
    switch number {
    case 9:
      self = .map(
        MapRequest(
          call: .mmap, address: arguments[0], length: arguments[1], protection: arguments[2],
          flags: arguments[3], descriptor: arguments.descriptor(4), offset: arguments[5]))
    case 10, 329:
      self = .protect(
        ProtectRequest(
          call: number == 10 ? .mprotect : .pkeyMprotect, address: arguments[0],
          length: arguments[1], protection: arguments[2]))
    case 11: self = .unmap(address: arguments[0], length: arguments[1])
    case 12: self = .setBreak(arguments[0])
    case 25: self = .remap(arguments.remapRequest)
    case 30: self = .other(.shmat)
    case 59, 322: self = .execute
    case 67: self = .other(.shmdt)
    case 157: self = .other(.prctl)
    case 158: self = .other(.archPrctl)
    case 206: self = .other(.ioSetup)
    case 207: self = .other(.ioDestroy)
    case 216: self = .other(.remapFilePages)
    case 453: self = .other(.mapShadowStack)
    default: return nil
    }
  }
}
