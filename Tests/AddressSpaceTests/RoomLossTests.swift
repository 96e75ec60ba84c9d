import AddressSpace
import TestSupport
import Testing

@Suite("The room that was lost between two moments")
struct RoomLossTests {
  @Test("against the pages of random spaces, one by one", arguments: 1...200)
  func pages(seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed))
    let before = ToySpace.random(.topDown, &random)
    var after = before
    for _ in 0..<Int.random(in: 0...6, using: &random) {
      let index = after.pieces.indices.randomElement(using: &random) ?? 0
      if Bool.random(using: &random) {
        after.pieces.remove(at: index)
      } else if let run = PageBitmap(after).freeRuns.randomElement(using: &random) {
        // What grows down keeps a gap, which is no mapping: it may be taken.
        let size = Int.random(in: 1...run.count, using: &random)
        after.pieces.append(.init(pages: run.prefix(size), isFixed: false, growsDown: false))
        after.pieces.sort { $0.pages.lowerBound < $1.pages.lowerBound }
      }
      if after.pieces.isEmpty { return }
    }
    let loss = RoomLoss(from: before.room, to: after.room)
    let (old, new) = (PageBitmap(before).freeRuns, PageBitmap(after).freeRuns)
    let page = Int(ToySpace.page)
    let bytes = { (runs: [Range<Int>]) in runs.lazy.map(\.count).reduce(0, +) * page }
    let largest = { (runs: [Range<Int>]) in (runs.map(\.count).max() ?? 0) * page }
    #expect(Int(loss.free.value) == max(0, bytes(old) - bytes(new)), "seed \(seed)")
    #expect(Int(loss.largest.value) == max(0, largest(old) - largest(new)), "seed \(seed)")

    let taken = Set(old.joined()).subtracting(new.joined())
    var told: Set<Int> = []
    for taker in loss.takers {
      let low = Int(taker.range.lower.value) / page
      let pages = low..<low + Int(taker.range.size.value) / page
      #expect(told.isDisjoint(with: pages), "seed \(seed)")
      told.formUnion(pages)
      let region = after.room.regions[taker.region].range
      #expect(taker.range.clamped(to: region) == taker.range, "seed \(seed)")
    }
    #expect(told == taken, "seed \(seed)")
    #expect(zip(loss.takers, loss.takers.dropFirst()).allSatisfy { $0.range.size >= $1.range.size })
  }

  @Test("without what some owners have, whole regions and parts of them, where that is certain")
  func owners() throws {
    func range(_ low: UInt64, _ high: UInt64) throws -> AddressRange {
      try #require(AddressRange(Address(low), Address(high)))
    }
    let stack = try range(0x2000_0000, 0x2010_0000)
    let part = try range(0x3000_4000, 0x3000_8000)
    let guess = try range(0x4000_0000, 0x4000_1000)
    let map = AddressMap.assembling([
      Region(range: try range(0x1000_0000, 0x1000_1000), access: [.read, .write]),
      Region(range: stack, access: [.read, .write]),
      Region(range: try range(0x3000_0000, 0x3001_0000), access: [.read, .write]),
      Region(range: guess, access: [.read, .write]),
    ]).map
    var facts = LayoutFacts()
    facts.wordSize = .bits32
    facts.contents = ContentFacts(
      [
        .init(stack, Origin(.threadStack, .certain)), .init(part, Origin(.glibcArena, .certain)),
        .init(guess, Origin(.glibcArena, .likely)),
      ], isComplete: true)
    let layout = Layout.inferred(from: map, facts: facts)
    let room = Room(map: map, layout: layout, facts: facts)
    let rest = room.without([.threadStack, .glibcArena])
    #expect(
      rest.regions.map(\.range) == [
        try range(0x1000_0000, 0x1000_1000), try range(0x3000_0000, 0x3000_4000),
        try range(0x3000_8000, 0x3001_0000), guess,
      ])
    #expect(rest.freeBytes == room.freeBytes + stack.size + part.size)
    #expect(room.without([.malloc]).regions.map(\.range) == room.regions.map(\.range))
  }
}
