import AddressSpace
import SystemPackage
import TestSupport
import Testing

/// Wine's rules, against what `VirtualAlloc` really gave.
@Suite("Wine layouts")
struct WineLayoutTests {
  static let folder = Fixtures.own.appending("wine")
  static let files = Fixtures.names(in: folder, suffix: ".smaps").map { String($0.dropLast(6)) }
  static let vquery = Fixtures.shared?.appending("truth/wine10-newwow64-2g.vquery")

  /// The size of a fixture's buffers is that of each range in it.
  static func expectation(_ name: String) throws -> (
    truth: TestSupport.Expectation, size: ByteCount
  ) {
    let text = try Fixtures.text(folder.appending(name + ".expect"))
    let read = TestSupport.Expectation(text)
    let truth = try #require(read)
    return (truth, try #require(truth.ranges.first).size)
  }

  @Test("from smaps: count and every place, exactly", arguments: files)
  func smaps(name: String) throws {
    let (truth, size) = try Self.expectation(name)
    let snapshot = try Fixtures.snapshot(Self.folder.appending(name + ".smaps"))
    let layout = Layout.inferred(from: snapshot.map, facts: snapshot.facts)
    #expect(layout.name == (name.contains("-laa-") ? "wine-4g" : "wine-2g"))
    let room = Room(map: snapshot.map, layout: layout, facts: snapshot.facts)
    let forecast = try Forecaster(room).forecast(
      BufferRequest(bytes: size), allocator: Allocator(.virtualalloc), placements: .max)
    #expect(forecast.fits == truth.count && forecast.isExact)
    #expect(forecast.placements == truth.ranges)
  }

  @Test("from maps alone: a lower bound that says so", arguments: files)
  func maps(name: String) throws {
    let (truth, size) = try Self.expectation(name)
    let snapshot = try Fixtures.snapshot(Self.folder.appending(name + ".maps"))
    #expect(!snapshot.facts.knowsTraits)
    let layout = Layout.inferred(from: snapshot.map, facts: snapshot.facts)
    #expect(layout.name == (name.contains("-laa-") ? "wine-4g" : "wine-2g"))
    let room = Room(map: snapshot.map, layout: layout, facts: snapshot.facts)
    let forecast = try Forecaster(room).forecast(
      BufferRequest(bytes: size), allocator: Allocator(.virtualalloc))
    #expect(!forecast.isExact && !room.isExact)
    #expect(forecast.fits <= truth.count)
    if name == "wine8-2g-bare" { #expect(forecast.fits == truth.count) }
  }

  @Test("Wine's own reservation is free and not reserved", arguments: files)
  func reservation(name: String) throws {
    let snapshot = try Fixtures.snapshot(Self.folder.appending(name + ".smaps"))
    let layout = Layout.inferred(from: snapshot.map, facts: snapshot.facts)
    let room = Room(map: snapshot.map, layout: layout, facts: snapshot.facts)
    for region in room.regions where region.traits.contains(.noReserve) {
      #expect(region.access.contains(.write) || region.inode != 0, "\(region.range)")
    }
    #expect(room.freeBytes + room.mappedBytes == layout.space.size)
    #expect(room.largestFreeSpan?.size ?? 0 > .mebibytes(20))
  }

  @Test("new WoW64: no block crosses 0x68000000 or 0x7f000000", .enabled(if: vquery != nil))
  func newWoW64() throws {
    let text = try Fixtures.text(try #require(Self.vquery))
    let regions = try text.split(separator: "\n").filter { !$0.contains("FREE") }.map { line in
      let words = line.split(whereSeparator: { $0 == " " || $0 == "-" })
      let low = try #require(UInt64(words[0], radix: 16))
      let last = try #require(UInt64(words[1], radix: 16))
      let range = try #require(AddressRange(Address(low), Address(last + 1)))
      return Region(range: range, access: [.read, .write])
    }
    let map = AddressMap.assembling(regions).map
    let layout = try #require(Layout.named("wine-new-2g", map: map, facts: LayoutFacts()))
    let room = Room(map: map, layout: layout)
    let forecast = try Forecaster(room).forecast(
      BufferRequest(text: "8000x6000x4x2"), allocator: Allocator(.virtualalloc), placements: 9)
    #expect(forecast.fits == 4)
    #expect(forecast.placements.first?.lower == 0x7D_0000)
    // Without the walls the one big gap would hold five.
    let plain = Room(map: map, layout: try WindowsLayoutTests.layout("windows-2g"))
    #expect(
      try Forecaster(plain).forecast(BufferRequest(text: "8000x6000x4x2")).fits == 5)
  }

  @Test("the walls of an empty new WoW64 space")
  func walls() throws {
    let layout = try WindowsLayoutTests.layout("wine-new-2g")
    let room = Room(map: FootprintTests.empty, layout: layout)
    let forecaster = Forecaster(room)
    #expect(room.largestRequest(by: Allocator(.virtualalloc)) == 0x67FF_0000)
    let large = try forecaster.forecast(BufferRequest(bytes: 0x1700_0000), placements: 9)
    #expect(
      large.placements.map(\.lower)
        == [0x1_0000, 0x1701_0000, 0x2E01_0000, 0x4501_0000, 0x6800_0000])
    for size in [0x0100_0000, 0x0345_6000, 0x1000_0000] as [ByteCount] {
      let places = try forecaster.forecast(BufferRequest(bytes: size), placements: .max).placements
      for wall in [0x6800_0000, 0x7F00_0000] as [Address] {
        #expect(places.allSatisfy { $0.upper <= wall || $0.lower >= wall })
      }
    }
  }

  @Test("the program's header against the map: the map is believed and the contradiction said")
  func contradiction() throws {
    let snapshot = try Fixtures.snapshot(Self.folder.appending("wine8-2g-bare.smaps"))
    var facts = snapshot.facts
    facts.wine = WineFacts(isLargeAddressAware: true, evidence: "the header of photo.exe")
    let layout = Layout.inferred(from: snapshot.map, facts: facts)
    #expect(layout.name == "wine-2g")
    #expect(layout.contradictions.count == 1)
    #expect(layout.contradictions.first?.contains("the header of photo.exe") == true)
    facts.wine?.isLargeAddressAware = false
    #expect(Layout.inferred(from: snapshot.map, facts: facts).contradictions.isEmpty)
  }
}
