import TestSupport
import Testing

@testable import AddressSpace

/// What each pin promises, against a room from which its regions were really taken.
@Suite("Pins against really removing them")
struct PinRankingTests {
  static func isRanked(_ left: Pin, before right: Pin) -> Bool {
    if left.largestGain != right.largestGain { return left.largestGain > right.largestGain }
    for (one, other) in zip(left.bufferGain, right.bufferGain) where one != other {
      return one > other
    }
    return left.range.lower <= right.range.lower
  }

  @Test("joined bytes, gains and order", arguments: PagedStyle.allCases)
  func gains(style: PagedStyle) throws {
    for seed in 0..<400 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      var space = ToySpace.random(style, &random)
      space.blocked = []
      let sizes = (0..<2).map { _ in Int.random(in: 2...20, using: &random) }
      let room = space.room
      let ranking = try PinRanking(
        room, for: sizes.map { (BufferRequest(bytes: ToySpace.bytes($0)), space.allocator) })
      let pins = ranking.pins()
      let gaining = pins.filter { $0.largestGain > .zero || $0.bufferGain.contains { $0 > 0 } }
      #expect(ranking.gainingPins().map(\.regions) == gaining.map(\.regions), "seed \(seed)")
      let now = PageBitmap(space)
      let largest = now.freeRuns.map(\.count).max() ?? 0
      for pin in pins {
        let rest = PageBitmap(space.without(pin.regions))
        let joined = rest.freeRuns.first {
          ToySpace.range($0).contains(pin.range.lower)
        }
        let text: Comment = "seed \(seed), pin \(pin.range) in \(space)"
        try #require(pin.joined == joined.map { ToySpace.bytes($0.count) }, text)
        let after = rest.freeRuns.map(\.count).max() ?? 0
        try #require(pin.largestGain == ToySpace.bytes(after - largest), text)
        let gains = sizes.map {
          UInt64(max(0, rest.filled(size: $0).count - now.filled(size: $0).count))
        }
        try #require(pin.bufferGain == gains, text)
        let isFixed = space.pieces[pin.regions].contains(where: \.isFixed)
        try #require((pin.action == .fixed) == isFixed, text)
      }
      try #require(
        zip(pins, pins.dropFirst()).allSatisfy { Self.isRanked($0, before: $1) }, "seed \(seed)")
    }
  }

  @Test("gains of malloc, whose heap grows into what is freed")
  func heapGains() throws {
    for seed in 0..<250 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      let space = HeapGrowthTests.space(&random)
      let heap = HeapFacts(top: 40_008, end: ToySpace.range(20..<50).upper)
      let request = BufferRequest(
        bytes: ByteCount(UInt64.random(in: 131_072...280_000, using: &random)))
      let malloc = Allocator(.malloc)
      let room = HeapGrowthTests.room(space, heap)
      let now = try Forecaster(room).forecast(request, allocator: malloc).fits
      for pin in try PinRanking(room, for: [(request, malloc)]).pins() where pin.action != .fixed {
        let rest = HeapGrowthTests.room(space.without(pin.regions), heap)
        let then = try Forecaster(rest).forecast(request, allocator: malloc).fits
        try #require(
          pin.bufferGain == [then - min(then, now)],
          "seed \(seed), \(request.text), pin \(pin.range) in \(space)")
      }
    }
  }

  @Test("every region that touches free space is in a pin, none twice by itself")
  func complete() throws {
    for seed in 0..<250 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      let space = ToySpace.random(.topDown, &random)
      let room = space.room
      let pins = try PinRanking(room, for: []).pins()
      let single = pins.filter { $0.regions.count == 1 }.map(\.regions.lowerBound)
      try #require(Set(single).count == single.count, "seed \(seed)")
      for index in room.regions.indices {
        let range = room.regions[index].range
        let touches = room.freeSpans.contains {
          $0.range.upper == range.lower || $0.range.lower == range.upper
        }
        try #require(!touches || single.contains(index), "seed \(seed), region \(range)")
      }
      for pin in pins {
        try #require(pin.bufferGain.isEmpty && pin.joined > pin.range.size, "seed \(seed)")
      }
    }
  }

  @Test("a run of touching regions is a pin of its own, and so is what of it can go")
  func runs() throws {
    let space = ToySpace(
      style: .topDown, pages: 16..<60,
      pieces: [
        .init(pages: 20..<22), .init(pages: 22..<25), .init(pages: 25..<26, isFixed: true),
        .init(pages: 26..<27), .init(pages: 40..<41),
      ], passes: [.init(pages: 16..<60, isTopDown: true)])
    let pins = try PinRanking(space.room, for: []).pins()
    let regions = Set(pins.map(\.regions))
    #expect(regions == [0..<1, 0..<2, 0..<4, 3..<4, 4..<5])
    #expect(pins.first?.regions == 4..<5)
    #expect(pins.first?.joined == ToySpace.bytes(33))
    #expect(pins.first?.largestGain == ToySpace.bytes(14))
    #expect(pins.first { $0.regions == 0..<4 }?.action == .fixed)
    #expect(pins.first { $0.regions == 0..<2 }?.action == .free)
  }
}
