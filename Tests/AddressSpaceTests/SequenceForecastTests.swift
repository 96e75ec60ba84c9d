import AddressSpace
import TestSupport
import Testing

@Suite("Buffers one after the other")
struct SequenceForecastTests {
  @Test("equal buffers: the forecast's count and places", arguments: ToySpace.Style.allCases)
  func equalBuffers(style: ToySpace.Style) throws {
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

  @Test("mixed buffers against the page bitmap", arguments: ToySpace.Style.allCases)
  func mixedBuffers(style: ToySpace.Style) throws {
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
}
