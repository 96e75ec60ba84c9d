import SystemPackage
import TestSupport
import Testing

@Suite("forecast --if and --advise", .needsProgram)
struct ForecastChangeTests {
  private func document(_ options: String..., of map: String) async throws -> JSON {
    let result = try await Program()(["forecast", "-", "--json"] + options, input: map)
    #expect(result.status == 0, "\(result.error)")
    return try JSON(result.output)
  }

  private static let wine = Fixtures.own.appending("wine/wine8-2g-bare.smaps")

  @Test("the document of a changed space has the key `if`")
  func changed() async throws {
    let document = try await document(
      "--if", "tile=16MiB", "--if", "layout=linux-i386-4g", "--buffer", "48MiB", "--buffer", "1M",
      of: SmallMap.pinned)
    let shape = Shape.forecast.with(["if": Shape.changed])
    #expect(shape.faults(of: document) == [])
    #expect(
      document["if"]["changes"].items.map(\.text) == ["layout=linux-i386-4g", "tile=16MiB"])
    #expect(document["if"]["restart"] == .flag(true))
    #expect(document["layout"]["name"] == .text("linux-i386-4g"))
    #expect(document["if"]["fitsRange"].items.count == 2)
    #expect(document["buffers"][0]["request"] == .text("48MiB"))
  }

  @Test("what a change says of fits lies in its range, and is exact only where that is one number")
  func range() async throws {
    for change in ["layout=linux-i386-4g", "without=*libc.so.6", "tile=1M"] {
      let result = try await Program()(
        "forecast", "-", "--json", "--if", change, "--allocator", "mmap", input: SmallMap.pinned)
      guard result.status == 0 else { continue }
      let document = try JSON(result.output)
      let buffer = document["buffers"][0]
      let range = document["if"]["fitsRange"][0].items.compactMap(\.integer)
      let fits = try #require(buffer["fits"].integer)
      #expect(range.count == 2 && range[0] <= fits && fits <= range[1], "\(change)")
      if buffer["exact"] == .flag(true) { #expect(range[0] == range[1], "\(change)") }
    }
  }

  @Test("advice is in its shape, most gained first, and --if says the same")
  func advice() async throws {
    let path = Self.wine.string
    let result = try await Program()("forecast", path, "--advise", "--json", "-q")
    let document = try JSON(result.output)
    #expect(Shape.forecast.with(["changes": Shape.changes]).faults(of: document) == [])
    let changes = document["changes"].items
    let gains = changes.compactMap { $0["gain"][0].integer }
    #expect(zip(gains, gains.dropFirst()).allSatisfy { $0 >= $1 })
    #expect(changes.first?["change"] == .text("laa"))
    for change in changes {
      let name = try #require(change["change"].text)
      let then = try JSON(
        try await Program()("forecast", path, "--if", name, "--json", "-q").output)
      #expect(then["buffers"][0]["fits"] == change["fits"][0], "\(name)")
      #expect(change["command"].text?.isEmpty == false && change["cost"].text?.isEmpty == false)
    }
  }

  @Test("the flag gives what it gave to the program that had it")
  func firstScreen() async throws {
    let screen = try await Program()("inspect", Self.wine.string)
    #expect(
      screen.output.contains(
        "way out         not large address aware: the flag would give 8 instead of 3\n"))
    let aware = try await Program()(
      "forecast", Fixtures.own.appending("wine/wine8-laa-bare.smaps").string, "--json", "-q")
    #expect(try JSON(aware.output)["buffers"][0]["fits"] == .integer(8))
  }

  @Test("text says what was changed, advice what to do; plain has a record each")
  func text() async throws {
    let path = Self.wine.string
    let changed = try await Program()("forecast", path, "--if", "laa", "-q")
    #expect(changed.output.hasPrefix("With laa, after a restart:\n8 more of"))
    let advice = try await Program()("forecast", path, "--advise", "-q")
    #expect(advice.output.contains("WAYS OUT\n     8  laa, after a restart\n"))
    #expect(advice.output.split(separator: "\n").allSatisfy { $0.count <= 100 })
    let plain = try await Program()("forecast", path, "--advise", "--if", "laa", "--plain", "-q")
    let records = plain.output.split(separator: "\n").map { $0.split(separator: "\t") }
    #expect(records.first == ["if", "laa"])
    #expect(records.contains { $0.first == "change" && $0.count == 8 })
    #expect(!records.contains { $0.first == "change" && $0[1] == "laa" })
  }

  @Test("nothing that helps is said so")
  func nothing() async throws {
    let result = try await Program()(
      "forecast", "-", "--advise", "--buffer", "4G", input: SmallMap.wide)
    #expect(result.status == 0)
    let none = try await Program()(
      "forecast", "-", "--advise", "--buffer", "1K", "--layout", "windows-4g",
      input: "00010000-00020000 rw-p 00000000 00:00 0\n")
    #expect(none.output.contains("No change that is known would make more fit."))
  }
}
