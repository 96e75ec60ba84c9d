import AddressSpace
import TestSupport
import Testing

/// What holds of every room, whatever is in it.
@Suite("Properties of rooms and forecasts")
struct ForecastPropertyTests {
  static let seeds: Range<UInt64> = 0..<300

  @Test("regions and free spans partition the space", arguments: PagedStyle.allCases)
  func partition(style: PagedStyle) throws {
    for seed in Self.seeds {
      var random = SeededGenerator(seed: seed)
      let space = ToySpace.random(style, &random)
      let room = space.room
      let ranges = (room.regions.map(\.range) + room.freeSpans.map(\.range))
        .sorted { $0.lower < $1.lower }
      try #require(ranges.first?.lower == room.layout.space.lower, "seed \(seed)")
      try #require(ranges.last?.upper == room.layout.space.upper, "seed \(seed)")
      for (lower, upper) in zip(ranges, ranges.dropFirst()) {
        try #require(lower.upper == upper.lower, "seed \(seed) at \(lower.upper)")
      }
      try #require(room.freeBytes + room.mappedBytes == room.layout.space.size)
      let runs = PageBitmap(space).freeRuns.map(ToySpace.range)
      try #require(room.freeSpans.map(\.range) == runs, "seed \(seed)")
      try #require(
        room.largestFreeSpan?.size == runs.map(\.size).max(), "seed \(seed)")
      for span in room.freeSpans {
        try #require(room.neighbor(below: span).map { $0.range.upper == span.range.lower } ?? true)
        try #require(room.neighbor(above: span).map { $0.range.lower == span.range.upper } ?? true)
        try #require(span.reachable <= span.size, "seed \(seed)")
      }
    }
  }

  @Test("what can be reached, page by page", arguments: PagedStyle.allCases)
  func reachable(style: PagedStyle) throws {
    for seed in Self.seeds {
      var random = SeededGenerator(seed: seed)
      let space = ToySpace.random(style, &random)
      let bitmap = PageBitmap(space)
      let open = space.pages.filter { page in
        bitmap.isOpen(page..<page + 1)
          && space.passes.contains { $0.reaches(page, in: bitmap) }
      }
      try #require(
        space.room.reachableFreeBytes == ToySpace.bytes(open.count), "seed \(seed) in \(space)")
    }
  }

  @Test("freeing a region never lowers the largest span", arguments: PagedStyle.allCases)
  func freeing(style: PagedStyle) throws {
    for seed in Self.seeds {
      var random = SeededGenerator(seed: seed)
      let space = ToySpace.random(style, &random)
      guard !space.pieces.isEmpty else { continue }
      let gone = Int.random(in: space.pieces.indices, using: &random)
      let room = space.room
      let rest = space.without(gone..<gone + 1).room
      try #require(rest.freeBytes >= room.freeBytes, "seed \(seed)")
      try #require(
        rest.largestFreeSpan.map(\.size) ?? 0 >= room.largestFreeSpan.map(\.size) ?? 0,
        "seed \(seed)")
    }
  }

  @Test("a forecast never rises when a region is added", arguments: PagedStyle.allCases)
  func adding(style: PagedStyle) throws {
    // A mapping below mmap_base can keep what lies above it in one piece for the second search.
    let most: UInt64 = style == .fallback ? 1 : 0
    for seed in 0..<1000 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      let space = ToySpace.random(style, &random)
      guard !space.pieces.isEmpty else { continue }
      let gone = Int.random(in: space.pieces.indices, using: &random)
      if space.replacesGuard(gone) { continue }
      let request = BufferRequest(bytes: ToySpace.bytes(Int.random(in: 1...12, using: &random)))
      let with = try Forecaster(space.room).forecast(request, allocator: space.allocator)
      let without = try Forecaster(space.without(gone..<gone + 1).room)
        .forecast(request, allocator: space.allocator)
      try #require(with.fits <= without.fits + most, "seed \(seed), piece \(gone) of \(space)")
      try #require(with.fits <= with.fitsIfContiguous && without.fits <= without.fitsIfContiguous)
      try #require(with.unusableFree <= space.room.freeBytes)
    }
  }

  /// The kernel's own doing: the bitmap, which knows nothing of spans, says the same.
  @Test("but a mapping just below mmap_base can make room above it")
  func addingBelowBase() throws {
    var space = ToySpace(
      style: .fallback, pages: 16..<32, pieces: [.init(pages: 25..<32, isFixed: true)],
      passes: [.init(pages: 16..<22, isTopDown: true), .init(pages: 21..<32, isTopDown: false)])
    let request = BufferRequest(bytes: ToySpace.bytes(4))
    #expect(PageBitmap(space).filled(size: 4) == [18..<22])
    #expect(try Forecaster(space.room).forecast(request, allocator: space.allocator).fits == 1)
    space.pieces.insert(.init(pages: 20..<21), at: 0)
    #expect(PageBitmap(space).filled(size: 4) == [16..<20, 21..<25])
    #expect(try Forecaster(space.room).forecast(request, allocator: space.allocator).fits == 2)
  }
}

extension ToySpace {
  /// Whether a piece lies where else the guard gap of the one above would be.
  func replacesGuard(_ piece: Int) -> Bool {
    guard piece + 1 < pieces.count, pieces[piece + 1].growsDown else { return false }
    return pieces[piece + 1].pages.lowerBound - pieces[piece].pages.upperBound < guardGap
  }
}

extension PagedPass {
  /// Whether a pass could hand out a page: it lies in its range, at or above the first aligned
  /// base of the open run around it.
  func reaches(_ page: Int, in bitmap: PageBitmap) -> Bool {
    func isIn(_ page: Int) -> Bool {
      pages.contains(page) && !excluded.contains { $0.contains(page) }
        && bitmap.isOpen(page..<page + 1)
    }
    guard isIn(page) else { return false }
    var start = page
    while isIn(start - 1) { start -= 1 }
    return (start + alignment - 1) / alignment * alignment <= page
  }
}
