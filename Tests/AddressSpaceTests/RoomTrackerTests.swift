import TestSupport
import Testing

@testable import AddressSpace

/// What is counted change by change, against a room made of the whole map anew.
@Suite("Room followed change by change")
struct RoomTrackerTests {
  static func expectExact(
    _ tracker: RoomTracker, _ buffers: [(BufferRequest, Allocator)], _ text: Comment
  ) throws {
    let map = tracker.map.map.classified(with: tracker.facts)
    let room = Room(map: map, layout: tracker.layout, facts: tracker.facts)
    try #require(tracker.freeBytes == room.freeBytes, text)
    try #require(tracker.largestFree == room.largestFreeSpan?.size ?? .zero, text)
    for (index, (request, allocator)) in buffers.enumerated() {
      let forecast = try Forecaster(room).forecast(request, allocator: allocator)
      try #require(tracker.isCurrent(index), text)
      try #require(tracker.fits[index] == forecast.fits, text)
    }
  }

  /// The regions of a toy space, some of them growing down.
  static func region(_ range: AddressRange, _ random: inout SeededGenerator) -> Region {
    let growsDown = Int.random(in: 0..<4, using: &random) == 0
    return Region(
      range: range, access: Bool.random(using: &random) ? [.read, .write] : [],
      name: growsDown && Bool.random(using: &random) ? "[stack]" : "",
      traits: growsDown ? .growsDown : [])
  }

