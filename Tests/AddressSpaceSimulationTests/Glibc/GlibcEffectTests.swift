import AddressSpace
import TestSupport
import Testing

@testable import AddressSpaceSimulation

/// Effects that were measured of glibc's malloc, or follow from its source; see
/// `docs/simulation-malloc.md`.
@Suite("Effects of glibc's malloc")
struct GlibcEffectTests {
  static func malloc(
    _ minor: Int, _ wordSize: WordSize = .bits32, cores: Int = 2,
    settings: GlibcSettings = GlibcSettings()
  ) -> GlibcAllocator {
    GlibcAllocator(
      version: LibcVersion(2, minor), wordSize: wordSize,
      machine: wordSize == .bits32 ? .i386 : .x86_64, cores: cores, settings: settings)
  }

  @Test(
    "a large request is a mapping of its own",
    arguments: [
      (6_000_000, 6_000_640), (12_000_000, 12_001_280), (36_000_000, 36_003_840),
      (48_000_000, 48_001_024), (262_144, 266_240), (131_060, 135_168),
    ])
  func mapped(bytes: UInt64, length: UInt64) throws {
    for (wordSize, offset) in [(WordSize.bits32, UInt64(16)), (.bits64, 16)] {
      var system = try SmallSystem(wordSize)
      var malloc = Self.malloc(36, wordSize)
      _ = malloc.allocate(1, in: &system)
      // What is unused in the heap would serve it else.
      _ = malloc.allocate(100_000, in: &system)
      _ = system.takeCalls()
      let block = try #require(malloc.allocate(ByteCount(bytes), in: &system))
      #expect(system.takeCalls() == ["map \(length)"])
      #expect(block.value & 4095 == offset)
      malloc.free(block, in: &system)
      #expect(system.takeCalls() == ["unmap \(length)"])
    }
  }

  @Test("i386 aligns to 8 bytes up to 2.25, to 16 after")
  func alignment() throws {
    for (minor, offset) in [(19, UInt64(8)), (25, 8), (26, 16), (43, 16)] {
      var system = try SmallSystem(.bits32)
      var malloc = Self.malloc(minor)
      let block = try #require(malloc.allocate(1_000_000, in: &system))
      #expect(block.value & 4095 == offset)
    }
  }

  @Test("a freed mapping raises the threshold, and the next blocks of its size pin the heap")
  func threshold() throws {
    var system = try SmallSystem(.bits32)
    var malloc = Self.malloc(36)
    let first = try #require(malloc.allocate(300_000, in: &system))
    malloc.free(first, in: &system)
    _ = system.takeCalls()
    let second = try #require(malloc.allocate(300_000, in: &system))
    #expect(second < system.programBreak)
    let pin = try #require(malloc.allocate(2000, in: &system))
    _ = system.takeCalls()
    malloc.free(second, in: &system)
    // Its addresses stay below the block that came after it.
    #expect(system.takeCalls() == [])
    malloc.free(pin, in: &system)
    malloc.trim(in: &system)
    #expect(system.takeCalls().last?.hasPrefix("break -") == true)
  }

  @Test("what is above the highest threshold never raises it")
  func highest() throws {
    var system = try SmallSystem(.bits32)
    var malloc = Self.malloc(36)
    let block = try #require(malloc.allocate(528_000, in: &system))
    malloc.free(block, in: &system)
    #expect(malloc.parameters.mmapThreshold == 131_072)
    #expect(malloc.parameters.trimThreshold == 131_072)
  }

  @Test("who sets a threshold stops it from being learnt")
  func told() throws {
    var settings = GlibcSettings()
    settings.trimThreshold = 131_072
    var system = try SmallSystem(.bits32)
    var malloc = Self.malloc(36, settings: settings)
    for _ in 0..<3 {
      let block = try #require(malloc.allocate(300_000, in: &system))
      #expect(block > system.programBreak)
      malloc.free(block, in: &system)
    }
  }

  @Test("a break that cannot rise is replaced by mappings, of other sizes in 2.35 to 2.37")
  func fallback() throws {
    for (minor, sizes) in [
      (31, ["map 1048576", "map 1048576"]), (36, ["map 1048576", "map 233472"]),
      (38, ["map 1048576", "map 1048576"]),
    ] {
      var system = try SmallSystem(.bits32, wall: 200_000)
      var malloc = Self.malloc(minor)
      var maps: [String] = []
      while maps.count < 2 {
        _ = try #require(malloc.allocate(100_000, in: &system))
        let calls = system.takeCalls()
        if calls.contains(where: { $0.hasPrefix("map") }) {
          // Each time the break is tried first.
          #expect(calls.count == 2 && calls[0] == "no break")
          maps += calls.dropFirst()
        }
      }
      #expect(maps == sizes, "2.\(minor)")
      #expect(!malloc.isContiguous)
    }
  }

