import TestSupport
import Testing

@testable import AddressSpace

@Suite("What changed between two maps")
struct MapDiffTests {
  static func space(_ taken: [Range<Int>], names: Bool = false) -> ToySpace {
    ToySpace(
      style: .topDown, pages: 16..<100, pieces: taken.map { ToySpace.Piece(pages: $0) },
      passes: [.init(pages: 16..<100, isTopDown: true)])
  }

  static func diff(_ before: [Range<Int>], _ after: [Range<Int>]) -> MapDiff {
    MapDiff(from: space(before).room, to: space(after).room)
  }

  @Test(
    "one change of free space",
    arguments: [
      ([30..<40], [30..<40, 60..<61], "split"), ([30..<40, 60..<61], [30..<40], "merged"),
      ([30..<40], [30..<45], "shrunk"), ([30..<40], [35..<40], "grown"),
      ([30..<40], [16..<40], "lost"), ([16..<40], [30..<40], "gained"),
      ([16..<50], [16..<50], nil), ([40..<41, 60..<61], [50..<51], "merged"),
      ([50..<51], [40..<41, 60..<61], "split"),
    ] as [([Range<Int>], [Range<Int>], String?)])
  func change(before: [Range<Int>], after: [Range<Int>], change: String?) throws {
    let diff = Self.diff(before, after)
    #expect(diff.spans.first?.change.rawValue == change)
    #expect(diff.isEmpty == (change == nil))
  }

  @Test("the spans of a split, and the region that caused it")
  func split() throws {
    let diff = Self.diff([30..<40], [30..<40, 60..<61])
    let change = try #require(diff.spans.first)
    #expect(diff.spans.count == 1)
    #expect(change.before.map(\.range) == [ToySpace.range(40..<100)])
    #expect(
      change.after.map(\.range) == [ToySpace.range(40..<60), ToySpace.range(61..<100)])
    #expect(diff.new.map(\.range) == [ToySpace.range(60..<61)])
    #expect(diff.gone.isEmpty && diff.resized.isEmpty)
  }

  @Test("a region that ends elsewhere is resized, one that begins elsewhere is another")
  func resized() {
    let longer = Self.diff([30..<40], [30..<45])
    #expect(longer.resized.count == 1 && longer.gone.isEmpty && longer.new.isEmpty)
    #expect(longer.resized.first?.after.range == ToySpace.range(30..<45))
    let moved = Self.diff([30..<40], [31..<40])
    #expect(moved.resized.isEmpty && moved.gone.count == 1 && moved.new.count == 1)
  }

  @Test("random maps: bytes gone and come account for the free space", arguments: [false, true])
  func accounts(relative: Bool) throws {
    for seed in 0..<400 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      let before = ToySpace.random(.topDown, &random)
      var after = before
      for index in after.pieces.indices.reversed() where Bool.random(using: &random) {
        after.pieces.remove(at: index)
      }
      let diff = MapDiff(from: before.room, to: after.room, relative: relative)
      let gone = diff.gone.map(\.size).total()
      let new = diff.new.map(\.size).total()
      try #require(
        before.room.freeBytes + gone == after.room.freeBytes + new, "seed \(seed)")
      try #require(diff.resized.isEmpty)
      let spansBefore = diff.spans.flatMap(\.before)
      let spansAfter = diff.spans.flatMap(\.after)
      try #require(
        before.room.freeBytes + spansAfter.map(\.size).total()
          == after.room.freeBytes + spansBefore.map(\.size).total(), "seed \(seed)")
      try #require(Set(spansBefore.map(\.range)).count == spansBefore.count, "seed \(seed)")
      try #require(Set(spansAfter.map(\.range)).count == spansAfter.count, "seed \(seed)")
      for change in diff.spans where !relative && change.change == .merged {
        try #require(change.before.count > change.after.count && !change.after.isEmpty)
      }
      let none = MapDiff(from: before.room, to: before.room, relative: relative)
      try #require(none.isEmpty, "seed \(seed)")
    }
  }

  @Test("relative: another start of the same program differs in nothing")
  func relative() throws {
    let names = ["/bin/photo", "[heap]", "/lib/libpng.so", "/lib/libc.so", "[stack]"]
    func room(_ lows: [UInt64], heap: UInt64 = 0x2_1000) -> Room {
      let regions = zip(names, lows).compactMap { name, low in
        let size = name == "[heap]" ? heap : 0x5000
        return AddressRange(Address(low), Address(low + size)).map {
          Region(range: $0, access: [.read], inode: 1, name: name)
        }
      }
      let map = AddressMap.assembling(regions).map
      let layout = Layout.inferred(from: map, facts: LayoutFacts())
      return Room(map: map, layout: layout)
    }
    let one = room([0x5661_0000, 0x57A0_0000, 0xF7A0_0000, 0xF7B0_0000, 0xFF80_0000])
    let other = room([0x5662_0000, 0x5800_0000, 0xF7B0_0000, 0xF7C0_0000, 0xFFA0_0000])
    #expect(!MapDiff(from: one, to: other).isEmpty)
    let relative = MapDiff(from: one, to: other, relative: true)
    #expect(relative.gone.isEmpty && relative.new.isEmpty && relative.resized.isEmpty)
    // The spans between them did change their sizes.
    #expect(relative.spans.allSatisfy { [.shrunk, .grown].contains($0.change) })
    #expect(relative.spans.allSatisfy { $0.before.count == 1 && $0.after.count == 1 })
    let grown = room(
      [0x5662_0000, 0x5800_0000, 0xF7B0_0000, 0xF7C0_0000, 0xFFA0_0000], heap: 0x40_0000)
    #expect(MapDiff(from: other, to: grown, relative: true).gone.isEmpty)
  }

  @Test("relative: of several alike, the last ones are new")
  func alike() {
    let before = Self.space([20..<22]).room
    let after = Self.space([20..<22, 30..<32, 40..<43]).room
    let diff = MapDiff(from: before, to: after, relative: true)
    #expect(diff.gone.isEmpty)
    #expect(diff.new.map(\.range) == [ToySpace.range(30..<32), ToySpace.range(40..<43)])
  }
}
