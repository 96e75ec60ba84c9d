public import AddressSpaceSimulation

/// Everything that `simulate` answers of many runs.
public struct SimulationReport: Sendable {
  let answer: ScenarioAnswer
  /// As the command line takes the scenario, to ask more of it.
  let word: String

  /// A report on an answer.
  public init(_ answer: ScenarioAnswer, word: String) {
    self.answer = answer
    self.word = word
  }
}
