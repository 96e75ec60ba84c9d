/// One process or file held against a policy, at one moment or at several: of each rule the worst
/// moment counts. Or several runs of one program, summed up: of each rule the worst run is kept.
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
    /// After which event of a recording it was, 0 before the first; nil where none was looked for.
    public internal(set) var event: Int?
    /// What was there when it was as bad for the last time, nil where that is not known.
    var later: Room?
    /// In how many runs the rule was held, where several were tried.
    public internal(set) var tally: RunTally?
    /// From the least to the most that other draws of randomisation give, where under some of them
    /// the verdict is another.
    public internal(set) var randomisation: FigureSpread?

    /// Whether the rule is held. What has to hold in a share of all runs is not decided by one.
    public var verdict: RuleAnswer.Verdict {
      if let tally { return tally.verdict }
      return answer.rule.probability == nil ? answer.verdict : .undecided
    }
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
  public var verdict: RuleAnswer.Verdict { results.map(\.verdict).max() ?? .held }
}

extension PolicyTrial {
  /// The moment of a recording that is worst for a rule.
  public struct Moment: Sendable {
    /// How things were.
    public var room: Room
    /// How long after the beginning of the recording it was.
    public var seconds: Double
    /// The last event by then, 0 before the first.
    public var event: Int
    /// How things were when they were as bad for the last time.
    public var later: Room?

    /// A moment.
    public init(room: Room, seconds: Double, event: Int, later: Room? = nil) {
      self.room = room
      self.seconds = seconds
      self.event = event
      self.later = later
    }
  }

  /// The trial of which the worst moments are known.
  ///
  /// - Parameters:
  ///   - moments: one a rule, in their order.
  ///   - looks: of how many moments they are the worst.
  public init(
    _ policy: Policy, baseline: Baseline? = nil, worst moments: [Moment], of looks: Int
  ) throws(AllocatorError) {
    self.policy = policy
    self.baseline = baseline
    self.looks = looks
    for (rule, moment) in zip(policy.rules, moments) {
      let answer = try PolicyChecker(moment.room, baseline: baseline).answer(to: rule)
      results.append(
        Result(
          answer: answer, room: moment.room, seconds: moment.seconds, event: moment.event,
          later: moment.later))
    }
  }

  /// Several runs, summed up.
  init(_ policy: Policy, results: [Result], looks: Int) {
    self.policy = policy
    baseline = nil
    self.results = results
    self.looks = looks
  }

  /// Notes what randomisation could do to the result of a rule.
  mutating func note(_ spread: FigureSpread?, ofRule index: Int) {
    results[index].randomisation = spread
  }
}
