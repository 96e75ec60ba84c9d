import AddressSpace
import AddressSpaceSimulation
import TestSupport
import Testing

/// `VirtualAlloc` in a modelled space, against published lists of regions.
@Suite("Placement on Windows")
struct WindowsPlacementTests {
  static let buffer = ByteCount(384_000_000)

  static func space(_ model: String = "windows-7-2g", seed: UInt64 = 1) throws -> ModelledSpace {
    var random = SeededRandom(seed: seed)
    let layout = WindowsModel(named: model)?.layout(isRandomized: true, random: &random)
    return ModelledSpace(try #require(layout))
  }

  @Test(
    "a program on Windows 7: its largest span, and four buffers",
    .enabled(if: WindowsLists.seven != nil))
  func seven() throws {
    var space = try Self.space()
    for row in try WindowsLists.sevenRows() {
      guard let range = row.range.clamped(to: space.layout.space) else { continue }
      space.fix(range, row.details)
    }
    #expect(space.freeRanges.contains { $0 == AddressRange(0x0323_0000, 0x6877_0000) })
    // 1942.0 MiB
    #expect((space.freeBytes.value * 10 + (1 << 19)) >> 20 == 19420)
    var bases: [Address] = []
    while let range = space.map(Self.buffer, Mapping()) { bases.append(range.lower) }
    #expect(bases == [0x0323_0000, 0x1A07_0000, 0x30EB_0000, 0x47CF_0000])
    // From the top: where the highest span that is large enough ends.
    space.unmap(try #require(AddressRange(0x0323_0000, 0x6877_0000)))
    let highest = try space.placed(Self.buffer, isTopDown: true)
    #expect(highest == 0x5193_0000)
  }

  @Test("Windows 2000, row by row as Richter shows it")
  func rows() throws {
    var space = try Self.space("windows-xp-2g")
    // In KiB; the program lies at its base before all else but is of no hindrance before 800.
    let program = try #require(AddressRange(0x40_0000, 0x41_A000))
    space.fix(program, "program")
    let rows: [(UInt64, Address)] = [
      (4, 0x1_0000), (4, 0x2_0000), (1024, 0x3_0000), (1024, 0x13_0000), (64, 0x23_0000),
      (88, 0x24_0000), (204, 0x26_0000), (260, 0x2A_0000), (16, 0x2F_0000), (800, 0x30_0000),
      (268, 0x42_0000),
    ]
    for (kibibytes, base) in rows {
      let found = try space.placed(.kibibytes(kibibytes))
      #expect(found == base)
    }
  }

  @Test(
    "the heap of a program on Windows 7 lies where a slide of 22 slots puts it",
    .enabled(if: WindowsLists.seven != nil))
  func heapSlide() throws {
    var space = try Self.space()
    // What was there when the heap was made: all up to the locale's table, and the program.
    for row in try WindowsLists.sevenRows() {
      guard row.range.upper <= 0x23_7000 || row.details == "image:exe" else { continue }
      space.fix(row.range, row.details)
    }
    let start = space
    func base(slide: UInt64) throws -> Address {
      var copy = start
      let heap = try NTHeap.made(.mebibytes(1), .seven, slide: .kibibytes(64 * slide), in: &copy)
      return try #require(heap.ranges.first).lower
    }
    // A fit without a slide would be below the program, and so would one with a small slide be.
    let bases = try (0..<32).map { try base(slide: $0) }
    #expect(bases[0] == 0x24_0000 && bases[12] == 0x30_0000)
    #expect(bases.indices.filter { bases[$0] == 0x5C_0000 } == [22])
  }

  @Test("with windows-10 the search begins where the seed draws it, from above too")
  func edges() throws {
    var (lows, highs): (Set<UInt64>, Set<UInt64>) = ([], [])
    for seed in 0..<2000 as Range<UInt64> {
      var space = try Self.space("windows-10-4g", seed: seed)
      let low = try space.placed(1)
      let high = try space.placed(1, isTopDown: true)
      lows.insert(low.value >> 16)
      highs.insert(high.value >> 16)
      #expect(low.value % 0x1_0000 == 0 && high.value % 0x1_0000 == 0)
    }
    // All of 256 are drawn.
    #expect(lows == Set(1...256) && highs == Set(0xFEFE...0xFFFD))
  }
}
