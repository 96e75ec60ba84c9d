import ArgumentParser

/// The program that `check --run` records.
struct RunOptions: ParsableArguments {
  @Flag(help: "Record a program, named behind '--', and hold the rules at every moment of it.")
  var run = false

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
    guard !force || keep != nil else {
      throw ValidationError("--force goes with --keep: say which file to write over.")
    }
  }

  private func validateWithout() throws {
    let others = [
      ("--keep", keep != nil), ("--force", force), ("-f", followsChildren),
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
}
