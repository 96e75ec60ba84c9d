public import SystemPackage

/// A folder in the i386 root that goes with the test that made it.
public final class TestbedFolder: Sendable {
  /// Where it is, seen from this machine.
  public let path: FilePath
  /// Where it is, seen from inside.
  public let inside: FilePath

  private static let tool = Fixtures.package.appending("tools/testbed")

  /// Makes a folder in the root at `root`.
  public init(in root: FilePath) async throws {
    let name = try TemporaryFolder().path.lastComponent?.string ?? "addrspace-tests"
    inside = FilePath("/root").appending(name)
    path = root.appending("root").appending(name)
    _ = try await TestSupport.run("/bin/mkdir", ["-p", path.string])
  }

  deinit {
    TemporaryFolder.remove(path)
  }

  /// Copies a file or folder into it; says whether that worked.
  public func copy(_ from: FilePath) async throws -> Bool {
    try await TestSupport.run("/bin/cp", ["-rL", from.string, path.string + "/"]).status == 0
  }

  /// Puts a 64-bit program there, with all that it loads, so that it can be run inside: its path
  /// there, nil where that did not work.
  public func carry(_ program: FilePath) async throws -> FilePath? {
    let script = """
      set -eu
      to=$2/libraries; mkdir -p "$to"
      cp -L "$1" "$to/program"
      ldd "$1" | sed -nE 's/^.*=> (\\/[^ ]+) .*/\\1/p; s/^[[:space:]]*(\\/[^ ]+) .*/\\1/p' |
        while read -r library; do cp -L "$library" "$to/"; done
      loader=$(ldd "$1" | sed -nE 's/^[[:space:]]*\\/[^ ]*\\/([^ ]+) .*/\\1/p')
      printf '#!/bin/sh\\nexec %s/%s --library-path %s %s/program "$@"\\n' \
        "$3/libraries" "$loader" "$3/libraries" "$3/libraries" >"$2/$4"
      chmod 755 "$2/$4"
      """
    let name = program.lastComponent?.string ?? "program"
    let result = try await TestSupport.run(
      "/bin/bash", ["-c", script, "carry", program.string, path.string, inside.string, name])
    return result.status == 0 ? inside.appending(name) : nil
  }

  /// Runs a program inside.
  public func run(_ words: [String]) async throws -> CommandResult {
    try await TestSupport.run(Self.tool, ["run"] + words)
  }
}
