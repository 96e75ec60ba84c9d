import SystemPackage
import TestSupport
import Testing

@Suite("The document addrspace.inspect/1", .needsProgram)
struct InspectDocumentTests {
  static let linux = ["mmap", "malloc"]
  static let windows = ["virtualalloc", "heapalloc"]

  /// Maps of every system, some with remarks, one with nothing free.
  static let maps: [(name: String, text: String, allocators: [String])] = [
    ("usual", SmallMap.usual, linux), ("pinned", SmallMap.pinned, linux),
    ("fragmented", SmallMap.fragmented, linux), ("exhausted", SmallMap.exhausted, linux),
    ("wide", SmallMap.wide, linux), ("bad line", SmallMap.usual + "nonsense\n", linux),
    ("nothing free", "00000000-ffffe000 rw-p 00000000 00:00 0\n", linux),
    ("one page", "40000000-40001000 rw-p 00000000 00:00 0", linux),
  ]

  @Test("has every key in its type", arguments: maps)
  func shape(name: String, text: String, allocators: [String]) async throws {
    let result = try await Program()("inspect", "-", "--json", input: text)
    #expect(result.status == 0, "\(result.error)")
    let document = try JSON(result.output)
    #expect(Shape.inspect(allocators: allocators).faults(of: document) == [])
    #expect(document.inspectFaults == [])
  }

  static let saved = Fixtures.names(in: Fixtures.own.appending("wine"), suffix: "maps")

  @Test("of real maps", arguments: saved)
  func real(name: String) async throws {
    let path = Fixtures.own.appending("wine").appending(name).string
    let result = try await Program()("inspect", path, "--json", "--buffer", "16M")
    let document = try JSON(result.output)
    #expect(Shape.inspect(allocators: Self.windows).faults(of: document) == [])
    #expect(document.inspectFaults == [])
    #expect(document["source"]["path"] == .text(path))
    #expect(document["source"]["kind"].text == (name.hasSuffix(".smaps") ? "smaps" : "maps"))
    #expect(document["pins"].items.count > 0 && document["freeSpans"].items.count > 0)
  }

  @Test("of this process")
  func live() async throws {
    let result = try await Program()("inspect", "self", "--json")
    let document = try JSON(result.output)
    #expect(Shape.inspect(allocators: Self.linux).faults(of: document) == [])
    #expect(document.inspectFaults == [])
    #expect(document["source"]["kind"] == .text("process"))
    #expect(document["source"]["name"] == .text("addrspace"))
    #expect(document["source"]["path"] == .null)
    #expect(document["source"]["pid"].integer != nil)
    #expect(document["layout"]["assumed"] == .flag(false))
  }

  @Test("says fits, fragmented and exhausted")
  func verdicts() async throws {
    for (text, verdict) in [
      (SmallMap.usual, "fits"), (SmallMap.fragmented, "fragmented"),
      (SmallMap.exhausted, "exhausted"),
    ] {
      let result = try await Program()("inspect", "-", "--json", input: text)
      let buffer = try JSON(result.output)["buffers"][0]
      #expect(buffer["verdict"] == .text(verdict))
      #expect(buffer["request"] == .text("8000x6000x4x2"))
      #expect(buffer["bytes"] == .integer(384_000_000))
      #expect(buffer["footprintBytes"] == .integer(384_004_096))
    }
  }

  @Test("--top shortens the free spans and the pins only")
  func top() async throws {
    let path = Fixtures.own.appending("wine/wine8-laa-bare.smaps").string
    let all = try JSON(try await Program()("inspect", path, "--json").output)
    for top in ["0", "1", "3", "1000000"] {
      let some = try JSON(try await Program()("inspect", path, "--json", "--top", top).output)
      let count = top == "0" ? Int.max : Int(top) ?? 0
      for list in ["freeSpans", "pins"] {
        #expect(some[list].items == Array(all[list].items.prefix(count)))
      }
      for rest in ["totals", "kinds", "buffers", "fragmentation", "diagnostics"] {
        #expect(some[rest] == all[rest])
      }
    }
  }

  @Test("numbers above 2^53 stay whole")
  func large() async throws {
    let result = try await Program()(
      "inspect", "-", "--json", "--buffer", "18014398509481985", "--buffer", "1152921504606846977",
      input: SmallMap.wide)
    let document = try JSON(result.output)
    #expect(Shape.inspect(allocators: Self.linux).faults(of: document) == [])
    #expect(document.inspectFaults == [])
    let bytes = document["buffers"].items.map { $0["bytes"] }
    #expect(bytes == [.integer(18_014_398_509_481_985), .integer((1 << 60) + 1)])
    #expect(result.output.contains("\"bytes\": 18014398509481985,"))
  }
}
