public import AddressSpace

/// What many runs of a scenario came to, step by step.
public struct ScenarioTally: Sendable {
  /// The steps' names, in their order.
  public let steps: [String]
  /// The buffers that are asked about.
  public let buffers: [BufferRequest]
  /// A row a run, an outcome a step.
  private var runs: [[StepOutcome]]

  /// A tally of these runs, each with an outcome for every step, in the order of their numbers.
  public init(steps: [String], buffers: [BufferRequest], runs: [[StepOutcome]]) {
    self.steps = steps
    self.buffers = buffers
    self.runs = runs
  }

  /// How many runs.
  public var count: Int { runs.count }

  /// What a figure came to after a step; nil of no runs.
  public func distribution(
    ofStep step: Int, _ figure: (StepOutcome) -> UInt64
  ) -> Distribution? {
    Distribution(runs.map { figure($0[step]) })
  }

  /// How many of a buffer fit after a step.
  public func fits(_ buffer: Int, afterStep step: Int) -> Distribution? {
    distribution(ofStep: step) { $0.fits[buffer] }
  }

  /// In how many runs a step asked for something in vain.
  public func failedRuns(inStep step: Int) -> Int {
    runs.count { $0[step].failure != nil }
  }

  /// In how many runs no step failed.
  public var wholeRuns: Int {
    runs.count { outcomes in outcomes.allSatisfy { $0.failure == nil } }
  }

  /// What steps asked for in vain, the most frequent first: in how many runs.
  public func failures(inStep step: Int) -> [(failure: StepOutcome.Failure, runs: Int)] {
    var counts: [StepOutcome.Failure: Int] = [:]
    for run in runs {
      if let failure = run[step].failure { counts[failure, default: 0] += 1 }
    }
    return counts.map { ($0.key, $0.value) }.sorted { one, other in
      (other.1, one.0.purpose, one.0.size) < (one.1, other.0.purpose, other.0.size)
    }
  }
}
