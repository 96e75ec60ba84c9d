import AddressSpace
import Testing

/// Pillow's blocks of lines, against measured figures (`docs/allocators.md`).
@Suite("Pillow footprints")
struct PillowFootprintTests {
  @Test("4000x3000 RGB: blocks of 1048, 1048 and 904 lines of 4 bytes a pixel")
  func rgb() throws {
    let blocks = try FootprintTests.blocks("4000x3000x3x1", "pillow")
    #expect(blocks == [16_769_024, 16_769_024, 14_467_072])
    #expect(try FootprintTests.blocks("4000x3000x4x1", "pillow") == blocks)
    #expect(try FootprintTests.blocks("4000x3000x2x1", "pillow") == blocks)
    #expect(try FootprintTests.blocks("4000x3000x1x4", "pillow") == blocks)
  }

  @Test("a picture of one channel has its own size")
  func gray() throws {
    #expect(try FootprintTests.blocks("4000x3000x1x1", "pillow") == [12_001_280])
    // I;16: 8,000 bytes a line, 2,097 lines a block
    #expect(
      try FootprintTests.blocks("4000x3000x1x2", "pillow") == [16_777_216, 7_225_344])
  }

  @Test("6000x4000 RGB: 699 lines of 24,000 bytes a block, the remainder exact")
  func large() throws {
    let blocks = try FootprintTests.blocks("6000x4000x3x1", "pillow")
    #expect(blocks.prefix(5) == [16_777_216, 16_777_216, 16_777_216, 16_777_216, 16_777_216])
    // 505 lines: 12,120,000 bytes
    #expect(blocks.dropFirst(5) == [12_120_064])
  }

  @Test("a line longer than 16 MiB is a block by itself")
  func longLine() throws {
    #expect(
      try FootprintTests.blocks("5000000x2x3x1", "pillow") == [20_000_768, 20_000_768])
  }

  @Test(
    "what Pillow has no pixels for",
    arguments: ["4000x3000x4x2", "4000x3000x5x1", "4000x3000x1x8", "4000x3000x3x4"])
  func noMode(text: String) {
    #expect(throws: AllocatorError.noPillowMode(text)) {
      try FootprintTests.blocks(text, "pillow")
    }
  }

  @Test("a size alone, or an alignment, is refused")
  func refused() {
    #expect(throws: AllocatorError.needsPicture("48MB")) {
      try FootprintTests.blocks("48MB", "pillow")
    }
    #expect(throws: AllocatorError.cannotAlign(.pillow, "4000x3000x3x1@4096")) {
      try FootprintTests.blocks("4000x3000x3x1@4096", "pillow")
    }
  }

  @Test("pictures of many blocks are placed block by block, and by lines when blocks do not fit")
  func placed() throws {
    // Room for one image in three pieces, then only for single lines.
    let page: UInt64 = 4096
    let high = Address(0x1_0000 + 16_769_024 * 2 + 14_467_072 + 14_000_000 / page * page)
    let range = try #require(AddressRange(0x1_0000, high))
    let layout = try #require(
      Layout.named("linux-i386-4g", map: FootprintTests.empty, facts: LayoutFacts())
    ).limited(to: range)
    let forecaster = Forecaster(Room(map: FootprintTests.empty, layout: layout))
    let forecast = try forecaster.forecast(
      BufferRequest(text: "4000x3000x3x1"), allocator: Allocator(.pillow), placements: 10)
    #expect(forecast.fits == 1)
    #expect(forecast.placements.map(\.size.value) == [16_769_024, 16_769_024, 14_467_072])
    #expect(forecast.placements.first?.upper == high)
  }
}
