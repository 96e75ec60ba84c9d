import TestSupport
import Testing

@Suite("Exit status 0 and 1: the answer is yes or no", .needsProgram)
struct AnswerStatusTests {
  static let requirements: [(options: [String], holds: Bool)] = [
    (["--require", "0"], true), (["--require", "1"], true), (["--require", "1000"], false),
    (["--buffer", "1G", "--require", "2"], true), (["--buffer", "1G", "--require", "3"], false),
    (["--buffer", "2G", "--buffer", "1G", "--require", "1"], true),
    (["--buffer", "3G", "--buffer", "1G", "--require", "1"], false),
    (["--buffer", "1G*2", "--sequence", "--require", "1"], true),
    (["--buffer", "1G*3", "--sequence", "--require", "1"], false),
    (["--require", "18446744073709551615"], false),
  ]

  @Test("forecast --require", arguments: requirements)
  func require(options: [String], holds: Bool) async throws {
    for format in [[], ["--json"], ["--plain"], ["--why"]] {
      let result = try await Program()(
        ["forecast", "-"] + options + format, input: SmallMap.usual)
      #expect(result.status == (holds ? 0 : 1), "\(format): \(result.error)")
      #expect(result.error == "")
    }
  }

  @Test("without --require a forecast of none is still an answer")
  func none() async throws {
    let result = try await Program()("forecast", "-", "--buffer", "4G", input: SmallMap.usual)
    #expect(result.status == 0)
  }

  @Test("diff --exit-code")
  func exitCode() async throws {
    let folder = try TemporaryFolder()
    let map = try folder.file("before.maps", SmallMap.usual)
    func status(_ options: String..., after: String) async throws -> Int {
      try await Program()(["diff", map, "-"] + options, input: after).status
    }
    #expect(try await status("--exit-code", after: SmallMap.usual) == 0)
    #expect(try await status("--exit-code", "--relative", after: SmallMap.usual) == 0)
    #expect(try await status("--exit-code", after: SmallMap.pinned) == 1)
    #expect(try await status("--exit-code", "--json", after: SmallMap.pinned) == 1)
    #expect(try await status("--exit-code", "--relative", after: SmallMap.pinned) == 1)
    #expect(try await status(after: SmallMap.pinned) == 0)
  }

  @Test("diff --relative --exit-code does not mind randomisation")
  func relative() async throws {
    let folder = try TemporaryFolder()
    let map = try folder.file("before.maps", SmallMap.usual)
    let moved = SmallMap.usual
      .replacing("b7e00000-b7fa0000", with: "b6e00000-b6fa0000")
      .replacing("b7fa0000-b7fa3000", with: "b6fa0000-b6fa3000")
    let absolute = try await Program()("diff", map, "-", "--exit-code", input: moved)
    #expect(absolute.status == 1)
    let relative = try await Program()("diff", map, "-", "--exit-code", "--relative", input: moved)
    // The free space beside it did change its size; the library itself is no difference.
    #expect(!relative.output.contains("GONE") && !relative.output.contains("NEW"))
  }

  @Test("no arguments: help")
  func noArguments() async throws {
    let result = try await Program()()
    #expect(result.status == 0)
    #expect(result.output.contains("SUBCOMMANDS:") && result.error == "")
  }
}
