import Testing

@testable import AddressSpace

/// What one buffer costs, against measured figures (`docs/allocators.md`).
@Suite("Footprints")
struct FootprintTests {
  static let empty = AddressMap.assembling([]).map

  static func blocks(
    _ request: String, _ allocator: String, _ layout: String = "linux-i386-4g",
    _ facts: LayoutFacts = LayoutFacts()
  ) throws -> [UInt64] {
    try footprint(request, allocator, layout, facts).blocks.map(\.size.value)
  }

  static func footprint(
    _ request: String, _ allocator: String, _ layout: String = "linux-i386-4g",
    _ facts: LayoutFacts = LayoutFacts()
  ) throws -> Footprint {
    let layout = try #require(Layout.named(layout, map: empty, facts: facts))
    return try FootprintModel(
      allocator: Allocator(text: allocator), layout: layout, facts: facts
    ).footprint(of: BufferRequest(text: request))
  }

  @Test(
    "384,000,000 bytes by each allocator",
    arguments: [
      ("mmap", "linux-i386-4g", 0x16E3_6000), ("malloc", "linux-i386-4g", 0x16E3_7000),
      ("numpy", "linux-i386-3g", 0x16E3_7000), ("malloc", "linux-armv7-3g", 0x16E3_7000),
      ("malloc", "linux-x86-64", 0x16E3_7000), ("virtualalloc", "windows-2g", 0x16E3_6000),
      ("heapalloc", "windows-4g", 0x16E3_7000), ("malloc", "wine-2g", 0x16E3_7000),
      ("virtualalloc", "wine-new-2g", 0x16E3_6000), ("numpy", "windows-3g", 0x16E3_7000),
    ] as [(String, String, UInt64)])
  func photo(allocator: String, layout: String, bytes: UInt64) throws {
    #expect(try Self.blocks("8000x6000x4x2", allocator, layout) == [bytes])
  }

  @Test(
    "malloc as measured with glibc 2.36", arguments: ["linux-i386-4g", "linux-x86-64"],
    [
      (6_000_000, 6_000_640), (12_000_000, 12_001_280), (36_000_000, 36_003_840),
      (48_000_000, 48_001_024), (262_144, 266_240), (131_060, 135_168),
    ] as [(UInt64, UInt64)])
  func measured(layout: String, figures: (bytes: UInt64, mapped: UInt64)) throws {
    // A 64-bit chunk of 131,060 bytes is below the threshold no more.
    #expect(try Self.blocks("\(figures.bytes)", "malloc@2.36", layout) == [figures.mapped])
  }

  /// Sizes at which one version needs a page more than another: a page less the headers.
  @Test(
    "malloc by version",
    arguments: [
      // 2.3 to 2.5: chunk + 4 + 7, chunks of 8
      ("2.5", 1_048_576 - 20, 1_048_576), ("2.5", 1_048_576 - 19, 1_052_672),
      ("2.3", 1_048_576 - 19, 1_052_672),
      // 2.7 to 2.25: chunk + 4, chunks of 8
      ("2.7", 1_048_576 - 12, 1_048_576), ("2.25", 1_048_576 - 12, 1_048_576),
      ("2.25", 1_048_576 - 11, 1_052_672),
      // 2.26 to 2.42: chunk + 4 + 15, chunks of 16
      ("2.26", 1_048_576 - 36, 1_048_576), ("2.26", 1_048_576 - 35, 1_052_672),
      ("2.36", 1_048_576 - 36, 1_048_576), ("2.42", 1_048_576 - 35, 1_052_672),
      // 2.43: chunk + 16
      ("2.43", 1_048_576 - 20, 1_048_576), ("2.43", 1_048_576 - 19, 1_052_672),
    ] as [(String, UInt64, UInt64)])
  func versions(version: String, bytes: UInt64, mapped: UInt64) throws {
    #expect(try Self.blocks("\(bytes)", "malloc@\(version)") == [mapped])
    var facts = LayoutFacts()
    facts.libcVersion = LibcVersion(text: version)
    #expect(try Self.blocks("\(bytes)", "malloc", "linux-i386-3g", facts) == [mapped])
    #expect(try Self.blocks("\(bytes)", "numpy@\(version)") == [mapped])
  }

