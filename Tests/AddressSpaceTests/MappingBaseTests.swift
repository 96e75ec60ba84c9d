import Testing

@testable import AddressSpace

/// `mmap_base` as the kernel computes it, against measured cases (`docs/layouts.md`).
@Suite("Where Linux begins to place mappings")
struct MappingBaseTests {
  @Test(
    "computed from the stack's limit",
    arguments: [
      ("linux-i386-4g", ByteCount.mebibytes(8), true, 0xF7FF_E000),
      ("linux-i386-4g", .mebibytes(8), false, 0xF7FF_E000),
      ("linux-i386-3g", .mebibytes(8), true, 0xB800_0000),
      ("linux-armv7-3g", .mebibytes(8), true, 0xB700_0000),
      ("linux-i386-2g", .mebibytes(8), true, 0x7800_0000),
      ("linux-i386-4g", .gibibytes(1), false, 0xBFEF_E000),
      ("linux-i386-4g", .gibibytes(1), true, 0xBF6F_F000),
      ("linux-i386-4g", LayoutFacts.unlimitedStack, false, 0x2AAA_B000),
      ("linux-i386-4g", LayoutFacts.unlimitedStack, true, 0x2AAA_B000),
      ("linux-i386-3g", LayoutFacts.unlimitedStack, false, 0x2000_0000),
      ("linux-i386-4g", .zero, false, 0xF7FF_E000),
      // Just where the least gap of 128 MiB ends to be enough.
      ("linux-i386-3g", .mebibytes(127), false, 0xB800_0000),
      ("linux-i386-3g", .mebibytes(128), false, 0xB7F0_0000),
    ] as [(String, ByteCount, Bool, UInt64)])
  func formula(name: String, stack: ByteCount, isRandomized: Bool, base: UInt64) throws {
    let flavor = try #require(LinuxFlavor.all.first { $0.name == name })
    #expect(flavor.mmapBase(stackLimit: stack, isRandomized: isRandomized) == Address(base))
  }

  static func map(_ regions: [(UInt64, UInt64, String)]) throws -> AddressMap {
    let list = try regions.map { low, high, name in
      Region(
        range: try #require(AddressRange(Address(low), Address(high))),
        access: [.read, .execute], inode: name.hasPrefix("/") ? 7 : 0, name: name)
    }
    return AddressMap.assembling(list).map.classified(with: LayoutFacts())
  }

  static func searches(
    _ regions: [(UInt64, UInt64, String)], _ facts: LayoutFacts = LayoutFacts()
  ) throws -> [Layout.Search] {
    Layout.inferred(from: try map(regions), facts: facts).searches
  }

  @Test("seen in the map: the loader's end, and the shift of the fallback with it")
  func loaderEnd() throws {
    let searches = try Self.searches([
      (0xF7C0_0000, 0xF7D0_0000, "/lib/libc.so.6"),
      (0xF7FB_0000, 0xF7FE_8000, "/lib/ld-linux.so.2"), (0xFFD8_A000, 0xFFDA_B000, "[stack]"),
    ])
    #expect(searches.map(\.direction) == [.topDown, .bottomUp])
    #expect(searches.first?.range == AddressRange(0x1_0000, 0xF7FE_8000))
    // The base moved down by 0x16 pages, so the bottom-up base moved up by as many.
    #expect(searches.last?.range.lower == 0x5556_B000)
  }

  @Test("libraries above the loader mean the legacy layout")
  func legacy() throws {
    let searches = try Self.searches([
      (0x5555_5000, 0x5557_A000, "/lib/ld-linux.so.2"),
      (0x5560_0000, 0x5570_0000, "/lib/libc.so.6"),
      (0xFFD8_A000, 0xFFDA_B000, "[stack]"),
    ])
    #expect(searches.map(\.direction) == [.bottomUp])
    #expect(searches.first?.range == AddressRange(0x5555_5000, 0xFFFF_E000))
  }

  @Test("what was read of the process goes before what the map shows")
  func facts() throws {
    let regions: [(UInt64, UInt64, String)] = [
      (0xF7C0_0000, 0xF7D0_0000, "/lib/libc.so.6"),
      (0xF7FB_0000, 0xF7FE_8000, "/lib/ld-linux.so.2"), (0xFFD8_A000, 0xFFDA_B000, "[stack]"),
    ]
    var facts = LayoutFacts()
    facts.isRead = true
    facts.personality = [.legacyLayout]
    facts.legacySysctl = false
    #expect(try Self.searches(regions, facts).map(\.direction) == [.bottomUp])
    facts.personality = []
    #expect(try Self.searches(regions, facts).map(\.direction) == [.topDown, .bottomUp])
    facts.legacySysctl = true
    #expect(try Self.searches(regions, facts).map(\.direction) == [.bottomUp])
    facts.legacySysctl = false
    facts.firstMapping = AddressRange(0xF7F0_0000, 0xF7FF_0000)
    #expect(try Self.searches(regions, facts).first?.range.upper == 0xF7FF_0000)
    facts.lowestMapping = 0x2000
    #expect(try Self.searches(regions, facts).first?.range.lower == 0x2000)
  }

  @Test("an unlimited stack means the legacy layout on ARM, not on x86")
  func unlimitedStack() throws {
    var facts = LayoutFacts()
    facts.isRead = true
    facts.personality = []
    facts.legacySysctl = false
    facts.stackLimit = LayoutFacts.unlimitedStack
    facts.wordSize = .bits32
    facts.machine = .arm
    #expect(try Self.searches([], facts).map(\.direction) == [.bottomUp])
    facts.machine = .i386
    #expect(try Self.searches([], facts).map(\.direction) == [.topDown, .bottomUp])
  }
}
