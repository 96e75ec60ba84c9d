/// What came of one rule in one room.
public struct RuleAnswer: Sendable {
  /// The rule.
  public let rule: PolicyRule
  /// What was measured, in the subject's unit.
  public let actual: Measured
  /// Whether it is held.
  public let verdict: Verdict
  /// What can be blamed where it is broken, the worst first: what splits the room, or for a rule on
  /// what takes it, the largest of that. Nothing excused is among it.
  public internal(set) var pins: [Pin] = []
  /// What is new of the regions that count, in address order, where the rule compares with something.
  public internal(set) var additions: [Additions.Part] = []
  /// Whether more looks are needed to tell.
  public internal(set) var lacksLooks = false
  /// What to clear so that a broken `fits` is held; nil where nothing helps that is not excused.
  public internal(set) var plan: ClearingPlan?
  /// Who has most regions, where there are too many, as `Usage` by origin; the most first.
  public internal(set) var owners: [Usage] = []
  /// The forecast that a `fits` rests on.
  public internal(set) var forecast: BufferForecast?

  init(_ rule: PolicyRule, _ actual: Measured) {
    self.rule = rule
    self.actual = actual
    verdict = rule.bound.verdict(on: actual)
  }

  /// How much of these regions is new.
  public func newBytes(in regions: Range<Int>) -> ByteCount {
    let first = additions.partitioningIndex { $0.region >= regions.lowerBound }
    return additions[first...].prefix { $0.region < regions.upperBound }.map(\.bytes).total()
  }

  /// A later answer with the same blame.
  func blamed(in later: RuleAnswer) -> RuleAnswer {
    var answer = later
    (answer.pins, answer.additions) = (pins, additions)
    return answer
  }

  /// Whether a rule is held; the greater is the worse.
  public enum Verdict: String, Comparable, Sendable {
    /// It is.
    case held
    /// It is not.
    case broken
    /// The source does not tell enough.
    case undecided
  }

  /// How far what was measured is from the limit, on either side of it, in the subject's unit; the
  /// least that is certain. Nil where nothing was decided.
  public var margin: UInt64? {
    let limit = rule.bound.limit
    switch (rule.bound.isAtLeast, verdict) {
    case (_, .undecided): return nil
    case (true, .held): return actual.least - limit
    case (true, .broken): return limit - actual.most
    case (false, .held): return limit - actual.most
    case (false, .broken): return actual.least - limit
    }
  }

  /// Whether it is nearer to being broken, or more broken, than another answer to the same rule.
  public func isWorse(than other: RuleAnswer) -> Bool {
    guard verdict == other.verdict else { return verdict > other.verdict }
    guard let margin, let otherMargin = other.margin else { return false }
    return verdict == .broken ? margin > otherMargin : margin < otherMargin
  }
}

extension RuleAnswer.Verdict {
  /// Whether it is the better of the two.
  public static func < (one: Self, other: Self) -> Bool { one.rank < other.rank }

  private var rank: Int {
    switch self {
    case .held: 0
    case .undecided: 1
    case .broken: 2
    }
  }
}
