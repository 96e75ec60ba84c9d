import AddressSpace
import Testing

@Suite("Allocators by name")
struct AllocatorTextTests {
  @Test("every family, with and without a version")
  func families() throws {
    for family in Allocator.Family.allCases {
      #expect(try Allocator(text: family.rawValue) == Allocator(family))
      #expect(Allocator(family).description == family.rawValue)
    }
    let old = try Allocator(text: "malloc@2.25")
    #expect(old.version == LibcVersion(2, 25) && old.description == "malloc@2.25")
    #expect(try Allocator(text: "numpy@2.3.6").version == LibcVersion(2, 3))
  }

  @Test(
    "refused",
    arguments: [
      ("", .unknown("")), ("jemalloc", .unknown("jemalloc")), ("Malloc", .unknown("Malloc")),
      ("mmap@2.36", .hasNoVersions(.mmap)), ("virtualalloc@10", .hasNoVersions(.virtualalloc)),
      ("malloc@", .version("", .malloc)), ("malloc@2", .version("2", .malloc)),
      ("malloc@2.x", .version("2.x", .malloc)), ("numpy@2.36@1", .version("2.36@1", .numpy)),
      ("malloc@2.-1", .version("2.-1", .malloc)),
    ] as [(String, AllocatorError)])
  func refused(text: String, error: AllocatorError) {
    #expect(throws: error) { try Allocator(text: text) }
    #expect(error.description.hasSuffix("."))
  }

  @Test("an allocator of another system is refused")
  func foreign() throws {
    #expect(throws: AllocatorError.foreign(.mmap, layout: "windows-2g")) {
      try FootprintTests.blocks("1MiB", "mmap", "windows-2g")
    }
    #expect(throws: AllocatorError.foreign(.virtualalloc, layout: "linux-i386-3g")) {
      try FootprintTests.blocks("1MiB", "virtualalloc", "linux-i386-3g")
    }
    #expect(throws: AllocatorError.foreign(.heapalloc, layout: "linux-x86-64")) {
      try FootprintTests.blocks("1MiB", "heapalloc", "linux-x86-64")
    }
    #expect(throws: AllocatorError.foreign(.malloc, layout: "wine-2g")) {
      try FootprintTests.blocks("1MiB", "malloc@2.36", "wine-2g")
    }
    #expect(throws: AllocatorError.cannotAlign(.heapalloc, "1MiB@64")) {
      try FootprintTests.blocks("1MiB@64", "heapalloc", "windows-2g")
    }
  }

  @Test("sizes beyond any address space are refused, never trapped")
  func tooLarge() throws {
    for family in Allocator.Family.allCases {
      for layout in LayoutPreset.all.map(\.layout.name) {
        for text in ["18446744073709551615", "4611686018427387904", "0x7fffffffffffffff"] {
          #expect(throws: AllocatorError.self) {
            try FootprintTests.blocks(text, family.rawValue, layout)
          }
        }
        for text in [
          "4611686018427387903", "4096@0x4000000000000000", "1", "4096@0x2000000000000000",
        ] {
          _ = try? FootprintTests.blocks(text, family.rawValue, layout)
        }
      }
    }
  }

  @Test("the usual one is malloc on Linux and VirtualAlloc elsewhere")
  func usual() {
    for preset in LayoutPreset.all {
      let isLinux = preset.layout.name.hasPrefix("linux")
      #expect(Allocator.usual(in: preset.layout).family == (isLinux ? .malloc : .virtualalloc))
    }
  }
}
