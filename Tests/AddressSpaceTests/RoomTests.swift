import AddressSpace
import TestSupport
import Testing

@Suite("What is taken and what is free")
struct RoomTests {
  static func region(_ low: UInt64, _ high: UInt64, _ name: String = "") throws -> Region {
    Region(
      range: try #require(AddressRange(Address(low), Address(high))), access: [.read, .write],
      name: name)
  }

  static func room(_ regions: [Region], _ layout: String = "linux-i386-3g") throws -> Room {
    let map = AddressMap.assembling(regions).map
    return Room(
      map: map, layout: try #require(Layout.named(layout, map: map, facts: LayoutFacts())))
  }

  @Test("what lies outside the space is kept apart; what crosses its end is cut")
  func outside() throws {
    let room = try Self.room([
      Self.region(0x1000_0000, 0x1000_1000), Self.region(0xBFFF_F000, 0xC000_1000),
      Self.region(0xFFFF_0000, 0xFFFF_1000, "[vectors]"),
    ])
    #expect(room.regions.map(\.range.upper) == [0x1000_1000, 0xC000_0000])
    #expect(room.outside.map(\.range.lower) == [0xBFFF_F000, 0xFFFF_0000])
    #expect(room.freeBytes + room.mappedBytes == room.layout.space.size)
    #expect(room.mappedBytes == 0x2000)
  }

  @Test("nothing free, nothing taken")
  func extremes() throws {
    let full = try Self.room([Self.region(0, 0x1_0000_0000)])
    #expect(full.freeSpans.isEmpty && full.largestFreeSpan == nil)
    #expect(full.fragmentation == 0 && full.freeBytes == .zero)
    #expect(full.largestRequest(by: Allocator(.mmap)) == .zero)
    let none = try Forecaster(full).forecast(BufferRequest(text: "1"), allocator: Allocator(.mmap))
    #expect(none.fits == 0 && none.verdict == .exhausted && none.placements.isEmpty)
    #expect(
      try ClearingPlanner(full, for: BufferRequest(text: "1MiB"), allocator: Allocator(.mmap))
        .cheapest()?.regions == 0..<1)
    let empty = try Self.room([])
    #expect(empty.regions.isEmpty && empty.freeSpans.count == 1 && empty.fragmentation == 0)
    #expect(try PinRanking(empty, for: []).pins().isEmpty)
    #expect(
      try ClearingPlanner(empty, for: BufferRequest(text: "1MiB"), allocator: Allocator(.mmap))
        .cheapest() == nil)
  }

  @Test("fragmentation is what the largest span does not hold")
  func fragmentation() throws {
    let half = (0xC000_0000 - 0x1_0000) / 2 + 0x1_0000 as UInt64
    let room = try Self.room([Self.region(half - 0x1000, half + 0x1000)])
    #expect(room.freeSpans.map(\.size).first == room.freeSpans.map(\.size).last)
    #expect(room.fragmentation == 0.5)
    // Of equal spans the lowest.
    #expect(room.largestFreeSpan?.range.lower == 0x1_0000)
    #expect(room.freeSpansBySize.map(\.range.lower.value) == [0x1_0000, half + 0x1000])
  }

  @Test("the guard gap below the stack is free but not handed out")
  func guardGap() throws {
    let room = try Self.room([
      Self.region(0x1000_0000, 0xBF00_0000), Self.region(0xBF20_0000, 0xBF22_1000, "[stack]"),
      Self.region(0xBF22_1000, 0xC000_0000),
    ])
    let span = try #require(room.freeSpans.last)
    #expect(span.range == AddressRange(0xBF00_0000, 0xBF20_0000))
    #expect(span.placeable == AddressRange(0xBF00_0000, 0xBF10_0000))
    #expect(span.reachable == .mebibytes(1))
  }

  @Test("usage by kind: the largest first, all of it accounted for")
  func kinds() throws {
    for seed in 0..<100 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      let space = ToySpace.random(.topDown, &random)
      let usage = space.room.usageByKind()
      #expect(usage.map(\.bytes).total() == space.room.mappedBytes)
      #expect(usage.reduce(0) { $0 + $1.regions } == space.room.regions.count)
      #expect(zip(usage, usage.dropFirst()).allSatisfy { $0.bytes >= $1.bytes })
      #expect(Set(usage.map(\.kind)).count == usage.count)
    }
  }

  @Test("only addresses without memory are reserved")
  func reserved() throws {
    let map = AddressMap.assembling([
      try Self.region(0x1000_0000, 0x1000_3000),
      Region(range: try #require(AddressRange(0x2000_0000, 0x2000_5000))),
      Region(range: try #require(AddressRange(0x3000_0000, 0x3000_1000)), name: "[vvar]"),
    ]).map
    let layout = try #require(Layout.named("linux-i386-3g", map: map, facts: LayoutFacts()))
    #expect(Room(map: map, layout: layout).reservedBytes == 0x5000)
  }

  @Test("overlapping mappings: the first is kept, in whatever order they come")
  func overlapping() throws {
    let regions = [
      try Self.region(0x3000, 0x5000, "b"), try Self.region(0x1000, 0x3000, "a"),
      try Self.region(0x4000, 0x6000, "c"), try Self.region(0x5000, 0x7000, "d"),
    ]
    let (map, overlapping) = AddressMap.assembling(regions)
    #expect(map.regions.map(\.name) == ["a", "b", "d"])
    #expect(overlapping.map(\.name) == ["c"])
    #expect(map.region(at: 0x4FFF)?.name == "b")
    #expect(map.region(at: 0x7000) == nil)
    #expect(map.region(at: 0xFFF) == nil)
    #expect(map.index(above: 0x7000) == 3)
  }
}
