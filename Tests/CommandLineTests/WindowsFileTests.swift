import SystemPackage
import TestSupport
import Testing

@Suite("Files of Windows tools at the command line", .needsProgram)
struct WindowsFileTests {
  static let names = [
    "address-blocks.txt", "address-star.txt", "address-plus.txt", "address-wow64.txt",
    "address-values.csv", "address-summary.txt", "vadump.txt", "vmmap.csv", "vmmap-german.csv",
    "vmmap.mmp", "hs_err_pid4711.log",
  ]

  private func path(_ name: String) -> String {
    Fixtures.own.appending("windows").appending(name).string
  }

  @Test("documents", arguments: names)
  func documents(name: String) async throws {
    let result = try await Program()(["inspect", "--json", path(name)])
    #expect(result.status == 0, "\(result.error)")
    let document = try JSON(result.output)
    let shape = Shape.inspect(allocators: ["virtualalloc", "heapalloc"])
    #expect(shape.faults(of: document).isEmpty, "\(shape.faults(of: document))")
    if name != "address-summary.txt" { #expect(document.inspectFaults.isEmpty) }
    #expect(document["totals"]["notListedBytes"] == .integer(0) || name == "address-summary.txt")
  }

  @Test("a summary alone is said to be one")
  func summary() async throws {
    let program = Program()
    let text = try await program(["inspect", path("address-summary.txt")])
    #expect(text.output.contains("from a summary: totals and the largest free span"))
    #expect(text.output.contains("in 22 spans"))
    #expect(text.output.split(separator: "\n").allSatisfy { $0.count < 80 })
    let document = try JSON(
      try await program(["inspect", "--json", path("address-summary.txt")]).output)
    #expect(document["totals"]["freeBytes"] == .integer(1_569_030_144))
    #expect(document["totals"]["regionCount"] == .integer(49))
    #expect(document["totals"]["reachableFreeBytes"] == .null)
    #expect(document["freeSpans"].items.count == 1)
    #expect(document["buffers"][0]["exact"] == .flag(false))
    let plain = try await program(["inspect", "--format", "plain", path("address-summary.txt")])
    #expect(plain.output.contains("total\tfree\t1569030144\n"))
  }

  @Test("a list and what VMMap saved of it do not differ")
  func same() async throws {
    let result = try await Program()(
      ["diff", "--json", path("address-plus.txt"), path("vmmap.csv")])
    #expect(result.status == 0)
    #expect(try JSON(result.output)["spans"].items.isEmpty)
  }

  @Test("what is no list ends with status 65 and what to give")
  func refused() async throws {
    let answer = "0:000> !address 75831234\nUsage:   Image\nBase Address:   75831000\n"
    let result = try await Program()(["inspect", "-"], input: answer)
    #expect(result.status == 65)
    #expect(result.error.contains("Give the whole list"))
  }
}
