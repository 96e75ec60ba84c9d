public import AddressSpace
public import AddressSpaceTrace

/// Everything that `check` answers.
public struct CheckReport: Sendable {
  /// The targets, in the order in which they were named.
  public let targets: [CheckedTarget]
  /// The file that they were compared with, nil where there was none.
  public var baseline: String?

  /// A report on some targets that were held against the same rules.
  public init(_ targets: [CheckedTarget]) {
    self.targets = targets
  }

  /// Whether all rules are held by all targets; a broken one decides, then one that is undecided.
  public var verdict: RuleAnswer.Verdict { targets.map(\.verdict).max() ?? .held }

  /// Why rules are undecided, a sentence each, by target.
  public var undecided: [String] {
    targets.flatMap { target in
      target.results.filter { $0.verdict == .undecided }
        .map { "\(target.title): \($0.message)" }
    }
  }
}

/// A target and what came of each rule in it.
public struct CheckedTarget: Sendable {
  /// Where it comes from.
  public var source: Source
  /// As the command line takes it, to ask more of it.
  public let word: String
  /// The rules of its addresses.
  public let layout: Layout
  /// What of it could not be read, or contradicts the rest.
  public let diagnostics: Diagnostics
  /// How it was held against the rules.
  public var trial: PolicyTrial
  /// By rule, who made the pins, by where they lie, as far as it is known; empty where nobody told.
  public var stacks: [[AddressRange: ReportStack]] = []
  /// By rule, the command that shows more, where it does not follow from `word`; empty where it does.
  public var commands: [String] = []

  /// A target and its trial.
  public init(
    source: Source, word: String, layout: Layout, trial: PolicyTrial,
    diagnostics: Diagnostics = Diagnostics()
  ) {
    self.source = source
    self.word = word
    self.layout = layout
    self.trial = trial
    self.diagnostics = diagnostics
  }

  /// What came of each rule, in their order.
  public var results: [PolicyTrial.Result] { trial.results }

  /// Whether it holds all rules; a broken one decides, then one that is undecided.
  public var verdict: RuleAnswer.Verdict { trial.verdict }

  /// The command that shows more of what came of a rule.
  public func command(ofRule index: Int) -> String {
    commands.indices.contains(index)
      ? commands[index] : CheckWording(results[index]).command(for: word)
  }

  /// Who made the pins that are blamed for a rule.
  func stacks(ofRule index: Int) -> [AddressRange: ReportStack] {
    stacks.indices.contains(index) ? stacks[index] : [:]
  }

  /// What to call it in messages.
  var title: String {
    source.path.map(Wording.short) ?? source.name ?? source.pid.map { "process \($0)" }
      ?? "standard input"
  }
}

extension PolicyTrial.Result {
  /// What was measured and what that means, in a sentence.
  public var message: String { CheckWording(self).message }
}
