import SystemPackage
import TestSupport
import Testing

@Suite("Standard input, output and error", .needsProgram)
struct StreamTests {
  @Test("a closed pipe ends it quietly", arguments: ["--json", "--plain", "--top 0"])
  func closedPipe(options: String) async throws {
    let map = Fixtures.own.appending("wine/wine8-2g-fragmented.maps").string
    let result = try await Program().shell(
      "\"$A\" inspect -q '\(map)' \(options) | head -1 >/dev/null; echo ${PIPESTATUS[0]}")
    #expect(result.error == "")
    #expect(["0\n", "141\n"].contains(result.output))
  }

  @Test("standard input is a terminal: a sentence, never a wait", .needs("/usr/bin/script"))
  func terminal() async throws {
    for command in ["inspect", "forecast", "diff self"] {
      let result = try await Program().shell(
        "exec script -qec '\"$A\" \(command) -' /dev/null </dev/null")
      #expect(result.status == 64)
      #expect(result.output.contains("standard input is a terminal."))
    }
  }

  @Test("-o writes a file and nothing else")
  func outputFile() async throws {
    let folder = try TemporaryFolder()
    for options in [["inspect", "-"], ["forecast", "-", "--json"], ["layouts", "--plain"]] {
      let path = try folder.file("answer", "what was here before, and longer than any answer\n")
      let plain = try await Program()(options, input: SmallMap.usual)
      let result = try await Program()(options + ["-o", path], input: SmallMap.usual)
      #expect(result.status == 0 && result.output == "" && result.error == "")
      #expect(try Fixtures.text(.init(path)) == plain.output)
    }
  }

  @Test("an output file that cannot be is not called a missing input")
  func outputNowhere() async throws {
    let result = try await Program()("layouts", "-o", "/nonexistent/answer")
    #expect(result.status != 0 && result.output == "")
    #expect(result.error.contains("/nonexistent/answer"))
    #expect(!result.error.contains("A process is named by its number"))
  }

  @Test("remarks go to standard error, three and their number; -q silences, -v shows all")
  func remarks() async throws {
    let map = SmallMap.usual + (1...5).map { "nonsense \($0)\n" }.joined()
    let usual = try await Program()("inspect", "-", input: map)
    #expect(
      usual.error == """
        standard input:7: not a mapping; line skipped
        standard input:8: not a mapping; line skipped
        standard input:9: not a mapping; line skipped
        standard input: and 2 more. --strict stops at the first.

        """)
    let quiet = try await Program()("inspect", "-", "-q", input: map)
    #expect(quiet.error == "" && quiet.output == usual.output)
    let verbose = try await Program()("inspect", "-", "-v", input: map)
    #expect(verbose.error.contains(":11: not a mapping; line skipped"))
    #expect(verbose.error.contains("layout: linux-i386-3g: "))
  }

  @Test("hints appear on a terminal only", .needs("/usr/bin/script"))
  func hints() async throws {
    let folder = try TemporaryFolder()
    let map = try folder.file("usual.maps", SmallMap.usual)
    let hint = "addrspace forecast \(map)"
    #expect(try await Program().onTerminal("inspect", map).output.contains(hint))
    #expect(try await !Program().onTerminal("inspect", "-q", map).output.contains(hint))
    #expect(try await !Program().onTerminal("inspect", "--json", map).output.contains(hint))
    #expect(try await !Program()("inspect", map).error.contains(hint))
  }

  @Test("--json, --plain and --format say the same")
  func formats() async throws {
    for command in ["inspect", "forecast"] {
      for format in ["json", "plain"] {
        let short = try await Program()(command, "-", "--\(format)", input: SmallMap.usual)
        let long = try await Program()(command, "-", "--format", format, input: SmallMap.usual)
        #expect(short.output == long.output && short.output != "")
      }
    }
  }
}
