import AddressSpace
import ArgumentParser

/// How many launches of a program, or of a scenario, are held against a policy.
struct LaunchOptions: ParsableArguments {
  @Option(
    name: .customLong("launches"),
    help: ArgumentHelp(
      "How many launches; counts in how many of them each rule is held. 1 of --run, 1000 of "
        + "--simulate without it.", valueName: "n"))
  var count: Int?

  @Option(
    help: ArgumentHelp(
      "How many of the launches have to hold a rule, as in 19/20 or 95%; all without it.",
      valueName: "share"), transform: Self.share)
  var atLeast: RequiredShare?

  /// How many have to hold a rule that does not say so itself.
  var required: RequiredShare { atLeast ?? .all }

  func validate() throws {
    guard (1...100_000).contains(count ?? 1) else {
      throw ValidationError("--launches takes 1 to 100000.")
    }
  }

  /// Refuses what does not go with the rest.
  func validate(runs: Bool, simulates: Bool) throws {
    guard runs || simulates else {
      guard count == nil, atLeast == nil else {
        throw ValidationError(
          "\(count != nil ? "--launches" : "--at-least") goes with --run, which runs a program, or "
            + "with --simulate.")
      }
      return
    }
    guard atLeast == nil || count ?? (simulates ? 1000 : 1) > 1 else {
      throw ValidationError("--at-least goes with --launches: say how often to run it.")
    }
  }

  private static func share(_ text: String) throws -> RequiredShare {
    guard let share = RequiredShare(text: text) else {
      throw ValidationError(
        "\"\(text)\" is no share of launches. Write more than 0 and at most all of them, as in 95% or "
          + "19/20.")
    }
    return share
  }
}
