import SystemPackage
import TestSupport
import Testing

@Suite("Colours", .needsProgram)
struct ColorTests {
  static let escape = "\u{1B}"

  private func inspected(
    _ options: String..., environment: [String: String] = [:], onTerminal: Bool = false
  ) async throws -> String {
    let folder = try TemporaryFolder()
    let map = try folder.file("usual.maps", SmallMap.usual)
    let program = Program(environment: environment)
    let line = (["inspect", "-q", map] + options)
    let result =
      onTerminal
      ? try await program.shell(
        "exec script -qec '\"$A\" \(line.joined(separator: " "))' /dev/null </dev/null")
      : try await program(line)
    #expect(result.status == 0, "\(result.error)")
    return result.output
  }

  @Test("a pipe has none unless they are asked for")
  func pipe() async throws {
    #expect(try await !inspected().contains(Self.escape))
    #expect(try await !inspected("--color", "auto").contains(Self.escape))
    #expect(try await !inspected("--color", "never").contains(Self.escape))
    #expect(try await inspected("--color", "always").contains(Self.escape))
  }

  @Test("--color wins over NO_COLOR and TERM")
  func forced() async throws {
    let environment = ["NO_COLOR": "1", "TERM": "dumb"]
    let text = try await inspected("--color", "always", environment: environment)
    #expect(text.contains(Self.escape))
  }

  @Test("json and plain never have any")
  func machines() async throws {
    #expect(try await !inspected("--color", "always", "--json").contains(Self.escape))
    #expect(try await !inspected("--color", "always", "--plain").contains(Self.escape))
  }

  @Test(
    "on a terminal: NO_COLOR and TERM=dumb are honoured", .needs("/usr/bin/script"),
    arguments: [
      ([:], true), (["NO_COLOR": ""], true), (["NO_COLOR": "1"], false), (["TERM": "dumb"], false),
      (["NO_COLOR": "0"], false),
    ])
  func terminal(environment: [String: String], isColored: Bool) async throws {
    let text = try await inspected(environment: environment, onTerminal: true)
    #expect(text.contains(Self.escape) == isColored)
    let never = try await inspected("--color", "never", environment: environment, onTerminal: true)
    #expect(!never.contains(Self.escape))
  }

  @Test("a file by -o has none even on a terminal", .needs("/usr/bin/script"))
  func file() async throws {
    let folder = try TemporaryFolder()
    let answer = try folder.file("answer", "")
    _ = try await inspected("-o", answer, onTerminal: true)
    let text = try Fixtures.text(.init(answer))
    #expect(text != "" && !text.contains(Self.escape))
  }

  @Test("without the colours the text is the same")
  func sameText() async throws {
    let colored = try await inspected("--color", "always")
    #expect(colored.withoutEscapes == (try await inspected()))
  }
}

extension String {
  /// The text as a terminal shows it: without sequences that set colours.
  var withoutEscapes: String { replacing(/\u{1B}\[[0-9;]*m/, with: "") }
}
