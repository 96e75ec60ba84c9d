import AddressSpace
import TestSupport
import Testing

/// Counts and places against a bitmap of pages that is searched page by page.
@Suite("Placement against a page bitmap")
struct PlacementTests {
  @Test("count and every place", arguments: PagedStyle.allCases)
  func countAndPlaces(style: PagedStyle) throws {
    for seed in 0..<2000 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      let space = ToySpace.random(style, &random)
      let size = Int.random(in: 1...20, using: &random)
      let expected = PageBitmap(space).filled(size: size).map(ToySpace.range)
      let forecast = try Forecaster(space.room).forecast(
        BufferRequest(bytes: ToySpace.bytes(size)), allocator: space.allocator,
        placements: .max)
      try #require(forecast.placements == expected, "seed \(seed), \(size) pages in \(space)")
      try #require(forecast.fits == UInt64(expected.count), "seed \(seed)")
    }
  }

  @Test("aligned buffers", arguments: PagedStyle.allCases)
  func aligned(style: PagedStyle) throws {
    for seed in 0..<2000 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      let space = ToySpace.random(style, &random)
      let size = Int.random(in: 1...20, using: &random)
      let alignment = 1 << Int.random(in: 1...5, using: &random)
      // mmap cannot align: who wants that asks for more and gives the ends back.
      let slack = space.allocator.family == .mmap ? alignment - 1 : 0
      let expected = PageBitmap(space).filled(size: size, alignment: alignment, slack: slack)
        .map(ToySpace.range)
      let text = "\(ToySpace.bytes(size).value)@\(ToySpace.bytes(alignment).value)"
      let forecast = try Forecaster(space.room).forecast(
        BufferRequest(text: text), allocator: space.allocator, placements: .max)
      try #require(
        forecast.placements == expected,
        "seed \(seed), \(size) pages at \(alignment) in \(space)")
      try #require(forecast.fits == UInt64(expected.count), "seed \(seed)")
    }
  }

  @Test("as many places as were asked for, the first ones")
  func limited() throws {
    var random = SeededGenerator(seed: 5)
    for style in PagedStyle.allCases {
      let space = ToySpace.random(style, &random)
      let request = BufferRequest(bytes: ToySpace.bytes(2))
      let forecaster = Forecaster(space.room)
      let all = try forecaster.forecast(request, allocator: space.allocator, placements: .max)
      for limit in 0...all.placements.count + 1 {
        let some = try forecaster.forecast(
          request, allocator: space.allocator, placements: limit)
        #expect(some.placements == Array(all.placements.prefix(limit)))
        #expect(some.fits == all.fits)
      }
    }
  }
}
