import AddressSpace
import AddressSpaceFormats
import ArgumentParser

/// The program: its subcommands, and what is done with their errors.
@main
struct Addrspace: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "addrspace",
    abstract: "Says how much contiguous room a 32-bit process has left, and what takes it.",
    discussion: """
      TARGET is a process id, 'self', a saved file of any kind below, or '-' for standard input. \
      './4711' names a file called 4711. A recording takes a moment behind @: run.addrspace@end \
      (the default), @lowest, @12.5 (seconds), @#8123 (event); 'check' takes @throughout too. \
      --simulate SCENARIO stands in the place of a target.

      \(SavedFile.kinds)

      Exit status: 0 done or yes, 1 the answer is no, 64 wrong usage, 65 bad input, 66 no such \
      process or file, 69 this machine cannot do it, 70 a bug, 74 I/O error, 77 not permitted.
      """,
    version: Version.text,
    subcommands: [
      Inspect.self, Forecast.self, Diff.self, Check.self, Record.self, Report.self, Export.self,
      Simulate.self, Layouts.self, Capture.self, Convert.self, Doctor.self,
    ])

  static func main() {
    let arguments = Array(CommandLine.arguments.dropFirst())
    do {
      if let failure = unknownSubcommand(in: arguments) { throw failure }
      var command = try parseAsRoot(arguments)
      try command.run()
    } catch {
      Console.end(with: error)
    }
  }

  /// The argument parser calls an unknown subcommand an unexpected argument; this says what it is.
  private static func unknownSubcommand(in arguments: [String]) -> Failure? {
    let known = configuration.subcommands.compactMap { $0.configuration.commandName } + ["help"]
    guard let first = arguments.first, !first.hasPrefix("-"), !known.contains(first) else {
      return nil
    }
    let hint = first.nearest(of: known).map { " Did you mean '\($0)'?" }
    return Failure(
      .usage, "unknown subcommand '\(first)'.\(hint ?? " See 'addrspace --help'.")")
  }
}
