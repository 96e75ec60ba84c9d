import Glibc
public import Subprocess
public import SystemPackage

/// What a program answered.
public struct CommandResult: Sendable {
  /// Its exit status, or 128 and the signal that ended it.
  public let status: Int
  /// What it wrote to standard output.
  public let output: String
  /// What it wrote to standard error.
  public let error: String
}

/// Runs a program to its end; both pipes are read while it runs.
public func run(
  _ program: FilePath, _ arguments: [String], input: String = "",
  environment: Environment = .inherit, directory: FilePath? = nil
) async throws -> CommandResult {
  // A program that ends before it has read its input must not end the tests.
  signal(SIGPIPE, SIG_IGN)
  // From a file: where a program ends before all input was written to it, the package leaves the
  // pipe open, and ends the tests for it.
  let folder = try TemporaryFolder()
  let file = input.isEmpty ? "/dev/null" : try folder.file("input", input)
  let result = try await Subprocess.run(
    .path(program), arguments: Arguments(arguments), environment: environment,
    workingDirectory: directory,
    input: .fileDescriptor(
      try FileDescriptor.open(FilePath(file), .readOnly), closeAfterSpawningProcess: true),
    output: .string(limit: 1 << 28), error: .string(limit: 1 << 24))
  return CommandResult(
    result.terminationStatus, output: result.standardOutput, error: result.standardError)
}

extension CommandResult {
  fileprivate init(_ ended: TerminationStatus, output: String, error: String) {
    status =
      switch ended {
      case .exited(let code): Int(code)
      case .signaled(let signal): 128 + Int(signal)
      }
    self.output = output
    self.error = error
  }
}

/// What this machine has for the tests that need more than Swift.
public enum Machine {
  /// The program under test, built for release by `tools/test`, else the debug build beside the
  /// tests.
  public static let addrspace: FilePath? = {
    let debug = Fixtures.package.appending(".build/debug/addrspace")
    let path = TestSupport.environment("ADDRSPACE_BINARY").map { FilePath($0) } ?? debug
    return access(path.string, X_OK) == 0 ? path : nil
  }()

  /// Whether it is one that was built for release: what that does in seconds takes another minutes.
  public static let hasReleaseBinary = TestSupport.environment("ADDRSPACE_BINARY") != nil

  /// The folder of the compiled victims, nil where they could not be built.
  public static let victims: FilePath? = TestSupport.environment("ADDRSPACE_VICTIMS").map {
    FilePath($0)
  }

  /// A victim by its name, nil where it is missing.
  public static func victim(_ name: String) -> FilePath? {
    guard let path = victims?.appending(name), access(path.string, X_OK) == 0 else { return nil }
    return path
  }

  /// The i386 root of `tools/testbed`, nil where there is none.
  public static let testbed: FilePath? = TestSupport.environment("ADDRSPACE_TESTBED_ROOT").map {
    FilePath($0)
  }

  /// A Python that has the peers' parsers, nil where there is none.
  public static let python: FilePath? = TestSupport.environment("ADDRSPACE_PYTHON").map {
    FilePath($0)
  }
}
