import SystemPackage
import TestSupport
import Testing

@testable import AddressSpace
@testable import AddressSpaceSimulation

/// Maps saved at the start of real processes: the model takes the addresses that the kernel gave.
@Suite("Modelled spaces against saved launches")
struct SavedLaunchTests {
  static let folder = Fixtures.shared?.appending("truth")
  static let names: [String] =
    folder.map { folder in
      Fixtures.names(in: folder, suffix: ".maps").map { String($0.dropLast(5)) }
    } ?? []

  @Test("every buffer's address", .enabled(if: folder != nil), arguments: names)
  func everyAddress(name: String) throws {
    let folder = try #require(Self.folder)
    let snapshot = try Fixtures.snapshot(folder.appending(name + ".maps"))
    let truth = try #require(Expectation(try Fixtures.text(folder.appending(name + ".expect"))))
    let layout = Layout.inferred(from: snapshot.map, facts: snapshot.facts)
    var space = ModelledSpace(Room(map: snapshot.map, layout: layout, facts: snapshot.facts))
    var ranges: [AddressRange] = []
    while let range = space.map(LaunchTests.buffer, Mapping(isReserved: true)) {
      ranges.append(range)
    }
    #expect(ranges.count == truth.count)
    if !truth.ranges.isEmpty { #expect(ranges == truth.ranges) }
    for range in ranges { space.unmap(range) }
    #expect(space.freeBytes == space.room.freeBytes)
  }
}
