/// How the kernel turns the arguments of its calls into changes of a map, in one address space.
public struct MapRules: Sendable {
  /// Addresses and lengths are rounded by it.
  public let pageSize: ByteCount
  /// `READ_IMPLIES_EXEC` of the personality: what can be read can be executed.
  public let readImpliesExecute: Bool

  /// The rules of a space.
  public init(pageSize: ByteCount = .kibibytes(4), readImpliesExecute: Bool = false) {
    self.pageSize = pageSize
    self.readImpliesExecute = readImpliesExecute
  }

  /// The pages from `address` on; nil where the range is empty or leaves the space.
  public func range(at address: UInt64, length: UInt64) -> AddressRange? {
    guard let size = ByteCount(length).roundedUp(to: pageSize),
      case let (end, overflows) = address.addingReportingOverflow(size.value), !overflows
    else { return nil }
    return AddressRange(Address(address), Address(end))
  }

  /// What the bits of a protection allow (`PROT_READ`, `PROT_WRITE`, `PROT_EXEC`).
  public func access(_ protection: UInt64) -> Region.Access {
    var access: Region.Access = []
    if protection & 1 != 0 { access.insert(.read) }
    if protection & 2 != 0 { access.insert(.write) }
    if protection & 4 != 0 || protection & 1 != 0 && readImpliesExecute { access.insert(.execute) }
    return access
  }

  /// What `mremap` did that returned `target`: a move, which may stay in its place; nil where a range
  /// leaves the space.
  public func remap(
    _ address: UInt64, oldLength: UInt64, newLength: UInt64, keepsSource: Bool, to target: UInt64
  ) -> MapChange? {
    guard let to = range(at: target, length: newLength) else { return nil }
    // Of nothing a shared mapping is doubled, as far as is asked and not as far as it reaches.
    let isDoubled = oldLength == 0
    guard let from = range(at: address, length: isDoubled ? 1 : oldLength) else { return nil }
    return .move(from: from, to: to, keepsSource: isDoubled || keepsSource)
  }

  /// What a call of `brk` did that moved the heap's end, both ends on pages; nil where it did not.
  public func moveBreak(from old: Address, to new: Address) -> MapChange? {
    if let grown = AddressRange(old, new) {
      return .map(Region(range: grown, access: access(0b11), name: "[heap]"))
    }
    return AddressRange(new, old).map { .unmap($0) }
  }
}
