import TestSupport
import Testing

@testable import AddressSpace

/// The cheapest window against all windows, each really cleared and counted page by page.
@Suite("Clearing plans against all windows")
struct ClearingPlanTests {
  struct Window: Equatable {
    var bytes: ByteCount
    var regions: Range<Int>
    var gain: Int
  }

  /// The best of all windows: least bytes, fewest regions, lowest.
  static func best(_ space: ToySpace, size: Int, more: Int) -> Window? {
    let now = PageBitmap(space).filled(size: size).count
    var best: Window?
    for start in space.pieces.indices {
      for end in start..<space.pieces.count {
        if space.pieces[end].isFixed { break }
        let pages = space.pieces[start...end].reduce(0) { $0 + $1.pages.count }
        let bytes = ToySpace.bytes(pages)
        let count = end - start + 1
        if let best, (best.bytes, best.regions.count) <= (bytes, count) { continue }
        let then = PageBitmap(space.without(start..<end + 1)).filled(size: size).count
        if then - now >= more {
          best = Window(bytes: bytes, regions: start..<end + 1, gain: then - now)
        }
      }
    }
    return best
  }

  @Test("exact over all windows", arguments: PagedStyle.allCases)
  func exact(style: PagedStyle) throws {
    for seed in 0..<800 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      var space = ToySpace.random(style, &random)
      // What the layout never hands out stands among the regions: kept apart in its own test.
      space.blocked = []
      let size = Int.random(in: 2...24, using: &random)
      let more = Int.random(in: 1...3, using: &random)
      let plan = try ClearingPlanner(
        space.room, for: BufferRequest(bytes: ToySpace.bytes(size)), allocator: space.allocator
      ).cheapest(more: UInt64(more))
      let found = plan.map {
        Window(bytes: $0.bytes, regions: $0.regions, gain: Int($0.gain))
      }
      try #require(
        found == Self.best(space, size: size, more: more),
        "seed \(seed), \(more) more of \(size) pages in \(space)")
    }
  }

  @Test("a mapping that reaches over the base of the searches, found by seed 417")
  func acrossBase() throws {
    // Clearing the lowest piece too would join what lies below the base with what lies above it,
    // and the downward search would then split it badly.
    let space = ToySpace(
      style: .fallback, pages: 18..<70,
      pieces: [
        .init(pages: 34..<36), .init(pages: 36..<46), .init(pages: 46..<48),
        .init(pages: 48..<50, isFixed: true), .init(pages: 60..<70, isFixed: true),
      ],
      passes: [.init(pages: 18..<37, isTopDown: true), .init(pages: 31..<70, isTopDown: false)])
    let plan = try ClearingPlanner(
      space.room, for: BufferRequest(bytes: ToySpace.bytes(12)), allocator: space.allocator
    ).cheapest()
    #expect(plan?.regions == 1..<3)
    #expect(PageBitmap(space).filled(size: 12).count == 1)
    #expect(PageBitmap(space.without(1..<3)).filled(size: 12).count == 2)
    #expect(PageBitmap(space.without(0..<3)).filled(size: 12).count == 1)
  }

  @Test("malloc: the cheapest of all windows, each really cleared, with the heap behind mmap")
  func malloc() throws {
    for seed in 0..<150 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      let space = HeapGrowthTests.space(&random)
      let heap = HeapFacts(top: 40_008, end: ToySpace.range(20..<50).upper)
      let bytes = Int.random(in: 131_072...280_000, using: &random)
      func count(_ space: ToySpace) -> Int {
        var real = GlibcSimulation(pages: PageBitmap(space), end: 50, top: 40_008)
        real.run(bytes: bytes)
        return real.fromTop + real.mapped.count + real.grown.count
      }
      let now = count(space)
      var best: Window?
      for start in 1..<space.pieces.count {
        for end in start..<space.pieces.count {
          let size = ToySpace.bytes(space.pieces[start...end].reduce(0) { $0 + $1.pages.count })
          if let best, (best.bytes, best.regions.count) <= (size, end - start + 1) { continue }
          let gain = count(space.without(start..<end + 1)) - now
          if gain > 0 { best = Window(bytes: size, regions: start..<end + 1, gain: gain) }
        }
      }
      let plan = try ClearingPlanner(
        HeapGrowthTests.room(space, heap), for: BufferRequest(bytes: ByteCount(UInt64(bytes))),
        allocator: Allocator(.malloc)
      ).cheapest()
      let found = plan.map { Window(bytes: $0.bytes, regions: $0.regions, gain: Int($0.gain)) }
      try #require(found == best, "seed \(seed), \(bytes) bytes in \(space)")
    }
  }

  @Test("an image goes as a whole, its owner's action said for each part")
  func image() throws {
    func part(_ page: UInt64, _ name: String, _ access: Region.Access) throws -> Region {
      Region(
        range: try #require(AddressRange(Address(page << 12), Address((page + 1) << 12))),
        access: access, inode: name.hasPrefix("/") ? 7 : 0, name: name)
    }
    let regions = [
      try part(0x100, "", [.read, .write]), try part(0x108, "/lib/libpng.so", [.read, .execute]),
      try part(0x109, "/lib/libpng.so", [.read, .write]), try part(0x10A, "", [.read, .write]),
      try part(0x112, "[vdso]", [.read]),
    ]
    let range = try #require(AddressRange(0x10_0000, 0x11_3000))
    let layout = try #require(
      Layout.named("linux-i386-4g", map: FootprintTests.empty, facts: LayoutFacts())
    ).limited(to: range)
    let source = Source(kind: .maps)
    let map = AddressMap.assembling(regions).map
    let room = Room(
      map: Snapshot(source: source, map: map, facts: LayoutFacts()).map, layout: layout)
    let plan = try ClearingPlanner(
      room, for: BufferRequest(bytes: ToySpace.bytes(16)), allocator: Allocator(.mmap)
    ).cheapest()
    let found = try #require(plan)
    #expect(found.regions == 1..<4 && found.bytes == 0x3000 && found.gain == 1)
    #expect(found.window == AddressRange(0x10_1000, 0x11_2000))
    #expect(room.actions(of: found).map(\.action) == [.unload, .unload, .unload])
  }
}
