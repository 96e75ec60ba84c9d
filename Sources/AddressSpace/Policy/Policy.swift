/// What has to hold of an address space.
public struct Policy: Hashable, Sendable {
  /// Its rules, in the order in which they are told.
  public var rules: [PolicyRule]

  /// The policy of these rules.
  public init(_ rules: [PolicyRule]) {
    self.rules = rules
  }

  /// The rules that nothing can be said of without a baseline.
  public var rulesOfBaseline: [PolicyRule] {
    rules.filter { [.new, .newPins].contains($0.subject.name) }
  }

  /// The rules that compare looks with each other, or with a baseline.
  public var rulesOfChange: [PolicyRule] {
    rules.filter { [.growth, .loss].contains($0.subject.name) }
  }
}
