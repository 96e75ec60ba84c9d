import SystemPackage
import TestSupport
import Testing

/// What the program says of minidumps: documents, the first screen, changes, remarks.
@Suite("Minidumps at the command line", .needsProgram)
struct MinidumpScreenTests {
  static func file(
    in folder: TemporaryFolder, _ change: (inout SmallWindowsProcess) -> Void = { _ in }
  ) throws -> String {
    var process = SmallWindowsProcess()
    change(&process)
    return try folder.file("photo.dmp", process.file)
  }

  @Test("every document has its shape")
  func documents() async throws {
    let folder = try TemporaryFolder()
    for hasRegions in [true, false] {
      let path = try Self.file(in: folder) {
        $0.hasRegions = hasRegions
        $0.commitPages = (limit: 0x4_0000, used: 0x3_0000)
      }
      let document = try JSON(try await Program()("inspect", path, "--json").output)
      #expect(Shape.inspect(allocators: ["virtualalloc", "heapalloc"]).faults(of: document) == [])
      #expect(document.inspectFaults == [])
      #expect(document["source"]["kind"] == .text("minidump"))
      #expect(document["source"]["pid"].integer == 4711)
      #expect(document["source"]["name"] == .text("photo.exe"))
      #expect(document["totals"]["committedBytes"].integer == 5 << 20)
      let buffer = document["buffers"][0]
      #expect(buffer["exact"] == .flag(false))
      #expect(buffer["bound"] == .text(hasRegions ? "at-least" : "at-most"))
      #expect(
        buffer["limits"].items.map { $0["name"] } == [
          .text("address space"), .text("commit limit"),
        ])
      #expect(document["diagnostics"].items.isEmpty == hasRegions)
      let plain = try await Program()("inspect", path, "--plain").output
      #expect(plain.contains("\ntotal\tunusable\t"))
      #expect(plain.contains("\t\(hasRegions ? "at-least" : "at-most")\n"))
    }
  }

  @Test("the first screen: what is unusable, the nearest wall, the way out")
  func screen() async throws {
    let folder = try TemporaryFolder()
    // Without its memory it is not known that the system is a 32-bit one.
    let path = try Self.file(in: folder) { $0.hasMemory = false }
    let open = try await Program()("inspect", path).output
    #expect(open.hasPrefix("photo.exe  pid 4711  windows-2g  0x00010000-0x7fff0000  "))
    #expect(open.contains("  unusable"))
    #expect(open.contains("of that: mappings begin at multiples of 64 KiB"))
    #expect(open.contains("the flag would give"))
    #expect(!open.contains("at most") && !open.contains("at least"))
    let walled = try Self.file(in: folder) { $0.commitPages = (limit: 0x4_0000, used: 0x3_0000) }
    let wall = try await Program()("inspect", walled, "--buffer", "100MiB").output
    #expect(wall.contains("  nearest wall       256 MiB   of commit"))
    let why = try await Program()("forecast", walled, "--buffer", "100MiB").output
    #expect(why.contains("Windows promises 1 GiB to all"))
  }

  @Test("without a list of regions: at most, never at least")
  func upperBound() async throws {
    let folder = try TemporaryFolder()
    let path = try Self.file(in: folder) { $0.hasRegions = false }
    for command in [["inspect", path], ["forecast", path, "--buffer", "48MiB"]] {
      let result = try await Program()(command)
      #expect(result.output.contains("at most "))
      #expect(!result.output.contains("at least") && !result.output.contains(">="))
      #expect(result.error.contains("upper bound") || result.output.contains("1 remark"))
    }
    let screen = try await Program()("inspect", path).output
    #expect(screen.contains("The source does not list all memory"))
    #expect(screen.contains("<="))
    let none = try await Program()("inspect", path, "--buffer", "1900MiB").output
    #expect(none.contains("None of 1900MiB") && !none.contains("Perhaps"))
  }

  @Test("changes of Windows programs", arguments: ["laa", "3gb", "without=filter.dll"])
  func changes(change: String) async throws {
    let folder = try TemporaryFolder()
    let path = try Self.file(in: folder) { $0.hasMemory = change != "laa" }
    let now = try JSON(try await Program()("forecast", path, "--json", "--buffer", "200MiB").output)
    let then = try JSON(
      try await Program()("forecast", path, "--json", "--buffer", "200MiB", "--if", change).output)
    let before = try #require(now["buffers"][0]["fits"].integer)
    let after = try #require(then["buffers"][0]["fits"].integer)
    #expect(change.hasPrefix("without") ? after >= before : after > before + 4)
  }

  @Test("by module: with versions")
  func modules() async throws {
    let folder = try TemporaryFolder()
    let path = try Self.file(in: folder)
    let text = try await Program()("inspect", path, "--by", "module").output
    #expect(text.contains("photo.exe  2.1.0.77\n"))
    let document = try JSON(try await Program()("inspect", path, "--by", "module", "--json").output)
    #expect(Shape.inspect(allocators: ["virtualalloc", "heapalloc"]).faults(of: document) == [])
    let versions = document["by"]["entries"].items.compactMap { $0["version"].text }
    #expect(versions.sorted() == ["2.1.0.77", "6.1.7601.17514"])
  }

  @Test("from standard input too")
  func pipe() async throws {
    let folder = try TemporaryFolder()
    let path = try Self.file(in: folder)
    let named = try JSON(try await Program()("inspect", path, "--json").output)
    let piped = try JSON(
      try await Program().shell("exec \"$A\" inspect - --json <\"$0\"", arguments: [path]).output)
    #expect(named["totals"] == piped["totals"] && named["buffers"] == piped["buffers"])
  }
}
