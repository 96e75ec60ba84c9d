extension PolicyRule.Subject {
  /// What a subject is measured in.
  public enum Unit: String, Sendable {
    case bytes
    case count
    case percent
  }

  /// What it is measured in.
  public var unit: Unit {
    switch self {
    case .largestFree, .free, .kind, .owner, .new: .bytes
    case .fits, .regions, .pins, .newPins: .count
    case .fragmentation: .percent
    case .change(let change): change.subject.unit
    }
  }
}

extension PolicyRule.Bound {
  /// The least or the most that is allowed, in the subject's unit.
  public var limit: UInt64 {
    switch self {
    case .atLeast(let limit), .atMost(let limit): limit
    }
  }

  /// Whether the limit is the least that is allowed.
  public var isAtLeast: Bool {
    switch self {
    case .atLeast: true
    case .atMost: false
    }
  }

  /// How it is written.
  var sign: String { isAtLeast ? ">=" : "<=" }

  /// Whether no figure in this unit can break it.
  public func isAlwaysHeld(in unit: PolicyRule.Subject.Unit) -> Bool {
    switch self {
    case .atLeast(let limit): limit == 0
    case .atMost(let limit): limit == .max || unit == .percent && limit >= 100
    }
  }

  /// What the bound says of what was measured.
  func verdict(on actual: Measured) -> RuleAnswer.Verdict {
    switch self {
    case .atLeast(let limit):
      actual.least >= limit ? .held : actual.most < limit ? .broken : .undecided
    case .atMost(let limit):
      actual.most <= limit ? .held : actual.least > limit ? .broken : .undecided
    }
  }
}
