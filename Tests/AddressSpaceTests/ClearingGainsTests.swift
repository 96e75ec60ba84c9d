import TestSupport
import Testing

@testable import AddressSpace

/// What several stretches together would give back, against a room that never had them.
@Suite("Gains of clearing scattered stretches")
struct ClearingGainsTests {
  /// Stretches of a map at random: whole regions, parts of them, some with free space beside.
  static func ranges(in map: AddressMap, _ random: inout SeededGenerator) -> [AddressRange] {
    map.regions.compactMap { region in
      let pages = PageModel.pages(region.range)
      switch Int.random(in: 0..<5, using: &random) {
      case 0: return region.range
      case 1:
        let low = Int.random(in: pages, using: &random)
        return ToySpace.range(low..<Int.random(in: low + 1...pages.upperBound, using: &random))
      default: return nil
      }
    }
  }

  static func expectExact(
    _ room: Room, _ ranges: [AddressRange], _ buffers: [(BufferRequest, Allocator)],
    _ text: Comment
  ) throws {
    var rest = room.regions.filter { $0.name != "[never handed out]" }
    for range in ranges {
      rest = rest.flatMap { region -> [Region] in
        let (below, above) = region.range.subtracting(range)
        return [below, above].compactMap { $0.map(region.cut(to:)) }
      }
    }
    let without = Room(
      map: AddressMap.assembling(rest).map, layout: room.layout, facts: room.facts)
    let gain = try ClearingGains(room, for: buffers).gain(of: ranges.shuffled())
    let (before, after) = (room.largestFreeSpan?.size, without.largestFreeSpan?.size)
    try #require(gain.largest == (after ?? .zero).lowered(by: before ?? .zero), text)
    for (index, (request, allocator)) in buffers.enumerated() {
      let now = try Forecaster(room).forecast(request, allocator: allocator).fits
      let then = try Forecaster(without).forecast(request, allocator: allocator).fits
      try #require(gain.buffers[index] == (then > now ? then - now : 0), text)
    }
  }

  @Test("every way of placing", arguments: PagedStyle.allCases)
  func styles(style: PagedStyle) throws {
    for seed in 0..<600 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      let space = ToySpace.random(style, &random)
      let sizes = (0..<2).map { _ in Int.random(in: 2...20, using: &random) }
      let ranges = Self.ranges(in: space.map, &random)
      try Self.expectExact(
        space.room, ranges,
        sizes.map { (BufferRequest(bytes: ToySpace.bytes($0)), space.allocator) },
        "seed \(seed), without \(ranges) in \(space)")
    }
  }

  @Test("malloc, with some of its heap gone too", arguments: [false, true])
  func heap(isRead: Bool) throws {
    for seed in 0..<600 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      let space = HeapGrowthTests.space(&random)
      let heap = HeapFacts(top: 40_008, end: ToySpace.range(20..<50).upper)
      let room = HeapGrowthTests.room(space, isRead ? heap : nil)
      let ranges = Self.ranges(in: space.map, &random)
      let size = UInt64.random(in: 131_072...280_000, using: &random)
      try Self.expectExact(
        room, ranges, [(BufferRequest(bytes: ByteCount(size)), Allocator(.malloc))],
        "seed \(seed), \(size) bytes, without \(ranges) in \(space)")
    }
  }
}
