import TestSupport
import Testing

@Suite("The document addrspace.diff/1", .needsProgram)
struct DiffDocumentTests {
  private func document(
    _ before: String, _ after: String, _ options: String...
  ) async throws -> JSON {
    let folder = try TemporaryFolder()
    let from = try folder.file("before.maps", before)
    let to = try folder.file("after.maps", after)
    let result = try await Program()(["diff", from, to, "--json"] + options)
    #expect(result.status == 0, "\(result.error)")
    let document = try JSON(result.output)
    #expect(Shape.diff.faults(of: document) == [])
    #expect(document["from"]["source"]["path"] == .text(from))
    #expect(document["to"]["source"]["path"] == .text(to))
    return document
  }

  @Test("two that are the same: every list is there and empty")
  func same() async throws {
    let document = try await document(SmallMap.usual, SmallMap.usual)
    #expect(document["spans"] == .list([]))
    for list in ["gone", "new", "resized"] { #expect(document["regions"][list] == .list([])) }
    #expect(document["buffers"][0]["from"] == document["buffers"][0]["to"])
    #expect(document["from"]["totals"] == document["to"]["totals"])
  }

  @Test("a new mapping splits a span; its end merges them again")
  func splitAndMerge() async throws {
    let split = try await document(SmallMap.usual, SmallMap.pinned)
    #expect(split["spans"].items.map { $0["change"].text } == ["split"])
    #expect(split["spans"][0]["before"].items.count == 1)
    #expect(split["spans"][0]["after"].items.count == 2)
    #expect(split["regions"]["new"].items.map { $0["low"].text } == ["0x60000000"])
    #expect(split["regions"]["gone"] == .list([]))
    let merged = try await document(SmallMap.pinned, SmallMap.usual)
    #expect(merged["spans"].items.map { $0["change"].text } == ["merged"])
    #expect(merged["regions"]["gone"].items.map { $0["low"].text } == ["0x60000000"])
  }

  @Test("a heap that grew shrinks the span above it")
  func resized() async throws {
    let grown = SmallMap.usual.replacing("0804a000-0806b000", with: "0804a000-0906b000")
    let document = try await document(SmallMap.usual, grown)
    #expect(document["spans"].items.map { $0["change"].text } == ["shrunk"])
    let heap = document["regions"]["resized"][0]
    #expect(heap["before"]["high"] == .text("0x0806b000"))
    #expect(heap["after"]["high"] == .text("0x0906b000"))
    let back = try await self.document(grown, SmallMap.usual)
    #expect(back["spans"].items.map { $0["change"].text } == ["grown"])
  }

  @Test("a span that is filled is lost; one that opens is gained")
  func lostAndGained() async throws {
    let filled = SmallMap.exhausted.replacing("50100000-bffff000", with: "50000000-bffff000")
    let lost = try await document(SmallMap.exhausted, filled)
    #expect(lost["spans"].items.map { $0["change"].text } == ["lost"])
    #expect(lost["spans"][0]["after"] == .list([]))
    let gained = try await document(filled, SmallMap.exhausted)
    #expect(gained["spans"].items.map { $0["change"].text } == ["gained"])
    #expect(gained["spans"][0]["before"] == .list([]))
  }

  @Test("what it did to the forecast, for each buffer")
  func buffers() async throws {
    let document = try await document(
      SmallMap.usual, SmallMap.pinned, "--buffer", "2G", "--buffer", "1G", "--buffer", "1M")
    let buffers = document["buffers"].items
    #expect(buffers.map { $0["request"].text } == ["2G", "1G", "1M"])
    #expect(buffers[0]["from"] == .integer(1) && buffers[0]["to"] == .integer(0))
  }
}
