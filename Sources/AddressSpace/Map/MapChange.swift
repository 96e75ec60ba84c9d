/// One change of an address space, as the kernel makes it.
public enum MapChange: Hashable, Sendable {
  /// A mapping takes the place of whatever was in its range.
  case map(Region)
  /// What was in a range is given up.
  case unmap(AddressRange)
  /// What is mapped in a range gets other permissions.
  case protect(AddressRange, Region.Access)
  /// What is mapped at the beginning of `from` lies at `to` afterwards, which may be longer or
  /// shorter; `from` is given up where `keepsSource` is false and `to` does not cover it.
  case move(from: AddressRange, to: AddressRange, keepsSource: Bool)
}
