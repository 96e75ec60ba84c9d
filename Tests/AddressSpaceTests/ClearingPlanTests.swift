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

  @Test("exact over all windows", arguments: ToySpace.Style.allCases)
  func exact(style: ToySpace.Style) throws {
    for seed in 0..<250 as Range<UInt64> {
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
}
