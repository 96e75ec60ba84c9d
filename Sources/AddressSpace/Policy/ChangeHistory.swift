/// How a figure went from look to look that must not change far.
struct ChangeHistory {
  private let rule: PolicyRule
  private let change: PolicyRule.Change
  /// What is compared with for blame: the first look.
  private var first: Baseline?
  /// The figures that the next look is held against, the oldest first.
  private var earlier: [Measured] = []
  private var looks: UInt64 = 0
  /// The most it has changed so far.
  private var worst = Measured.exactly(0)

  /// What came of it, at the moment when it had changed most.
  private(set) var result: PolicyTrial.Result?

  init(_ rule: PolicyRule, _ change: PolicyRule.Change) {
    self.rule = rule
    self.change = change
  }

  mutating func look(
    by checker: PolicyChecker, after seconds: Double
  ) throws(AllocatorError) {
    let figure = try checker.measured(change.subject, excused: rule.excused)
    let most = earlier.reduce(worst) { worst, before in
      worst.orGreater(change.subject.worsened(from: before, to: figure))
    }
    let isWorse = most.least > worst.least || most.most > worst.most
    worst = most
    remember(figure)
    if first == nil { first = Baseline(checker.room) }
    looks += 1
    // Within fewer looks than are asked for it may not have shown all.
    let isEnough = looks > change.looks ?? 1
    var answer = RuleAnswer(rule, isEnough ? worst : worst.orMore)
    answer.lacksLooks = !isEnough
    if !isWorse, let result, result.answer.verdict == answer.verdict {
      self.result = PolicyTrial.Result(
        answer: result.answer.blamed(in: answer), room: result.room, seconds: result.seconds)
    } else {
      result = PolicyTrial.Result(
        answer: first.map { checker.blaming(answer, since: $0) } ?? answer, room: checker.room,
        seconds: seconds)
    }
  }

  /// Without a number of looks the first one counts, else as many as that.
  private mutating func remember(_ figure: Measured) {
    guard let most = change.looks else {
      if earlier.isEmpty { earlier = [figure] }
      return
    }
    earlier.append(figure)
    if UInt64(earlier.count) > most { earlier.removeFirst() }
  }
}
