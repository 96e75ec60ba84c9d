/// What has to hold of an address space.
public struct Policy: Hashable, Sendable {
  /// Its rules, in the order in which they are told.
  public var rules: [PolicyRule]

  /// The policy of these rules.
  public init(_ rules: [PolicyRule]) {
    self.rules = rules
  }
}
