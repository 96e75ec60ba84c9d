import SystemPackage
import TestSupport
import Testing

/// The first screen fits a terminal of 80 columns without wrapping, and its 30 lines without
/// scrolling.
@Suite("The size of the first screen", .needsProgram)
struct ScreenSizeTests {
  /// What does not fit, each line behind the name.
  private func faults(_ output: String, _ name: String) -> [String] {
    let lines = output.withoutEscapes.split(separator: "\n", omittingEmptySubsequences: false)
      .dropLast()
    let long = lines.count > 30 ? ["\(name): \(lines.count) lines"] : []
    return long + lines.filter { $0.count > 79 }.map { "\(name): \($0.count) columns: \($0)" }
  }

  @Test(arguments: GoldenTests.inspections)
  func golden(golden: Golden) async throws {
    let program = Program(environment: golden.environment, directory: Fixtures.own)
    #expect(faults(try await program(golden.words).output, golden.name) == [])
  }

  /// Files that nobody here wrote, and those of our own testbeds.
  static let saved: [String] = {
    let folders =
      ["linux-maps", "linux-smaps", "truth"].compactMap { Fixtures.shared?.appending($0) }
      + [Fixtures.own.appending("wine")]
    return folders.flatMap { folder in
      Fixtures.names(in: folder, suffix: "maps").map { folder.appending($0).string }
    }
  }()

  @Test("of real maps", arguments: [[], ["--buffer", "48MB@4MiB", "--buffer", "1M"]])
  func real(options: [String]) async throws {
    var faults: [String] = []
    for path in Self.saved {
      let result = try await Program()(["inspect", "-q", path] + options)
      #expect(result.status == 0, "\(path): \(result.error)")
      faults += self.faults(result.output, FilePath(path).lastComponent?.string ?? path)
    }
    #expect(faults == [])
  }

  @Test("of the widest numbers there are")
  func widest() async throws {
    let name = String(repeating: "very-long-name-", count: 15) + ".so"
    let map = """
      00010000-7ff012345000 r-xp 00000000 08:01 11 /\(name)
      7ff0f2345000-7fffeeeee000 r-xp 00000000 08:01 12 /\(name)
      7fffffffe000-7ffffffff000 rw-p 00000000 00:00 0 [stack]

      """
    let folder = try TemporaryFolder()
    let path = try folder.file("\(name.prefix(200)).maps", map)
    for options in [[], ["--buffer", "1023.9K@2M"], ["--top", "1"]] {
      let result = try await Program()(["inspect", path] + options)
      #expect(faults(result.output, "\(options)") == [])
    }
  }

  @Test("wider terminals get longer names, narrower ones what they can show")
  func columns() async throws {
    for columns in ["1", "40", "60", "80", "100", "200", "0", "x", ""] {
      let program = Program(environment: ["COLUMNS": columns], directory: Fixtures.own)
      let result = try await program("inspect", "golden/photo.maps")
      #expect(result.status == 0)
      let most = max(79, min(100, Int(columns) ?? 80))
      #expect(result.output.split(separator: "\n").allSatisfy { $0.count <= most }, "\(columns)")
    }
  }
}
