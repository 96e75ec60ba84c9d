import AddressSpace
import TestSupport
import Testing

@Suite("Everything that is asked of one snapshot")
struct InspectionTests {
  static func snapshot(_ space: ToySpace) -> Snapshot {
    Snapshot(source: Source(kind: .maps), map: space.map, facts: LayoutFacts())
  }

  @Test("without buffers: the photo, then half and a quarter of the largest request")
  func usual() throws {
    let layout = try #require(
      Layout.named("linux-i386-3g", map: FootprintTests.empty, facts: LayoutFacts()))
    let source = Source(kind: .maps)
    let snapshot = Snapshot(source: source, map: FootprintTests.empty, facts: LayoutFacts())
    let inspection = try Inspection(snapshot, layout: layout)
    #expect(inspection.buffers.map(\.allocator.family) == [.malloc, .malloc, .malloc])
    #expect(inspection.buffers.first?.request.text == Inspection.usualBuffer)
    let largest = try #require(inspection.largestRequests.first { $0.allocator == .malloc }).bytes
    for (buffer, part) in zip(inspection.buffers.dropFirst(), [2, 4] as [UInt64]) {
      let share = ByteCount(largest.value / part)
      #expect(buffer.request.bytes <= share && share - buffer.request.bytes < 4096)
      #expect(buffer.fits >= part)
    }
  }

  @Test("its parts are the answers asked for one by one")
  func parts() throws {
    for seed in 0..<60 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      let space = ToySpace.random(.topDown, &random)
      let requests = [3, 5].map { BufferRequest(bytes: ToySpace.bytes($0)) }
      let inspection = try Inspection(
        Self.snapshot(space), layout: space.layout, requests: requests,
        allocator: space.allocator)
      for (buffer, request) in zip(inspection.buffers, requests) {
        let forecast = try Forecaster(space.room).forecast(request, allocator: space.allocator)
        #expect(buffer.fits == forecast.fits && buffer.request == request, "seed \(seed)")
      }
      #expect(inspection.pins.allSatisfy { $0.bufferGain.count == 2 }, "seed \(seed)")
    }
  }

  @Test("verdicts")
  func verdicts() throws {
    // Two free spans of 4 pages
    let space = ToySpace(
      style: .topDown, pages: 16..<25, pieces: [.init(pages: 20..<21)],
      passes: [.init(pages: 16..<25, isTopDown: true)])
    func forecast(_ pages: Int) throws -> BufferForecast {
      try Forecaster(space.room).forecast(
        BufferRequest(bytes: ToySpace.bytes(pages)), allocator: Allocator(.mmap))
    }
    #expect(try forecast(4).verdict == .fits)
    #expect(try forecast(4).fits == 2 && forecast(4).unusableFree == .zero)
    #expect(try forecast(3).unusableFree == ToySpace.bytes(2))
    #expect(try forecast(5).verdict == .fragmented && forecast(5).fitsIfContiguous == 1)
    #expect(try forecast(8).verdict == .fragmented)
    #expect(try forecast(9).verdict == .exhausted && forecast(9).fitsIfContiguous == 0)
    #expect(try forecast(5).unusableFree == ToySpace.bytes(8))
  }

  @Test("mappings outside the layout's space are said, the kernel's own pages are not")
  func outside() throws {
    let kernel = try RoomTests.region(0xFFFF_0000, 0xFFFF_1000, "[vectors]")
    let stray = try RoomTests.region(0xD000_0000, 0xD000_4000)
    let layout = try #require(
      Layout.named("linux-i386-3g", map: FootprintTests.empty, facts: LayoutFacts()))
    func messages(_ regions: [Region]) -> [String] {
      let map = AddressMap.assembling(regions).map
      let snapshot = Snapshot(source: Source(kind: .maps), map: map, facts: LayoutFacts())
      let room = Room(map: map, layout: layout)
      return snapshot.diagnostics(under: room).kept.map(\.message)
    }
    #expect(messages([kernel]).isEmpty)
    let said = messages([kernel, stray])
    #expect(said.count == 1)
    #expect(said.first?.contains("16 KiB") == true)
  }
}
