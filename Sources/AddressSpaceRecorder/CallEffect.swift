import AddressSpace
import AddressSpaceTrace

/// What a call that has returned did to the address space it was made in.
enum CallEffect {
  case nothing
  case changed(MapChange)
  /// Something was mapped there, and only the map tells what it is.
  case mapped(AddressRange)
  case failed(errno: Int32, asked: ByteCount, at: Address?)
  /// It is not told by arguments and result: the map has to be read.
  case unknown
}

/// Works out effects under the rules of one address space.
struct CallRules {
  let pageSize: ByteCount
  /// `READ_IMPLIES_EXEC` of the personality: what can be read can be executed.
  let readImpliesExecute: Bool

  /// The effect of a call.
  ///
  /// - Parameters:
  ///   - result: what it returned, `-errno` where `isError`.
  ///   - file: what the descriptor of `mmap` named when it was called.
  ///   - endOfBreak: where the brk heap ended before.
  func effect(
    of call: SystemCall, result: Int64, isError: Bool, file: MappedFile?, endOfBreak: Address?
  ) -> CallEffect {
    if isError { return failure(of: call, errno: Int32(truncatingIfNeeded: -result)) }
    let result = UInt64(bitPattern: result)
    switch call {
    case .map(let request): return map(request, at: result, file)
    case .unmap(let address, let length):
      return range(at: address, length: length).map { .changed(.unmap($0)) } ?? .nothing
    case .remap(let request): return remap(request, to: result)
    case .setBreak(let asked): return setBreak(asked, result: result, from: endOfBreak)
    case .protect(let request): return protect(request)
    case .other: return .unknown
    case .execute: return .nothing
    }
  }

  private func map(
    _ request: SystemCall.MapRequest, at address: UInt64, _ file: MappedFile?
  ) -> CallEffect {
    let type = request.flags & MapFlag.typeMask
    let isShared = type == MapFlag.shared || type == MapFlag.sharedValidate
    let isAnonymous = request.flags & MapFlag.anonymous != 0
    // Huge pages round the length; shared memory and stacks have properties that only a map shows.
    if request.flags & (MapFlag.hugePages | MapFlag.growsDown) != 0 { return .unknown }
    guard let range = range(at: address, length: request.length) else { return .unknown }
    // A device may put another file in its own place, as /dev/zero does where it is shared.
    let isCertain = isAnonymous ? !isShared : file.map { !isShared || !$0.isDevice } ?? false
    if !isCertain { return .mapped(range) }
    var access = access(request.protection)
    if isShared { access.insert(.shared) }
    let region =
      if !isAnonymous, let file {
        Region(
          range: range, access: access, offset: request.offset, inode: file.inode, name: file.name)
      } else {
        Region(range: range, access: access)
      }
    return .changed(.map(region))
  }

  private func remap(_ request: SystemCall.RemapRequest, to address: UInt64) -> CallEffect {
    guard let target = range(at: address, length: request.newLength) else { return .unknown }
    // Of nothing a shared mapping is doubled, as far as is asked and not as far as it reaches.
    let isDoubled = request.oldLength == 0
    let length = isDoubled ? 1 : request.oldLength
    guard let source = range(at: request.address, length: length) else { return .unknown }
    if source == target { return .nothing }
    let keepsSource = isDoubled || request.flags & MapFlag.keepsSource != 0
    return .changed(.move(from: source, to: target, keepsSource: keepsSource))
  }

  private func setBreak(_ asked: UInt64, result: UInt64, from end: Address?) -> CallEffect {
    guard let old = end?.roundedUp(to: pageSize), let new = Address(result).roundedUp(to: pageSize)
    else { return .unknown }
    if let grown = AddressRange(old, new) {
      var access: Region.Access = [.read, .write]
      if readImpliesExecute { access.insert(.execute) }
      return .changed(.map(Region(range: grown, access: access, name: "[heap]")))
    }
    if let shrunk = AddressRange(new, old) { return .changed(.unmap(shrunk)) }
    // A refused request leaves the end where it was and returns it.
    guard asked > result else { return .nothing }
    return .failed(errno: Self.outOfMemory, asked: ByteCount(asked - result), at: Address(result))
  }

  private func protect(_ request: SystemCall.ProtectRequest) -> CallEffect {
    if request.protection & MapFlag.toEndOfStack != 0 { return .unknown }
    guard let range = range(at: request.address, length: request.length) else { return .nothing }
    return .changed(.protect(range, access(request.protection)))
  }

  private func failure(of call: SystemCall, errno: Int32) -> CallEffect {
    // The call begins anew after a signal, as a call of its own.
    if errno >= Self.firstRestart { return .nothing }
    func failed(_ asked: UInt64, _ address: UInt64) -> CallEffect {
      .failed(
        errno: errno, asked: ByteCount(asked), at: address == 0 ? nil : Address(address))
    }
    switch call {
    case .map(let request): return failed(request.length, request.address)
    case .unmap(let address, let length): return failed(length, address)
    case .remap(let request): return failed(request.newLength, request.address)
    case .protect(let request): return failed(request.length, request.address)
    case .other(.shmat): return failed(0, 0)
    case .setBreak, .other, .execute: return .nothing
    }
  }

  private func access(_ protection: UInt64) -> Region.Access {
    var access: Region.Access = []
    if protection & 1 != 0 { access.insert(.read) }
    if protection & 2 != 0 { access.insert(.write) }
    if protection & 4 != 0 || protection & 1 != 0 && readImpliesExecute { access.insert(.execute) }
    return access
  }

  /// The pages from `address` on; nil where the range is empty or leaves the space.
  private func range(at address: UInt64, length: UInt64) -> AddressRange? {
    guard let size = ByteCount(length).roundedUp(to: pageSize),
      case let (end, overflows) = address.addingReportingOverflow(size.value), !overflows
    else { return nil }
    return AddressRange(Address(address), Address(end))
  }

  private static let outOfMemory: Int32 = 12
  /// `ERESTARTSYS`, the first of the kernel's own error numbers.
  private static let firstRestart: Int32 = 512
}

/// A file as a map shows it.
struct MappedFile {
  let name: String
  let inode: UInt64

  /// Whether its name is one of devices; memory that is shared by name is none.
  var isDevice: Bool { name.hasPrefix("/dev/") && !name.hasPrefix("/dev/shm/") }
}
