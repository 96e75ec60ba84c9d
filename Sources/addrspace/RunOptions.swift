import AddressSpace
import ArgumentParser

/// The program that `check --run` records, and how often.
struct RunOptions: ParsableArguments {
  @Flag(help: "Record a program, named behind '--', and hold the rules at every moment of it.")
  var run = false

  @Option(
    help: ArgumentHelp(
      "Run it so often, and count in how many launches each rule is held.", valueName: "n"))
  var launches: Int?

  @Option(
    help: ArgumentHelp(
      "How many of the launches have to hold a rule, as in 19/20 or 95%; all without it.",
      valueName: "share"), transform: Self.share)
  var atLeast: RequiredShare?

  @Option(
    help: ArgumentHelp(
      "Keep the recording; of several launches FILE.1, FILE.2 and so on.", valueName: "file"))
  var keep: String?

  @Flag(help: "With --keep, write over an existing recording.")
  var force = false

  @Flag(
    name: .customShort("f"), help: "Hold the rules in its children too, each by itself.")
  var followsChildren = false

  func validate() throws {
    guard run else { return try validateWithout() }
    guard (1...100_000).contains(launches ?? 1) else {
      throw ValidationError("--launches takes 1 to 100000.")
    }
    guard atLeast == nil || launches ?? 1 > 1 else {
      throw ValidationError("--at-least goes with --launches: say how often to run it.")
    }
    guard !force || keep != nil else {
      throw ValidationError("--force goes with --keep: say which file to write over.")
    }
  }

  private func validateWithout() throws {
    let others = [
      ("--launches", launches != nil), ("--at-least", atLeast != nil), ("--keep", keep != nil),
      ("--force", force), ("-f", followsChildren),
    ]
    if let other = others.first(where: \.1) {
      throw ValidationError("\(other.0) goes with --run, which runs a program.")
    }
  }

  /// The program and its arguments; what stands behind `--` is that, and nothing else may be named.
  func command(_ targets: [Target]) throws -> [String] {
    let behind = CommandLine.arguments.drop { $0 != "--" }.dropFirst()
    guard targets.map(\.text) == Array(behind) else {
      throw ValidationError("--run checks the program behind '--' and no other target.")
    }
    guard !behind.isEmpty else {
      throw ValidationError("--run needs a program: name it after '--'.")
    }
    return Array(behind)
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
