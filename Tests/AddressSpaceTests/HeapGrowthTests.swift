import TestSupport
import Testing

@testable import AddressSpace

@Suite("The brk heap behind mmap, against glibc's order")
struct HeapGrowthTests {
  /// A space whose lowest piece is the heap, with room for a few buffers of 33 to 70 pages.
  static func space(_ random: inout SeededGenerator, heap: Int = 50) -> ToySpace {
    let high = heap + Int.random(in: 150...650, using: &random)
    var space = ToySpace(style: .topDown, pages: 16..<high, pieces: [], passes: [])
    space.pieces = [.init(pages: 20..<heap)]
    var next = heap + Int.random(in: 0...300, using: &random)
    while next < high {
      let end = min(high, next + Int.random(in: 1...9, using: &random))
      space.pieces.append(
        .init(pages: next..<end, growsDown: Int.random(in: 0...4, using: &random) == 0))
      next = end + Int.random(in: 0...250, using: &random)
    }
    space.pieces.append(.init(pages: high..<high + 1))
    space.pages = 16..<high + 1
    space.guardGap = Int.random(in: 0...30, using: &random)
    let base = Int.random(in: 17...high, using: &random)
    space.passes =
      switch Int.random(in: 0...2, using: &random) {
      case 0: [.init(pages: 16..<high + 1, isTopDown: true)]
      case 1: [.init(pages: base..<high + 1, isTopDown: false)]
      default:
        [
          .init(pages: 16..<base, isTopDown: true),
          .init(pages: Int.random(in: 17...high, using: &random)..<high + 1, isTopDown: false),
        ]
      }
    return space
  }

  static func room(_ space: ToySpace, _ heap: HeapFacts?) -> Room {
    let regions = space.pieces.enumerated().map { index, piece in
      Region(
        range: ToySpace.range(piece.pages), access: [.read, .write],
        name: index == 0 ? "[heap]" : "", traits: piece.growsDown ? .growsDown : [])
    }
    var facts = LayoutFacts()
    facts.machine = .i386
    facts.libcVersion = LibcVersion(2, 36)
    facts.heap = heap
    return Room(map: AddressMap.assembling(regions).map, layout: space.layout, facts: facts)
  }

  @Test("count, places and what the heap itself serves")
  func exact() throws {
    for seed in 0..<2500 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      let space = Self.space(&random)
      let bytes = Int.random(in: 131_072...280_000, using: &random)
      let top = Int.random(in: 0...120_000 / 16, using: &random) * 16 + 8
      let heap = HeapFacts(top: ByteCount(UInt64(top)), end: ToySpace.range(20..<50).upper)
      var real = GlibcSimulation(pages: PageBitmap(space), end: 50, top: top)
      real.run(bytes: bytes)
      let forecast = try Forecaster(Self.room(space, heap)).forecast(
        BufferRequest(bytes: ByteCount(UInt64(bytes))), allocator: Allocator(.malloc),
        placements: .max)
      let text: Comment = "seed \(seed), \(bytes) bytes, top \(top) in \(space)"
      try #require(forecast.heapFits == UInt64(real.fromTop), text)
      try #require(
        forecast.fits == UInt64(real.fromTop + real.mapped.count + real.grown.count), text)
      let grown = real.grown.compactMap { bytes in
        AddressRange(Address(UInt64(bytes.lowerBound)), Address(UInt64(bytes.upperBound)))
      }
      try #require(forecast.placements == real.mapped.map(ToySpace.range) + grown, text)
    }
  }

  @Test("a larger unused end serves first")
  func largeTop() throws {
    for seed in 0..<1500 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      let space = Self.space(&random, heap: 270)
      let bytes = Int.random(in: 131_072...280_000, using: &random)
      let chunk = (bytes + 19) / 16 * 16
      let extra = [0, 8, 15, 16, 24, 40_000, 130_000].randomElement(using: &random) ?? 0
      let top = chunk * Int.random(in: 1...3, using: &random) + extra
      let heap = HeapFacts(top: ByteCount(UInt64(top)), end: ToySpace.range(20..<270).upper)
      var real = GlibcSimulation(pages: PageBitmap(space), end: 270, top: top)
      real.run(bytes: bytes)
      let forecast = try Forecaster(Self.room(space, heap)).forecast(
        BufferRequest(bytes: ByteCount(UInt64(bytes))), allocator: Allocator(.malloc))
      let text: Comment = "seed \(seed), \(bytes) bytes, top \(top) in \(space)"
      try #require(forecast.heapFits == UInt64(real.fromTop), text)
      try #require(
        forecast.fits == UInt64(real.fromTop + real.mapped.count + real.grown.count), text)
    }
  }

  @Test("without the heap's state the answer is a lower bound and says so")
  func unknownTop() throws {
    for seed in 0..<800 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      let space = Self.space(&random)
      let bytes = Int.random(in: 131_072...280_000, using: &random)
      let request = BufferRequest(bytes: ByteCount(UInt64(bytes)))
      let bound = try Forecaster(Self.room(space, nil))
        .forecast(request, allocator: Allocator(.malloc))
      #expect(bound.heapFits == nil)
      // A heap whose end is about to be trimmed keeps no more than this.
      for top in stride(from: 8, through: 131_000, by: 26_000) {
        var real = GlibcSimulation(pages: PageBitmap(space), end: 50, top: top)
        real.run(bytes: bytes)
        let count = UInt64(real.fromTop + real.mapped.count + real.grown.count)
        let text: Comment = "seed \(seed), \(bytes) bytes, top \(top) in \(space)"
        try #require(bound.fits <= count, text)
        try #require(!bound.isExact || bound.fits == count, text)
      }
    }
  }

  @Test(
    "small requests: never more than glibc serves, whatever the heap holds",
    arguments: [LibcVersion(2, 31), LibcVersion(2, 36), LibcVersion(2, 41)])
  func small(version: LibcVersion) throws {
    for seed in 0..<400 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      let space = Self.space(&random)
      let bytes = Int.random(in: 60_000...130_000, using: &random)
      let forecast = try Forecaster(Self.room(space, nil)).forecast(
        BufferRequest(bytes: ByteCount(UInt64(bytes))),
        allocator: Allocator(.malloc, version: version))
      #expect(!forecast.isExact)
      for top in stride(from: 8, through: 131_000, by: 26_000) {
        let count = GlibcSimulation.count(
          of: bytes, in: space, end: 50, top: top, isSwapped: version == LibcVersion(2, 36))
        try #require(
          forecast.fits <= UInt64(count), "seed \(seed), \(bytes) bytes, top \(top) in \(space)")
      }
    }
  }
}
