import AddressSpace
import TestSupport
import Testing

@Suite("Buffers one after the other")
struct SequenceForecastTests {
  @Test("equal buffers: the forecast's count and places", arguments: PagedStyle.allCases)
  func equalBuffers(style: PagedStyle) throws {
    for seed in 0..<250 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      let space = ToySpace.random(style, &random)
      let size = ToySpace.bytes(Int.random(in: 1...12, using: &random)).value
      let forecaster = Forecaster(space.room)
      let forecast = try forecaster.forecast(
        BufferRequest(bytes: ByteCount(size)), allocator: space.allocator, placements: .max)
      let sequence = try forecaster.sequence(
        [BufferRequest(text: "\(size)*1000")], allocator: space.allocator)
      try #require(
        sequence.steps.compactMap(\.range) == forecast.placements,
        "seed \(seed), \(size) bytes in \(space)")
      try #require(sequence.steps.last?.range == nil && !sequence.isComplete)
    }
  }

  @Test("mixed buffers against the page bitmap", arguments: PagedStyle.allCases)
  func mixedBuffers(style: PagedStyle) throws {
    for seed in 0..<400 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      let space = ToySpace.random(style, &random)
      let sizes = (0..<12).map { _ in Int.random(in: 1...15, using: &random) }
      var bitmap = PageBitmap(space)
      var expected: [AddressRange?] = []
      for size in sizes {
        expected.append(bitmap.place(size: size).map(ToySpace.range))
        if expected.last == .some(nil) { break }
      }
      let sequence = try Forecaster(space.room).sequence(
        sizes.map { BufferRequest(bytes: ToySpace.bytes($0)) }, allocator: space.allocator)
      try #require(
        sequence.steps.map(\.range) == expected, "seed \(seed), \(sizes) in \(space)")
    }
  }

  @Test("counts repeat a buffer, and the sequence ends with the first that is refused")
  func counts() throws {
    let space = ToySpace(
      style: .topDown, pages: 16..<26, pieces: [], passes: [.init(pages: 16..<26, isTopDown: true)])
    let forecaster = Forecaster(space.room)
    let three = try forecaster.sequence(
      [BufferRequest(text: "8KiB*3"), BufferRequest(text: "16KiB")], allocator: Allocator(.mmap))
    #expect(three.steps.map { $0.range?.lower } == [0x18000, 0x16000, 0x14000, 0x10000])
    #expect(three.isComplete)
    let refused = try forecaster.sequence(
      [BufferRequest(text: "32KiB"), BufferRequest(text: "12KiB*5"), BufferRequest(text: "4KiB")],
      allocator: Allocator(.mmap))
    #expect(refused.steps.map { $0.range?.lower } == [0x12000, nil])
    #expect(!refused.isComplete)
  }

  @Test("malloc: from the heap's unused end, by mmap, then from the growing heap")
  func malloc() throws {
    for seed in 0..<400 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      let space = HeapGrowthTests.space(&random)
      let top = Int.random(in: 0...7600, using: &random) * 16 + 8
      let bytes = Int.random(in: 131_072...280_000, using: &random)
      let heap = HeapFacts(top: ByteCount(UInt64(top)), end: ToySpace.range(20..<50).upper)
      var real = GlibcSimulation(pages: PageBitmap(space), end: 50, top: top)
      real.run(bytes: bytes)
      let sequence = try Forecaster(HeapGrowthTests.room(space, heap)).sequence(
        [BufferRequest(text: "\(bytes)*500")], allocator: Allocator(.malloc))
      let placed = sequence.steps.compactMap(\.range)
      let text: Comment = "seed \(seed), \(bytes) bytes, top \(top) in \(space)"
      try #require(
        placed.count == real.fromTop + real.mapped.count + real.grown.count, text)
      let mapped = placed.dropFirst(real.fromTop).prefix(real.mapped.count)
      try #require(Array(mapped) == real.mapped.map(ToySpace.range), text)
    }
  }
}
