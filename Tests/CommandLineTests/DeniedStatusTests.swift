import Foundation
import SystemPackage
import TestSupport
import Testing

@Suite("Exit status 74: input and output errors", .needsProgram, .needs("/dev/full"))
struct OutputStatusTests {
  @Test(
    "a full device as standard output",
    arguments: [
      "inspect MAP", "inspect MAP --json", "forecast MAP --plain", "diff MAP MAP", "layouts",
      "doctor --json", "capture self", "--help", "--version", "help inspect", "",
    ])
  func fullDevice(line: String) async throws {
    let folder = try TemporaryFolder()
    let map = try folder.file("usual.maps", SmallMap.usual)
    let words = line.replacing("MAP", with: "'\(map)'")
    let result = try await Program().shell("\"$A\" \(words) >/dev/full")
    #expect(result.status == 74, "\(result.error)")
    #expect(result.error.contains("standard output cannot be written"))
  }

  @Test("a full device by -o")
  func fullFile() async throws {
    let result = try await Program()("layouts", "-o", "/dev/full")
    #expect(result.status == 74)
    #expect(result.error.contains("No space left on device."))
  }

  @Test("a closed standard output")
  func closed() async throws {
    let result = try await Program().shell("\"$A\" layouts >&-")
    #expect(result.status == 74)
  }
}

/// Root may read everything, so it lowers itself to nobody; others ask for what is root's.
@Suite("Exit status 77: not permitted", .needsProgram)
struct PermissionStatusTests {
  /// The program for somebody who may not read what this user or root owns, nil where there is no
  /// way to be one.
  private func stranger(_ folder: TemporaryFolder) async throws -> String {
    guard geteuid() == 0 else {
      if (try? Fixtures.bytes("/proc/1/maps")) != nil { try Test.cancel("may read process 1") }
      return "\"$A\""
    }
    // The build may lie where nobody else comes in.
    let shown = "setpriv --reuid 65534 --regid 65534 --clear-groups '\(folder.path)/addrspace'"
    let trial = try await Program().shell(
      "chmod 755 '\(folder.path)' && cp \"$A\" '\(folder.path)/addrspace' && \(shown) --version")
    guard trial.status == 0 else {
      try Test.cancel("nobody cannot run the program here: \(trial.error)")
    }
    return shown
  }

  @Test(arguments: ["inspect", "forecast", "capture", "diff self"])
  func process(command: String) async throws {
    let folder = try TemporaryFolder()
    let program = try await stranger(folder)
    let result = try await Program().shell("\(program) \(command) 1")
    #expect(result.status == 77)
    #expect(result.output == "")
    #expect(result.error.contains("process 1 may not be read: not permitted."))
  }

  @Test("a file")
  func file() async throws {
    let folder = try TemporaryFolder()
    let program = try await stranger(folder)
    let path = try folder.file("secret.maps", SmallMap.usual)
    let result = try await Program().shell("chmod 0 '\(path)'; \(program) inspect '\(path)'")
    #expect(result.status == 77)
    #expect(result.error.contains("may not be opened: not permitted."))
  }
}
