import SystemPackage
import TestSupport
import Testing

/// The commands that `docs/simulate.md` shows.
@Suite(
  "The page of simulate", .needsProgram,
  .enabled(if: Machine.hasReleaseBinary, "needs the release binary (ADDRSPACE_BINARY)"))
struct SimulatePageTests {
  @Test("a launch stands in the place of a target, as the page says")
  func targets() async throws {
    let page = try Fixtures.text(Fixtures.package.appending("docs/simulate.md"))
    let lines = page.split(separator: "\n").filter {
      $0.hasPrefix("    addrspace ") && $0.contains("--simulate ")
    }
    #expect(lines.count == 4)
    let folder = try TemporaryFolder()
    let program = Program(directory: folder.path)
    for line in lines {
      let words = line.dropFirst("    addrspace ".count)
      let result = try await program.shell("exec \"$A\" \(words)")
      // One photo fits at the end where the page asks for two.
      #expect(result.status == (words.hasPrefix("check") ? 1 : 0), "\(line): \(result)")
      #expect(!result.error.contains("addrspace:"), "\(line): \(result.error)")
    }
    // What one of them has written is a map that answers as the launch does.
    let saved = try await program("forecast", "seven.maps", "--plain")
    let launch = try await program(
      "forecast", "--simulate", "photo-organizer", "--run", "7", "--plain")
    #expect(saved.output == launch.output)
  }

  @Test("the screen of each scenario that is built in fits 30 lines of 79 columns")
  func screens() async throws {
    for name in ["photo-organizer", "python-batch", "embedded-armv7", "linux-hello"] {
      let result = try await Program()("simulate", name, "--runs", "20")
      #expect(result.status == 0, "\(name): \(result.error)")
      let lines = result.output.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
      #expect(lines.count <= 30, "\(name): \(lines.count) lines")
      #expect(lines.filter { $0.count > 79 } == [], "\(name)")
    }
  }
}
