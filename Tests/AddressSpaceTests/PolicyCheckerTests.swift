import TestSupport
import Testing

@testable import AddressSpace

/// Answers to rules, against a bitmap of pages that is searched one by one.
@Suite("Rules against every page of small spaces")
struct PolicyCheckerTests {
  static func answer(
    _ subject: PolicyRule.Subject, _ bound: PolicyRule.Bound, excused: [String] = [], _ room: Room
  ) throws -> RuleAnswer {
    try PolicyChecker(room).answer(to: PolicyRule(subject, bound, excused: excused))
  }

  /// At the figure itself a rule is held without anything to spare; one beyond it is broken by one.
  private func expect(
    _ figure: UInt64, of subject: PolicyRule.Subject, in room: Room, _ text: Comment
  ) throws {
    let least = try Self.answer(subject, .atLeast(figure), room)
    try #require(least.actual == .exactly(figure), text)
    try #require(least.verdict == .held && least.margin == 0, text)
    let more = try Self.answer(subject, .atLeast(figure + 1), room)
    try #require(more.verdict == .broken && more.margin == 1, text)
    let most = try Self.answer(subject, .atMost(figure), room)
    try #require(most.verdict == .held && most.margin == 0, text)
    guard figure > 0 else { return }
    let fewer = try Self.answer(subject, .atMost(figure - 1), room)
    try #require(fewer.verdict == .broken && fewer.margin == 1, text)
  }

