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
  let rules: MapRules

  init(pageSize: ByteCount, readImpliesExecute: Bool) {
    rules = MapRules(pageSize: pageSize, readImpliesExecute: readImpliesExecute)
  }

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
      return rules.range(at: address, length: length).map { .changed(.unmap($0)) } ?? .nothing
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
    guard let range = rules.range(at: address, length: request.length) else { return .unknown }
    // A device may put another file in its own place, as /dev/zero does where it is shared.
    let isCertain = isAnonymous ? !isShared : file.map { !isShared || !$0.isDevice } ?? false
    if !isCertain { return .mapped(range) }
    var access = rules.access(request.protection)
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
    guard
      let change = rules.remap(
        request.address, oldLength: request.oldLength, newLength: request.newLength,
        keepsSource: request.flags & MapFlag.keepsSource != 0, to: address)
    else { return .unknown }
    if case .move(let from, let to, _) = change, from == to { return .nothing }
    return .changed(change)
  }

  private func setBreak(_ asked: UInt64, result: UInt64, from end: Address?) -> CallEffect {
    guard let old = end?.roundedUp(to: rules.pageSize),
      let new = Address(result).roundedUp(to: rules.pageSize)
    else { return .unknown }
    if let change = rules.moveBreak(from: old, to: new) { return .changed(change) }
    // A refused request leaves the end where it was and returns it.
    guard asked > result else { return .nothing }
    return .failed(errno: Self.outOfMemory, asked: ByteCount(asked - result), at: Address(result))
  }

  private func protect(_ request: SystemCall.ProtectRequest) -> CallEffect {
    if request.protection & MapFlag.toEndOfStack != 0 { return .unknown }
    guard let range = rules.range(at: request.address, length: request.length) else {
      return .nothing
    }
    return .changed(.protect(range, rules.access(request.protection)))
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
