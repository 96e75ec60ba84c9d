import SystemPackage
import TestSupport
import Testing

@Suite("The ways to name a target", .needsProgram)
struct TargetTests {
  private func document(_ words: [String], _ program: Program = Program(), input: String = "")
    async throws -> JSON
  {
    let result = try await program(["inspect", "--json"] + words, input: input)
    #expect(result.status == 0, "\(result.error)")
    return try JSON(result.output)
  }

  @Test("a process id")
  func process() async throws {
    let result = try await Program().shell(
      Program.sleeper + "echo $p; \"$A\" inspect $p --json; kill $p")
    let lines = result.output.split(separator: "\n", maxSplits: 1)
    let document = try JSON(String(lines.last ?? ""))
    #expect(document["source"]["kind"] == .text("process"))
    #expect(document["source"]["pid"].integer.map { "\($0)" } == lines.first.map(String.init))
    #expect(document["source"]["name"] == .text("sleep"))
    #expect(document["layout"]["name"] == .text("linux-x86-64"))
    #expect(document["layout"]["assumed"] == .flag(false))
  }

  @Test("self, many times: its own memory moves while it reads")
  func itself() async throws {
    let results = try await Program().shell(
      """
      for i in {1..20}; do for options in '' --json --plain '--range 10000-c0000000' -v; do
        "$A" inspect self $options 2>&1 >/dev/null | grep addrspace:
      done; done; "$A" capture self >/dev/null
      """)
    #expect(results.status == 0)
    #expect(results.output == "")
  }

  @Test("a file")
  func file() async throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("usual.maps", SmallMap.usual)
    let document = try await document([path])
    #expect(document["source"]["kind"] == .text("maps"))
    #expect(document["source"]["path"] == .text(path))
    #expect(document["source"]["pid"] == .null)
    #expect(document["layout"]["assumed"] == .flag(true))
  }

  @Test("standard input")
  func standardInput() async throws {
    let document = try await document(["-"], input: SmallMap.usual)
    #expect(document["source"]["kind"] == .text("maps"))
    #expect(document["source"]["path"] == .null)
    let text = try await Program()("inspect", "-", input: SmallMap.usual)
    #expect(text.output.hasPrefix("standard input  "))
  }

  @Test("./4711 is a file, 4711 is not", arguments: ["4711", "self", "-"])
  func fileCalledLikeAnotherTarget(name: String) async throws {
    let folder = try TemporaryFolder()
    let program = Program(directory: folder.path)
    _ = try folder.file(name, SmallMap.usual)
    let document = try await document(["./\(name)"], program, input: "nothing")
    #expect(document["source"]["path"] == .text("./\(name)"))
    #expect(document["totals"]["regionCount"] == .integer(6))
    let other = try await program("inspect", name, "--json", input: SmallMap.pinned)
    if other.status == 0 {
      #expect(try JSON(other.output)["source"]["path"] == .null)
    } else {
      #expect(name == "4711" && [66, 77].contains(other.status))
    }
  }

  @Test("a file whose name has blanks, quotes or other letters")
  func oddNames() async throws {
    let folder = try TemporaryFolder()
    for name in ["a map.maps", "\"quoted\".maps", "Straße-地図.maps", "back\\slash", "new\nline"] {
      let path = try folder.file(name, SmallMap.usual)
      #expect(try await document([path])["source"]["path"] == .text(path))
    }
  }

  @Test("a file by a named pipe, and by /dev/stdin")
  func pipes() async throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("usual.maps", SmallMap.usual)
    for line in ["inspect <(cat '\(path)')", "inspect /dev/stdin <'\(path)'"] {
      let result = try await Program().shell("\"$A\" \(line) --json")
      #expect(try JSON(result.output)["totals"]["regionCount"] == .integer(6))
    }
  }

  @Test("diff takes a live process and standard input")
  func diff() async throws {
    let result = try await Program().shell(
      Program.sleeper
        + "\"$A\" capture $p | \"$A\" diff - $p --exit-code --json; echo status $? >&2; kill $p")
    #expect(result.error == "status 0\n")
    let document = try JSON(result.output)
    #expect(document["from"]["source"]["kind"] == .text("maps"))
    #expect(document["to"]["source"]["kind"] == .text("process"))
  }
}
