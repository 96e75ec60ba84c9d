public import AddressSpace
public import AddressSpaceTrace

/// Everything that `check` answers.
public struct CheckReport: Sendable {
  /// The targets, in the order in which they were named.
  public let targets: [CheckedTarget]

  /// A report on some targets that were held against the same rules.
  public init(_ targets: [CheckedTarget]) {
    self.targets = targets
  }

  /// Whether all rules are held by all targets; a broken one decides, then one that is undecided.
  public var verdict: RuleAnswer.Verdict {
    let verdicts = targets.map(\.verdict)
    return verdicts.contains(.broken)
      ? .broken : verdicts.contains(.undecided) ? .undecided : .held
  }

  /// Why rules are undecided, a sentence each, by target.
  public var undecided: [String] {
    targets.flatMap { target in
      target.results.filter { $0.answer.verdict == .undecided }
        .map { "\(target.title): \($0.message)" }
    }
  }
}

/// A target and what came of each rule in it, at the moment that was worst for that rule.
public struct CheckedTarget: Sendable {
  /// Where it comes from.
  public let source: Source
  /// As the command line takes it, to ask more of it.
  public let word: String
  /// The rules of its addresses.
  public let layout: Layout
  /// What of it could not be read, or contradicts the rest.
  public let diagnostics: Diagnostics
  /// One for each rule, in their order.
  public private(set) var results: [CheckResult]
  /// How often it was looked at.
  public private(set) var samples = 1
  /// Who made the pins, by where they lie, as far as it is known.
  public var stacks: [AddressRange: ReportStack] = [:]

  /// A target that was looked at once.
  public init(
    source: Source, word: String, room: Room, answers: [RuleAnswer],
    diagnostics: Diagnostics = Diagnostics()
  ) {
    self.source = source
    self.word = word
    self.diagnostics = diagnostics
    layout = room.layout
    results = answers.map { CheckResult(answer: $0, room: room, seconds: 0) }
  }

  /// Adds what the same rules came to at another moment; of each rule the worst answer is kept, of
  /// equal ones the first.
  ///
  /// - Parameter seconds: how long after the first look it was.
  public mutating func add(_ answers: [RuleAnswer], in room: Room, after seconds: Double) {
    samples += 1
    for (index, answer) in answers.enumerated() where results.indices.contains(index) {
      guard answer.isWorse(than: results[index].answer) else { continue }
      results[index] = CheckResult(answer: answer, room: room, seconds: seconds)
    }
  }

  /// Whether it holds all rules; a broken one decides, then one that is undecided.
  public var verdict: RuleAnswer.Verdict {
    let verdicts = results.map(\.answer.verdict)
    return verdicts.contains(.broken)
      ? .broken : verdicts.contains(.undecided) ? .undecided : .held
  }

  /// What to call it in messages.
  var title: String {
    source.path.map(Wording.short) ?? source.name ?? source.pid.map { "process \($0)" }
      ?? "standard input"
  }
}

/// What came of one rule at one moment of a target.
public struct CheckResult: Sendable {
  /// The answer.
  public let answer: RuleAnswer
  /// What it is about.
  public let room: Room
  /// How long after the first look it was.
  public let seconds: Double

  /// What was measured and what that means, in a sentence.
  public var message: String { CheckWording(answer, room).message }
}
