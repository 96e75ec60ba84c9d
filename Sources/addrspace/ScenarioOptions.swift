import ArgumentParser

/// A scenario whose launches are asked about, and how they are at which moment.
struct ScenarioOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Launches of this scenario instead of a target; see 'addrspace simulate'.",
      valueName: "scenario"))
  var simulate: String?

  @Option(
    help: ArgumentHelp("After which step; the last one without it.", valueName: "name"))
  var step: String?

  @OptionGroup
  var draw: DrawOptions

  func validate() throws {
    guard simulate != nil || step == nil && draw.isUsual else {
      throw ValidationError(
        "--step, --seed and --remedy go with --simulate, which names a scenario.")
    }
  }

  /// A launch of it; nil where no scenario is named.
  func launch(_ number: Int) -> SimulatedLaunch? {
    simulate.map {
      SimulatedLaunch(scenario: $0, number: number, step: step, draw: draw)
    }
  }
}
