import ArgumentParser

/// The program: its subcommands, and what is done with their errors.
@main
struct Addrspace: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "addrspace",
    abstract: "Says how much contiguous room a 32-bit process has left, and what takes it.",
    discussion: """
      TARGET is a process id, 'self', a saved /proc/PID/maps or smaps file, a capture, or '-' for \
      standard input. './4711' names a file called 4711.

      Exit status: 0 done or yes, 1 the answer is no, 64 wrong usage, 65 bad input, 66 no such \
      process or file, 69 this machine cannot do it, 70 a bug, 74 I/O error, 77 not permitted.
      """,
    version: Version.text,
    subcommands: [
      Inspect.self, Forecast.self, Diff.self, Record.self, Layouts.self, Capture.self,
      Doctor.self,
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
    let nearest = known.min { $0.distance(to: first) < $1.distance(to: first) }
    let hint = nearest.flatMap { $0.distance(to: first) <= 2 ? " Did you mean '\($0)'?" : nil }
    return Failure(
      .usage, "unknown subcommand '\(first)'.\(hint ?? " See 'addrspace --help'.")")
  }
}

extension String {
  /// The least number of letters to insert, remove or replace (Levenshtein), neighbours swapped
  /// counting as one.
  fileprivate func distance(to other: String) -> Int {
    let left = Array(self)
    let right = Array(other)
    var rows = [Array(0...right.count)]
    for i in 0..<left.count {
      var row = [i + 1]
      for j in 0..<right.count {
        var best = Swift.min(
          rows[i][j + 1] + 1, row[j] + 1, rows[i][j] + (left[i] == right[j] ? 0 : 1))
        if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
          best = Swift.min(best, rows[i - 1][j - 1] + 1)
        }
        row.append(best)
      }
      rows.append(row)
    }
    return rows[left.count][right.count]
  }
}