  @Test("realloc of a mapping moves or cuts it, and it stays a mapping however short")
  func remapped() throws {
    var system = try SmallSystem(.bits32)
    var malloc = Self.malloc(36)
    var block = try #require(malloc.allocate(36_000_000, in: &system))
    _ = malloc.allocate(1_000_000, in: &system)
    _ = system.takeCalls()
    block = try #require(malloc.reallocate(block, to: 40_000_000, in: &system))
    let grown = block
    block = try #require(malloc.reallocate(block, to: 1_000_000, in: &system))
    block = try #require(malloc.reallocate(block, to: 100_000, in: &system))
    #expect(block == grown)
    #expect(
      system.takeCalls() == [
        "remap 36003840 40001536", "remap 40001536 1003520", "remap 1003520 102400",
      ])
  }

  @Test("an aligned block keeps the whole mapping")
  func aligned() throws {
    for (alignment, length) in [(16, 36_003_840), (1024, 36_003_840), (4096, 36_007_936)] {
      var system = try SmallSystem(.bits32)
      var malloc = Self.malloc(36)
      let block = try #require(
        malloc.allocate(36_000_000, alignedTo: ByteCount(UInt64(alignment)), in: &system))
      #expect(block.value % UInt64(alignment) == 0)
      #expect(system.takeCalls().last == "map \(length)")
    }
  }

  @Test("a thread's arena: heaps of a mebibyte at its multiples, the first of which stays")
  func arena() throws {
    var system = try SmallSystem(.bits32)
    var malloc = Self.malloc(36)
    malloc.thread = malloc.startThread()
    var blocks = [try #require(malloc.allocate(30_000, in: &system))]
    #expect(
      system.takeCalls() == ["map 2097152", "unmap 258048", "unmap 790528", "commit 135168"])
    for _ in 0..<40 { blocks.append(try #require(malloc.allocate(30_000, in: &system))) }
    let calls = system.takeCalls()
    // By what is needed, without a pad.
    #expect(calls.contains("commit 28672") || calls.contains("commit 32768"))
    #expect(calls.filter { $0.hasPrefix("map") }.count == 1)
    #expect(malloc.arenas[1].heaps.count == 2)
    // Nothing of it is in the brk heap, which there is none of yet.
    #expect(system.programBreak == system.startOfBreak)
    for block in blocks { malloc.free(block, in: &system) }
    let freed = system.takeCalls()
    #expect(freed.contains("unmap 1048576"))
    #expect(freed.last?.hasPrefix("discard") == true)
    #expect(malloc.arenas[1].heaps.count == 1)
  }

  @Test("twelve threads on two processors share four arenas, on 64 bits sixteen at most")
  func arenaLimit() throws {
    for (wordSize, threads, arenas) in [
      (WordSize.bits32, 12, 4), (.bits64, 12, 13), (.bits64, 20, 16),
    ] {
      var system = try SmallSystem(wordSize)
      var malloc = Self.malloc(36, wordSize)
      _ = malloc.allocate(100, in: &system)
      for _ in 0..<threads {
        malloc.thread = malloc.startThread()
        _ = malloc.allocate(100, in: &system)
      }
      #expect(malloc.arenas.count == arenas)
    }
  }

  @Test("M_ARENA_MAX keeps all threads in the brk heap")
  func oneArena() throws {
    var system = try SmallSystem(.bits32)
    var malloc = Self.malloc(
      36, settings: GlibcSettings(environment: ["MALLOC_ARENA_MAX": "1"]))
    for _ in 0..<5 {
      malloc.thread = malloc.startThread()
      _ = malloc.allocate(100, in: &system)
    }
    #expect(malloc.arenas.count == 1 && system.mappings.isEmpty)
  }

  @Test("calloc writes no zeros to a mapping and to what the heap just grew by")
  func zeroed() throws {
    var system = try SmallSystem(.bits64)
    var malloc = Self.malloc(36, .bits64)
    _ = malloc.allocateZeroed(1_000_000, in: &system)
    #expect(system.touched == 0)
    _ = malloc.allocateZeroed(100_000, in: &system)
    #expect(system.touched == 100_008)
    // What the heap grows by just now holds zeros already: only what was its unused end is written.
    _ = malloc.allocateZeroed(100_000, in: &system)
    #expect(system.touched > 130_000 && system.touched < 135_168)
  }

  @Test("the environment is read as malloc reads it")
  func environment() {
    let settings = GlibcSettings(environment: [
      "MALLOC_TOP_PAD_": "4096", "MALLOC_MMAP_THRESHOLD_": "many",
      "GLIBC_TUNABLES": "glibc.malloc.trim_threshold=65536:glibc.malloc.tcache_count=0:odd",
    ])
    #expect(settings.topPad == 4096 && settings.mmapThreshold == nil)
    #expect(settings.trimThreshold == 65536 && settings.cacheDepth == 0)
  }
}