  @Test(
    "largest span, free bytes, regions, kinds, what fits", arguments: PagedStyle.allCases)
  func figures(style: PagedStyle) throws {
    for seed in 0..<150 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      var space = ToySpace.random(style, &random)
      space.blocked = []
      let (room, bitmap) = (space.room, PageBitmap(space))
      let text: Comment = "seed \(seed), \(space)"
      let runs = bitmap.freeRuns.map(\.count)
      let page = ToySpace.page
      try expect(UInt64(runs.max() ?? 0) * page, of: .largestFree, in: room, text)
      try expect(UInt64(runs.reduce(0, +)) * page, of: .free, in: room, text)
      try expect(UInt64(space.pieces.count), of: .regions, in: room, text)
      for kind in [Region.Kind.anonymous, .system, .image] {
        let pages = space.pieces.filter { kind == ($0.isFixed ? .system : .anonymous) }
          .reduce(0) { $0 + $1.pages.count }
        try expect(UInt64(pages) * page, of: .kind(kind), in: room, text)
      }
      let size = Int.random(in: 2...20, using: &random)
      let request = BufferRequest(bytes: ToySpace.bytes(size))
      try expect(
        UInt64(bitmap.filled(size: size).count),
        of: .fits(request, space.allocator.family), in: room, text)
    }
  }

  @Test("fragmentation is held just where the share itself is no more")
  func fragmentation() throws {
    for seed in 0..<400 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      let space = ToySpace.random(.topDown, &random)
      let runs = PageBitmap(space).freeRuns.map(\.count)
      let (free, largest) = (runs.reduce(0, +), runs.max() ?? 0)
      for limit in [0, 1, 33, 50, 66, 99] as [UInt64] {
        let isHeld = 100 * (free - largest) <= Int(limit) * free
        let answer = try Self.answer(.fragmentation, .atMost(limit), space.room)
        try #require((answer.verdict == .held) == isHeld, "seed \(seed), \(limit) %, \(space)")
        try #require(answer.verdict != .undecided)
        let atLeast = try Self.answer(.fragmentation, .atLeast(limit), space.room)
        try #require((atLeast.verdict == .held) == (100 * (free - largest) >= Int(limit) * free))
      }
    }
  }

  /// Small things between large spans, found page by page.
  private func pins(_ space: ToySpace, smallerThan size: Int, between span: Int) -> Int {
    let runs = PageBitmap(space).freeRuns
    return zip(runs, runs.dropFirst()).count { below, above in
      below.count > span && above.count > span
        && above.lowerBound - below.upperBound < size
    }
  }

  @Test("pins between spans", arguments: PagedStyle.allCases)
  func pins(style: PagedStyle) throws {
    var found = 0
    for seed in 0..<300 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      var space = ToySpace.random(style, &random)
      space.blocked = []
      let (size, span) = (
        Int.random(in: 1...20, using: &random), Int.random(in: 0...15, using: &random)
      )
      let count = pins(space, smallerThan: size, between: span)
      let subject = PolicyRule.Subject.pins(
        smallerThan: ToySpace.bytes(size), between: ToySpace.bytes(span))
      try expect(UInt64(count), of: subject, in: space.room, "seed \(seed), \(space)")
      guard count > 0 else { continue }
      found += 1
      let answer = try Self.answer(subject, .atMost(0), space.room)
      try #require(answer.pins.count == count, "seed \(seed)")
      for pin in answer.pins {
        try #require(pin.range.size < ToySpace.bytes(size), "seed \(seed)")
        let joined = PageBitmap(space.without(pin.regions)).freeRuns.first {
          ToySpace.range($0).contains(pin.range.lower)
        }
        try #require(pin.joined == joined.map { ToySpace.bytes($0.count) }, "seed \(seed)")
      }
    }
    #expect(found > 20)
  }

  @Test("what the system never hands out is nobody's pin")
  func blocked() throws {
    let space = ToySpace(
      style: .windows, pages: 16..<100, pieces: [.init(pages: 40..<41)],
      passes: [.init(pages: 16..<100, isTopDown: false, alignment: 16)], blocked: [60..<62])
    let subject = PolicyRule.Subject.pins(smallerThan: 65536, between: 4096)
    #expect(try Self.answer(subject, .atMost(0), space.room).actual == .exactly(1))
  }

  @Test("a broken rule names what splits the room; a plan holds it")
  func blame() throws {
    for seed in 0..<150 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      let space = ToySpace.random(.topDown, &random)
      let request = BufferRequest(bytes: ToySpace.bytes(Int.random(in: 2...12, using: &random)))
      let now = try Forecaster(space.room).forecast(request, allocator: Allocator(.mmap)).fits
      let answer = try Self.answer(.fits(request, .mmap), .atLeast(now + 2), space.room)
      try #require(answer.verdict == .broken && answer.margin == 2, "seed \(seed)")
      if let plan = answer.plan {
        let then = try Forecaster(Room(map: space.without(plan.regions).map, layout: space.layout))
          .forecast(request, allocator: Allocator(.mmap)).fits
        try #require(then >= now + 2, "seed \(seed)")
      }
      let largest = try Self.answer(.largestFree, .atLeast(.max), space.room)
      try #require(largest.pins.allSatisfy { $0.largestGain > .zero }, "seed \(seed)")
    }
  }

  @Test("a limit that no space can hold takes no time, and no plan")
  func impossible() throws {
    var random = SeededGenerator(seed: 1)
    let space = ToySpace.random(.topDown, &random)
    let answer = try Self.answer(
      .fits(BufferRequest(bytes: 4096), .mmap), .atLeast(.max), space.room)
    #expect(answer.verdict == .broken && answer.plan == nil)
  }

  @Test("an allocator that the layout does not have")
  func foreign() throws {
    var random = SeededGenerator(seed: 1)
    let space = ToySpace.random(.topDown, &random)
    #expect(throws: AllocatorError.self) {
      try Self.answer(.fits(BufferRequest(bytes: 4096), .virtualalloc), .atLeast(1), space.room)
    }
  }

  @Test("the worst of several answers")
  func worst() throws {
    func of(_ pages: Int, _ limit: UInt64) throws -> RuleAnswer {
      let space = ToySpace(
        style: .topDown, pages: 16..<16 + pages, pieces: [],
        passes: [.init(pages: 16..<16 + pages, isTopDown: true)])
      return try Self.answer(.largestFree, .atLeast(limit), space.room)
    }
    let (spare, less, broken, worse) = (
      try of(9, 4096), try of(8, 4096), try of(8, 9 * 4096), try of(7, 9 * 4096)
    )
    #expect(less.isWorse(than: spare) && !spare.isWorse(than: less))
    #expect(broken.isWorse(than: less) && worse.isWorse(than: broken))
    #expect(!broken.isWorse(than: broken) && !spare.isWorse(than: spare))
  }
}
