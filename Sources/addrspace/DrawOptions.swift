import AddressSpace
import AddressSpaceReport
import AddressSpaceSimulation
import AddressSpaceYAML
import ArgumentParser

/// What decides the launches of a scenario: chance, and the remedies that are taken.
struct DrawOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Where all random numbers come from.", valueName: "number"))
  var seed = LaunchName.usualSeed

  @Option(
    help: ArgumentHelp(
      "A remedy of the scenario's, several joined by '+', or 'none'; may be repeated.",
      valueName: "name"))
  var remedy: [String] = []

  /// Whether nothing was said of them.
  var isUsual: Bool { seed == LaunchName.usualSeed && remedy.isEmpty }

  /// What runs a scenario with some remedies.
  func runner(
    of scenario: Scenario, taking remedies: [String], from room: Room? = nil
  ) throws -> ScenarioRunner {
    try ScenarioRunner(
      scenario, taking: remedies, from: room, catalogue: ImageCatalogueDocument.builtIn(),
      seed: seed)
  }

  /// The remedies that are tried one after another, each by itself or with others: all of the
  /// scenario's where none is named.
  func combinations(in scenario: Scenario) -> [[String]] {
    remedy.isEmpty ? scenario.remedies.map { [$0.name] } : named
  }

  /// The remedies that are named, all taken together.
  var together: [String] { named.flatMap { $0 } }

  private var named: [[String]] {
    guard remedy != ["none"] else { return [] }
    return remedy.map {
      $0.split(separator: "+", omittingEmptySubsequences: false).map(String.init)
    }
  }
}
