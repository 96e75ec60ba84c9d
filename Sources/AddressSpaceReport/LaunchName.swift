/// A launch of a scenario, as the command line takes it in the place of a target.
package struct LaunchName: Sendable {
  /// The name of a built-in scenario, or a file.
  package var scenario: String
  /// From 1.
  package var number: Int
  /// After which step; nil for the last one.
  package var step: String?
  /// The remedies that are taken.
  package var remedies: [String]
  /// Where all random numbers come from.
  package var seed: UInt64

  /// The seed that is taken where none is named.
  package static let usualSeed: UInt64 = 42

  /// A launch.
  package init(
    _ scenario: String, number: Int, step: String? = nil, remedies: [String] = [],
    seed: UInt64 = usualSeed
  ) {
    self.scenario = scenario
    self.number = number
    self.step = step
    self.remedies = remedies
    self.seed = seed
  }

  /// For a shell: `--simulate photo-organizer --run 3`.
  package var words: String {
    var words = ["--simulate", scenario, "--run", "\(number)"]
    if let step { words += ["--step", step] }
    if seed != Self.usualSeed { words += ["--seed", "\(seed)"] }
    for remedy in remedies { words += ["--remedy", remedy] }
    return words.map(\.shellWord).joined(separator: " ")
  }
}
