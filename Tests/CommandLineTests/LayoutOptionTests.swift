import TestSupport
import Testing

@Suite("--layout and --range", .needsProgram)
struct LayoutOptionTests {
  private func layout(_ options: String..., of map: String = SmallMap.usual) async throws -> JSON {
    let result = try await Program()(["inspect", "-", "--json"] + options, input: map)
    #expect(result.status == 0, "\(result.error)")
    let document = try JSON(result.output)
    #expect(document.inspectFaults == [])
    return document["layout"]
  }

  @Test("--layout overrides what the map shows")
  func chosen() async throws {
    #expect(try await layout()["name"] == .text("linux-i386-3g"))
    let chosen = try await layout("--layout", "linux-i386-4g")
    #expect(chosen["name"] == .text("linux-i386-4g"))
    #expect(chosen["high"] == .text("0xffffe000"))
    #expect(chosen["basis"].text?.contains("--layout") == true)
  }

  @Test("a Windows layout has Windows' allocators and granularity")
  func windows() async throws {
    let result = try await Program()(
      "inspect", "-", "--json", "--layout", "windows-2g", input: SmallMap.usual)
    let document = try JSON(result.output)
    #expect(
      Shape.inspect(allocators: ["virtualalloc", "heapalloc"]).faults(of: document) == [])
    #expect(document["buffers"][0]["allocator"] == .text("virtualalloc"))
    #expect(document["layout"]["granularityBytes"] == .integer(65536))
    #expect(document["layout"]["placement"] == .text("bottomUp"))
  }

  @Test("--range sets the bounds", arguments: ["10000-80000000", "0x10000-0x80000000"])
  func range(text: String) async throws {
    let layout = try await layout("--range", text)
    #expect(layout["low"] == .text("0x00010000") && layout["high"] == .text("0x80000000"))
    #expect(layout["basis"].text?.contains("--range") == true)
  }

  @Test("--range and --layout together")
  func both() async throws {
    let layout = try await layout("--layout", "windows-4g", "--range", "10000-40000000")
    #expect(layout["name"] == .text("windows-4g") && layout["high"] == .text("0x40000000"))
  }

  @Test("what lies outside is a remark, not a part of the totals")
  func outside() async throws {
    let result = try await Program()(
      "inspect", "-", "--json", "--range", "10000-80000000", input: SmallMap.usual)
    let document = try JSON(result.output)
    #expect(document["totals"]["regionCount"] == .integer(3))
    let remark = try #require(document["diagnostics"][0]["message"].text)
    #expect(remark.contains("3 mappings") && remark.contains("outside the user space"))
    #expect(result.error == "standard input: \(remark)\n")
  }

  /// Whatever the bounds: an answer, or wrong usage in a sentence; never a trap.
  @Test(
    "no bounds crash it",
    arguments: [
      "0-1", "0-1000", "1-2", "fff-1001", "0-ffffffffffffffff", "0-ffffffffffffe000",
      "1000-8000000000000000", "ffffffff00000000-ffffffffffffffff", "8049800-804a800",
      "fffffffffffffffe-ffffffffffffffff", "0-100000000",
    ])
  func anyBounds(text: String) async throws {
    for layout in [nil, "linux-i386-4g", "linux-x86-64", "windows-4g", "wine-2g"] {
      for command in ["inspect", "forecast"] {
        for format in ["text", "json", "plain"] {
          let options = layout.map { ["--layout", $0] } ?? []
          let result = try await Program()(
            [command, "-", "--range", text, "--format", format] + options, input: SmallMap.wide)
          #expect(
            [0, 64].contains(result.status), "\(command) \(layout ?? "") \(format): \(text)")
        }
      }
    }
  }
}
