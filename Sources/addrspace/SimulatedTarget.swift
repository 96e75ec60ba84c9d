import ArgumentParser

/// A launch of a scenario, in the place of a target.
struct SimulatedTarget: ParsableArguments {
  @OptionGroup
  var scenario: ScenarioOptions

  @Option(
    name: .customLong("run"),
    help: ArgumentHelp("Which launch of the scenario, from 1.", valueName: "number"))
  var number: Int?

  func validate() throws {
    guard (number ?? 1) > 0 else { throw ValidationError("--run takes a number from 1 up.") }
    guard scenario.simulate != nil || number == nil else {
      throw ValidationError("--run goes with --simulate, which names a scenario.")
    }
  }

  /// The launch that is meant; nil where none is.
  var launch: SimulatedLaunch? { scenario.launch(number ?? 1) }
}
