public import AddressSpace

/// What a scenario came to in many runs, and with each of its remedies in the same runs.
public struct ScenarioAnswer: Sendable {
  /// The scenario's name.
  public let name: String
  /// The rules of the addresses.
  public let layout: Layout
  /// Where all random numbers came from.
  public let seed: UInt64
  /// Without any remedy.
  public let tally: ScenarioTally
  /// The step after which remedies are compared.
  public let comparedStep: Int
  /// With remedies: those first with which fewest steps fail, of equal ones those that leave most
  /// after the step that is compared.
  public let remedies: [Remedied]

  /// What it came to with some remedies.
  public struct Remedied: Sendable {
    /// The remedies' names, joined by a plus where they are several.
    public let name: String
    /// The rules of the addresses then.
    public let layout: Layout
    /// What it came to.
    public let tally: ScenarioTally

    /// What it came to with a remedy.
    public init(name: String, layout: Layout, tally: ScenarioTally) {
      self.name = name
      self.layout = layout
      self.tally = tally
    }
  }

  /// What it came to; the remedies are put in order.
  ///
  /// - Parameter comparedStep: the step after which they are compared; nil for the one that is
  ///   tightest without them.
  public init(
    name: String, layout: Layout, seed: UInt64, tally: ScenarioTally, remedies: [Remedied] = [],
    comparedStep: Int? = nil
  ) {
    let step = comparedStep ?? tally.tightestStep
    self.comparedStep = step
    self.name = name
    self.layout = layout
    self.seed = seed
    self.tally = tally
    self.remedies = remedies.sorted { one, other in
      let (failed, otherFailed) = (one.tally.failedSteps, other.tally.failedSteps)
      let (left, otherLeft) = (one.tally.left(afterStep: step), other.tally.left(afterStep: step))
      return (failed, otherLeft.fits, otherLeft.largest, one.name)
        < (otherFailed, left.fits, left.largest, other.name)
    }
  }
}

extension ScenarioTally {
  /// The step after which fewest of the first buffer fit, on average; of equal ones that with the
  /// lowest median of the largest free span, then the first.
  public var tightestStep: Int {
    steps.indices.min { one, other in
      let (a, b) = (left(afterStep: one), left(afterStep: other))
      return (a.fits, a.largest) < (b.fits, b.largest)
    } ?? 0
  }

  /// How many steps failed, over all runs.
  var failedSteps: Int { steps.indices.map(failedRuns).reduce(0, +) }

  /// What a step leaves: the sum of what fits over the runs, and the median of the largest free span.
  fileprivate func left(afterStep step: Int) -> (fits: UInt128, largest: UInt64) {
    guard steps.indices.contains(step) else { return (0, 0) }
    let fits = buffers.isEmpty ? 0 : self.fits(0, afterStep: step)?.sum ?? 0
    return (fits, distribution(ofStep: step) { $0.largestFree.value }?.median ?? 0)
  }
}