  @Test("ARM keeps chunks of 8 bytes in every version", arguments: ["2.25", "2.26", "2.36"])
  func arm(version: String) throws {
    let malloc = "malloc@\(version)"
    #expect(try Self.blocks("\(1_048_576 - 12)", malloc, "linux-armv7-3g") == [1_048_576])
    #expect(try Self.blocks("\(1_048_576 - 11)", malloc, "linux-armv7-3g") == [1_052_672])
    #expect(try Self.blocks("\(1_048_576 - 12)", malloc, "linux-arm64-compat") == [1_048_576])
    var facts = LayoutFacts()
    facts.machine = .arm
    #expect(try Self.blocks("\(1_048_576 - 12)", malloc, "linux-i386-4g", facts) == [1_048_576])
  }

  @Test("64 bits: chunk + 8 in chunks of 16, from 2.43 on chunk + 16")
  func wide() throws {
    #expect(try Self.blocks("\(1_048_576 - 24)", "malloc@2.36", "linux-x86-64") == [1_048_576])
    #expect(try Self.blocks("\(1_048_576 - 23)", "malloc@2.36", "linux-x86-64") == [1_052_672])
    #expect(try Self.blocks("\(1_048_576 - 24)", "malloc@2.43", "linux-x86-64") == [1_048_576])
    #expect(try Self.blocks("\(1_048_576 - 23)", "malloc@2.43", "linux-x86-64") == [1_052_672])
  }

  @Test("posix_memalign keeps its slack in the mapping, as measured")
  func aligned() throws {
    for alignment in [16, 64, 256, 1024] {
      #expect(try Self.blocks("36000000@\(alignment)", "malloc") == [36_003_840])
    }
    #expect(try Self.blocks("36000000@4096", "malloc") == [36_007_936])
    let mapped = try Self.footprint("48MB@4MiB", "mmap").blocks
    #expect(mapped.map(\.size.value) == [48_001_024])
    #expect(mapped.map(\.slack.value) == [4_194_304 - 4096])
    #expect(mapped.map(\.alignment.value) == [4_194_304])
    #expect(try Self.footprint("48MB@64", "mmap").blocks.map(\.slack) == [0])
  }

  @Test("the threshold between heap and mmap, and when a guess is exact")
  func threshold() throws {
    let small = try Self.footprint("131052", "malloc")
    #expect(small.heapGrowth?.isFirst == true && !small.isExact)
    let middle = try Self.footprint("131060", "malloc")
    #expect(middle.heapGrowth?.isFirst == false && middle.buffersPerSet == 1)
    // Freed mappings of up to 512 KiB raise the threshold: the map does not show that.
    #expect(try Self.footprint("524000", "malloc").isExact == false)
    #expect(try Self.footprint("524288", "malloc").isExact)
    #expect(try Self.footprint("1MiB", "malloc", "linux-x86-64").isExact == false)
    #expect(try Self.footprint("33MiB", "malloc", "linux-x86-64").isExact)
  }

  @Test("the NT heap: a block of its own above 0x7F000 bytes, header of 0x20")
  func ntHeap() throws {
    #expect(try Self.blocks("6000000", "heapalloc", "windows-2g") == [6_000_640])
    #expect(try Self.blocks("36000000", "heapalloc", "windows-2g") == [36_003_840])
    let own = try Self.footprint("\(0x7_F000 - 8 + 1)", "heapalloc", "windows-2g")
    #expect(own.isExact && own.blocks.map(\.size.value) == [0x8_0000])
    let shared = try Self.footprint("\(0x7_F000 - 8)", "heapalloc", "windows-2g")
    #expect(!shared.isExact && shared.blocks.map(\.size.value) == [1_048_576])
    #expect(shared.buffersPerSet == 2)
  }
}
