import TestSupport
import Testing

@testable import AddressSpace

@Suite("The largest single request")
struct LargestRequestTests {
  @Test("is served, and a page more is not", arguments: PagedStyle.allCases)
  func edge(style: PagedStyle) throws {
    for seed in 0..<400 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      let space = ToySpace.random(style, &random)
      let room = space.room
      let largest = room.largestRequest(by: space.allocator)
      let pages = Int(largest.value / ToySpace.page)
      try #require(largest == ToySpace.bytes(pages), "seed \(seed)")
      let bitmap = PageBitmap(space)
      try #require(
        pages == 0 || !bitmap.filled(size: pages).isEmpty, "seed \(seed), \(pages) in \(space)")
      try #require(
        bitmap.filled(size: pages + 1).isEmpty, "seed \(seed), \(pages) in \(space)")
    }
  }

  @Test("malloc's heap serves what mmap cannot reach")
  func heap() throws {
    for seed in 0..<300 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      let space = HeapGrowthTests.space(&random)
      let top = Int.random(in: 0...7600, using: &random) * 16 + 8
      let heap = HeapFacts(top: ByteCount(UInt64(top)), end: ToySpace.range(20..<50).upper)
      let room = HeapGrowthTests.room(space, heap)
      let largest = room.largestRequest(by: Allocator(.malloc))
      func isServed(_ bytes: ByteCount) throws -> Bool {
        var real = GlibcSimulation(pages: PageBitmap(space), end: 50, top: top)
        real.run(bytes: Int(bytes.value))
        return real.fromTop + real.mapped.count + real.grown.count > 0
      }
      guard largest >= 131_072 else { continue }
      try #require(try isServed(largest), "seed \(seed), \(largest.value) in \(space)")
      try #require(try !isServed(largest + 1), "seed \(seed), \(largest.value) in \(space)")
    }
  }

  @Test("of every allocator that makes sense, and of no other")
  func families() throws {
    for preset in LayoutPreset.all {
      let room = Room(map: FootprintTests.empty, layout: preset.layout)
      let families = room.largestRequests().map(\.allocator)
      let isLinux = preset.layout.system == .linux
      #expect(families == (isLinux ? [.mmap, .malloc] : [.virtualalloc, .heapalloc]))
      for (family, bytes) in room.largestRequests() {
        let forecaster = Forecaster(room)
        let served = try forecaster.forecast(
          BufferRequest(bytes: bytes), allocator: Allocator(family))
        #expect(served.fits > 0, "\(family) in \(preset.layout.name)")
        let more = try forecaster.forecast(
          BufferRequest(bytes: bytes + 1), allocator: Allocator(family))
        #expect(more.fits == 0, "\(family) in \(preset.layout.name)")
      }
    }
  }
}
