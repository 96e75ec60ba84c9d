/// One process or file held against a policy, at one moment or at several: of each rule the worst
/// moment counts.
public struct PolicyTrial: Sendable {
  /// What has to hold.
  public let policy: Policy
  /// What the rules that compare do so with. Without one, changes count from the first look on, and
  /// other such rules are undecided.
  public let baseline: Baseline?
  /// What came of each rule, in their order; empty before the first look.
  public private(set) var results: [Result] = []
  /// How often it was looked at.
  public private(set) var looks = 0

  /// What came of one rule, at the moment that was worst for it.
  public struct Result: Sendable {
    /// The answer.
    public let answer: RuleAnswer
    /// What it is about.
    public let room: Room
    /// How long after the first look it was.
    public let seconds: Double
  }

  /// How the figures went that must not change far, by the rule's index.
  private var histories: [Int: ChangeHistory] = [:]

  /// A trial that has not begun.
  public init(_ policy: Policy, baseline: Baseline? = nil) {
    self.policy = policy
    self.baseline = baseline
    for (index, rule) in policy.rules.enumerated() {
      if case .change(let change) = rule.subject, baseline == nil || change.looks != nil {
        histories[index] = ChangeHistory(rule, change)
      }
    }
  }

  /// Holds how things are against all rules; of answers that are equally bad the first is kept.
  ///
  /// - Parameter seconds: how long after the first look this one is.
  public mutating func look(at room: Room, after seconds: Double = 0) throws(AllocatorError) {
    let checker = PolicyChecker(room, baseline: baseline)
    for (index, rule) in policy.rules.enumerated() {
      if histories[index] != nil {
        try histories[index]?.look(by: checker, after: seconds)
        guard let result = histories[index]?.result else { continue }
        if looks == 0 { results.append(result) } else { results[index] = result }
        continue
      }
      let answer = try checker.answer(to: rule)
      let result = Result(answer: answer, room: room, seconds: seconds)
      if looks == 0 {
        results.append(result)
      } else if answer.isWorse(than: results[index].answer) {
        results[index] = result
      }
    }
    looks += 1
  }

  /// Whether it holds all rules; a broken one decides, then one that is undecided.
  public var verdict: RuleAnswer.Verdict { results.map(\.answer.verdict).max() ?? .held }
}
