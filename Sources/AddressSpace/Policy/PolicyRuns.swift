/// A policy that was tried in several runs of one program: launches, or runs of a simulation. How many
/// of them hold a rule decides.
public struct PolicyRuns: Sendable {
  /// What has to hold.
  public let policy: Policy
  /// How many runs have to hold a rule that does not say so itself.
  public let required: RequiredShare
  /// How many runs were tried.
  public private(set) var count = 0
  private var tallies: [RunTally] = []
  private var results: [PolicyTrial.Result] = []
  private var looks = 0

  /// No runs yet.
  public init(_ policy: Policy, required: RequiredShare = .all) {
    self.policy = policy
    self.required = required
  }

  /// Counts one more run. Of each rule the first of the worst runs is kept.
  public mutating func add(_ trial: PolicyTrial) {
    count += 1
    looks += trial.looks
    for (index, result) in trial.results.enumerated() {
      if index == tallies.count {
        tallies.append(RunTally(required: result.answer.rule.probability ?? required))
        results.append(result)
      }
      tallies[index].add(result.answer)
      if result.answer.isWorse(than: results[index].answer) {
        results[index] = result
        tallies[index].worst = count
      }
    }
  }

  /// By rule, which run is the worst, from 1.
  public var worst: [Int] { tallies.map(\.worst) }

  /// What came of all runs; of a single one what came of it.
  public var trial: PolicyTrial {
    var results = results
    if count > 1 {
      for index in results.indices { results[index].tally = tallies[index] }
    }
    return PolicyTrial(policy, results: results, looks: looks)
  }
}

/// How many of some runs hold a rule.
public struct RunTally: Hashable, Sendable {
  /// How many hold it.
  public private(set) var held = 0
  /// How many do not.
  public private(set) var broken = 0
  /// Of how many it is not known.
  public private(set) var undecided = 0
  /// How many have to hold it.
  public let required: RequiredShare
  /// The number of the worst run, from 1; of equally bad ones the first.
  public internal(set) var worst = 1
  private var counts: [Measured: Int] = [:]

  init(required: RequiredShare) {
    self.required = required
  }

  mutating func add(_ answer: RuleAnswer) {
    switch answer.verdict {
    case .held: held += 1
    case .broken: broken += 1
    case .undecided: undecided += 1
    }
    counts[answer.actual, default: 0] += 1
  }

  /// How many runs there are.
  public var runs: Int { held + broken + undecided }

  /// The fewest runs that are enough.
  public var needed: Int { required.least(of: runs) }

  /// Whether enough runs hold the rule, as far as it is known of them.
  public var verdict: RuleAnswer.Verdict {
    held >= needed ? .held : held + undecided < needed ? .broken : .undecided
  }

  /// What was measured and in how many runs, the least first.
  public var figures: [(actual: Measured, runs: Int)] {
    counts.map { (actual: $0.key, runs: $0.value) }.sorted {
      ($0.actual.least, $0.actual.most) < ($1.actual.least, $1.actual.most)
    }
  }
}