  @Test("every way of placing", arguments: PagedStyle.allCases)
  func styles(style: PagedStyle) throws {
    for seed in 0..<150 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      let space = ToySpace.random(style, &random)
      let sizes = (0..<2).map { _ in Int.random(in: 1...20, using: &random) }
      let buffers = sizes.map { (BufferRequest(bytes: ToySpace.bytes($0)), space.allocator) }
      var tracker = try RoomTracker(
        EvolvingMap(space.map), layout: space.layout, buffers: buffers)
      try Self.expectExact(tracker, buffers, "seed \(seed) at the beginning, \(space)")
      // Some changes lie outside of the space.
      var changes = RandomChanges(pages: space.pages.upperBound + 9, maps: 5)
      changes.make = Self.region
      for maker in 1...40 as ClosedRange<UInt32> {
        let change = changes.next(&random)
        tracker.apply(change, by: maker)
        try Self.expectExact(
          tracker, buffers, "seed \(seed), change \(maker) \(change), \(space)")
      }
    }
  }

  @Test(
    "malloc, whose heap grows, shrinks, merges, moves and comes in pieces",
    arguments: [false, true])
  func heap(isRead: Bool) throws {
    for seed in 0..<250 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      var space = HeapGrowthTests.space(&random)
      space.pieces = Array(space.pieces.dropFirst())
      var facts = LayoutFacts()
      facts.machine = .i386
      facts.libcVersion = LibcVersion(2, 36)
      if Bool.random(using: &random) { facts.startOfBreak = Address(20 * ToySpace.page - 100) }
      if isRead { facts.heap = HeapFacts(top: 40_008, end: ToySpace.range(20..<50).upper) }
      let sizes = [UInt64.random(in: 131_072...280_000, using: &random), 4000]
      let buffers = sizes.map { (BufferRequest(bytes: ByteCount($0)), Allocator(.malloc)) }
      var tracker = try RoomTracker(
        EvolvingMap(space.map), layout: space.layout, facts: facts, buffers: buffers)
      var changes = RandomChanges(pages: space.pages.upperBound, longest: 40, maps: 5)
      changes.make = { range, random in
        let isHeap =
          PageModel.pages(range).lowerBound < 60 && Int.random(in: 0..<3, using: &random) > 0
        return isHeap
          ? Region(
            range: range, access: [.read, .write],
            name: Bool.random(using: &random) ? "[heap]" : "") : Self.region(range, &random)
      }
      for maker in 1...60 as ClosedRange<UInt32> {
        let change =
          Bool.random(using: &random)
          ? MapChange.map(
            changes.region(
              ToySpace.range(20..<Int.random(in: 21...90, using: &random)), &random))
          : changes.next(&random)
        tracker.apply(change, by: maker)
        try Self.expectExact(
          tracker, buffers, "seed \(seed), change \(maker) \(change), \(facts), \(space)")
      }
    }
  }

  @Test("Wine, whose reservations are free", arguments: [false, true])
  func wine(knowsTraits: Bool) throws {
    var facts = LayoutFacts()
    facts.knowsTraits = knowsTraits
    let empty = AddressMap.assembling([]).map
    let layout = try #require(Layout.named("wine-4g", map: empty, facts: facts))
    for seed in 0..<200 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      let buffers = [200, 3000].map {
        (BufferRequest(bytes: .mebibytes($0)), Allocator(.virtualalloc))
      }
      var tracker = try RoomTracker(
        EvolvingMap(empty), layout: layout, facts: facts, buffers: buffers)
      for maker in 1...60 as ClosedRange<UInt32> {
        let change = Self.wineChange(&random)
        tracker.apply(change, by: maker)
        try Self.expectExact(tracker, buffers, "seed \(seed), change \(maker) \(change)")
      }
    }
  }

  /// Changes in steps of 32 MiB, so that reservations end where Wine's do.
  static func wineChange(_ random: inout SeededGenerator) -> MapChange {
    let step: UInt64 = 0x200_0000
    let low = UInt64.random(in: 0..<126, using: &random)
    let high = low + UInt64.random(in: 1...12, using: &random)
    let base = Address(low * step)
    let range =
      AddressRange(base, Address(min(high * step, 0xFFFF_0000))) ?? .everything(below: base)
    let accesses: [Region.Access] = [[], [], [.read], [.read, .write]]
    let access = accesses.randomElement(using: &random) ?? []
    switch Int.random(in: 0..<8, using: &random) {
    case 0: return .unmap(range)
    case 1, 2: return .protect(range, access)
    case 3:
      let to = AddressRange(range.lower, range.upper - ByteCount(step / 2)) ?? range
      return .move(from: range, to: to, keepsSource: false)
    default:
      return .map(
        Region(
          range: range, access: access, traits: Bool.random(using: &random) ? .noReserve : []))
    }
  }

  @Test("Pillow's blocks are counted anew")
  func pillow() throws {
    for seed in 0..<5 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      let facts = LayoutFacts()
      let map = AddressMap.assembling([]).map
      let layout = try #require(Layout.named("linux-i386-2g", map: map, facts: facts))
      let buffers = [(try BufferRequest(text: "4000x3000x4x1"), Allocator(.pillow))]
      var tracker = try RoomTracker(
        EvolvingMap(map), layout: layout, facts: facts, buffers: buffers)
      for maker in 1...40 as ClosedRange<UInt32> {
        let low = UInt64.random(in: 0x10...0x6FF, using: &random) << 20
        let range = AddressRange(
          Address(low), Address(low + UInt64.random(in: 1...0x100, using: &random) << 20))!
        tracker.apply(
          Bool.random(using: &random) ? .map(Region(range: range)) : .unmap(range), by: maker)
        tracker.recount()
        try Self.expectExact(tracker, buffers, "seed \(seed), change \(maker)")
      }
    }
  }

  @Test("sizes come and go")
  func bag() {
    var random = SeededGenerator(seed: 1)
    var bag = SizeBag()
    var list: [UInt64] = []
    for _ in 0..<20_000 {
      if Bool.random(using: &random) || list.isEmpty {
        let size = UInt64.random(in: 1...300, using: &random)
        list.append(size)
        bag.add(size)
      } else {
        bag.remove(list.remove(at: Int.random(in: 0..<list.count, using: &random)))
      }
      #expect(bag.largest() == list.max())
    }
  }
}
