import SystemPackage
import TestSupport
import Testing

/// The program under test, run with an environment of which every variable is known.
struct Program {
  /// Variables beside those that every run has.
  var environment: [String: String] = [:]
  /// Where it runs, nil for where the tests run.
  var directory: FilePath?

  /// Runs it to its end.
  ///
  /// Its input comes from a file: a pipe would end the tests where the program does not read it.
  func callAsFunction(_ arguments: [String], input: String = "") async throws -> CommandResult {
    let folder = try TemporaryFolder()
    let file = try folder.file("input", input)
    return try await shell(
      "exec \"$A\" \"$@\" <\"$0\"", arguments: [file] + arguments)
  }

  func callAsFunction(_ arguments: String..., input: String = "") async throws -> CommandResult {
    try await self(arguments, input: input)
  }

  /// Runs a shell's command line in which `$A` is the program.
  func shell(_ line: String, arguments: [String] = []) async throws -> CommandResult {
    let program = try #require(Machine.addrspace)
    var variables = [
      "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TERM": "xterm",
      "SWIFT_BACKTRACE": "enable=no", "A": program.string,
    ]
    variables.merge(environment) { $1 }
    let assignments = variables.map { "\($0)=\($1)" }.sorted()
    return try await run(
      "/usr/bin/env", ["-i"] + assignments + ["/bin/bash", "-c", line] + arguments,
      directory: directory)
  }

  /// A shell's beginning that starts a process which does nothing any more: `$p`.
  static let sleeper = """
    sleep 60 & p=$!
    until [ "$(cut -d' ' -f2,3 /proc/$p/stat)" = '(sleep) S' ]; do sleep 0.01; done; sleep 0.1

    """

  /// Runs it on a terminal of its own; both streams come back as output.
  func onTerminal(_ arguments: String...) async throws -> CommandResult {
    let line = (["exec", "\"$A\""] + arguments).joined(separator: " ")
    return try await shell("exec script -qec '\(line)' /dev/null </dev/null")
  }
}

extension Trait where Self == ConditionTrait {
  /// Skips where the program was not built.
  static var needsProgram: Self {
    .enabled(if: Machine.addrspace != nil, "needs the program: 'swift build', or ADDRSPACE_BINARY")
  }

  /// Skips where a program that the test needs is not installed.
  static func needs(_ path: FilePath) -> Self {
    .enabled(if: Fixtures.exists(path), "needs \(path)")
  }
}
