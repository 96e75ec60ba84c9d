import TestSupport
import Testing

@testable import AddressSpace

@Suite("Pins that are new since a baseline")
struct NewPinTests {
  private static func pins(
    _ before: [Range<Int>], _ after: [Range<Int>], anchored: Bool, between pages: Int = 4
  ) -> [Range<Int>] {
    // Where the system's own lies where it lay, nothing has moved.
    let place = anchored ? 600 : 590
    let regions = { (taken: [Range<Int>], anchor: Int) in
      taken.map { BaselineTests.region($0) }
        + [BaselineTests.region(anchor..<anchor + 2, "[vdso]", [.read, .execute])]
    }
    let room = BaselineTests.room(regions(after, place))
    let additions = Baseline(BaselineTests.room(regions(before, 600))).additions(in: room)
    return additions.pins(between: ToySpace.bytes(pages)).map { pin in
      let low = room.regions[pin.lowerBound].range.lower.value / ToySpace.page
      return Int(low)..<Int(room.regions[pin.upperBound - 1].range.upper.value / ToySpace.page)
    }
  }

  @Test("what is new amid free space", arguments: [true, false])
  func amid(anchored: Bool) {
    let before = [20..<40, 300..<310]
    #expect(Self.pins(before, before + [100..<103], anchored: anchored) == [100..<103])
    // A small hole in it, or between it and what was there, does not count.
    #expect(Self.pins(before, before + [100..<103, 105..<107], anchored: anchored) == [100..<107])
    #expect(Self.pins(before, before + [42..<45], anchored: anchored).isEmpty)
    #expect(Self.pins(before, before + [310..<313], anchored: anchored).isEmpty)
    #expect(Self.pins(before, before + [100..<103, 200..<201], anchored: anchored).count == 2)
  }

  @Test("what went leaves no new pins", arguments: [true, false])
  func gone(anchored: Bool) {
    #expect(Self.pins([100..<160, 300..<310], [100..<110, 150..<160], anchored: anchored).isEmpty)
    #expect(Self.pins([100..<160], [100..<160], anchored: anchored).isEmpty)
  }

  @Test("as many bytes as before, but in many pieces")
  func scattered() {
    let pieces = (0..<9).map { 100 + 30 * $0..<110 + 30 * $0 }
    #expect(Self.pins([100..<190], pieces, anchored: false).count == 8)
    // Where nothing moved, the first of them lies where all of it lay.
    #expect(Self.pins([100..<190], pieces, anchored: true) == Array(pieces.dropFirst(3)))
  }

  @Test("where nothing has moved: against every page")
  func pages() throws {
    for seed in 0..<300 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      let anchor = BaselineTests.region(610..<616, "[vdso]", .read)
      func regions() -> [Region] {
        BaselineTests.placed(BaselineTests.things(&random), &random)
          .filter { $0.range.upper <= anchor.range.lower }
          .filter { $0.name.isEmpty } + [anchor]
      }
      let (before, after) = (regions(), regions())
      let span = Int.random(in: 0...8, using: &random)
      let room = BaselineTests.room(after)
      let pins = Baseline(BaselineTests.room(before)).additions(in: room)
        .pins(between: ToySpace.bytes(span))
      let found = pins.map { room.regions[$0.lowerBound].range.lower }
      try #require(found == Self.expected(before, after, span), "seed \(seed)")
    }
  }

  /// Page by page: the stretches between runs of more than `span` free pages, in which no taken page
  /// was taken before.
  private static func expected(_ before: [Region], _ after: [Region], _ span: Int) -> [Address] {
    func taken(_ regions: [Region]) -> [Bool] {
      (0..<616).map { page in
        regions.contains { $0.range.contains(Address(UInt64(page) * ToySpace.page)) }
      }
    }
    let (old, new) = (taken(before), taken(after))
    var stretches: [[Int]] = []
    var current: [Int] = []
    var free = 0
    var spans = 0
    for page in 16..<616 {
      if !new[page] {
        free += 1
        continue
      }
      if free > span {
        if spans > 0 { stretches.append(current) }
        spans += 1
        current = []
      }
      free = 0
      current.append(page)
    }
    if free > span, spans > 0 { stretches.append(current) }
    return stretches.filter { !$0.contains { old[$0] } }
      .compactMap { $0.first.map { Address(UInt64($0) * ToySpace.page) } }
  }
}
