import AddressSpace
import SystemPackage
import TestSupport
import Testing

/// Maps saved at the start of real processes, each with what `mmap` then really gave.
@Suite("Saved maps against what really happened next")
struct SavedTruthTests {
  static let folder = Fixtures.shared?.appending("truth")
  static let names: [String] =
    folder.map { folder in
      Fixtures.names(in: folder, suffix: ".maps").map { String($0.dropLast(5)) }
    } ?? []

  @Test("count and every placement", .enabled(if: folder != nil), arguments: names)
  func countAndPlacements(name: String) throws {
    let folder = try #require(Self.folder)
    let snapshot = try Fixtures.snapshot(folder.appending(name + ".maps"))
    let truth = try #require(
      Expectation(try Fixtures.text(folder.appending(name + ".expect"))))
    let layout = Layout.inferred(from: snapshot.map, facts: snapshot.facts)
    let room = Room(map: snapshot.map, layout: layout, facts: snapshot.facts)
    let isWine = name.hasPrefix("wine")
    let forecast = try Forecaster(room).forecast(
      BufferRequest(text: "8000x6000x4x2"), allocator: Allocator(isWine ? .virtualalloc : .mmap),
      placements: 100)
    #expect(forecast.fits == truth.count, "\(layout.name): \(layout.basis)")
    if !truth.ranges.isEmpty { #expect(forecast.placements == truth.ranges) }
  }
}
