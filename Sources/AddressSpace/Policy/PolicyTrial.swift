/// One process or file held against a policy, at one moment or at several: of each rule the worst
/// moment counts.
public struct PolicyTrial: Sendable {
  /// What has to hold.
  public let policy: Policy
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

  /// A trial that has not begun.
  public init(_ policy: Policy) {
    self.policy = policy
  }

  /// Holds how things are against all rules; of answers that are equally bad the first is kept.
  ///
  /// - Parameter seconds: how long after the first look this one is.
  public mutating func look(at room: Room, after seconds: Double = 0) throws(AllocatorError) {
    let answers = try PolicyChecker(room).answers(to: policy)
    if looks == 0 {
      results = answers.map { Result(answer: $0, room: room, seconds: seconds) }
    } else {
      for (index, answer) in answers.enumerated()
      where answer.isWorse(than: results[index].answer) {
        results[index] = Result(answer: answer, room: room, seconds: seconds)
      }
    }
    looks += 1
  }

  /// Whether it holds all rules; a broken one decides, then one that is undecided.
  public var verdict: RuleAnswer.Verdict { results.map(\.answer.verdict).max() ?? .held }
}
