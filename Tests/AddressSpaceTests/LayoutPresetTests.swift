import Testing

@testable import AddressSpace

/// The presets' constants against the facts they come from (`docs/layouts.md`).
@Suite("Layout presets")
struct LayoutPresetTests {
  /// What a preset without randomisation is expected to be.
  struct Expected: Sendable {
    let name: String
    let low: UInt64
    let high: UInt64
    /// Ranges of the searches: downward ones are given high to low.
    let searches: [(UInt64, UInt64)]
  }

  static let linuxPresets = [
    Expected(
      name: "linux-i386-3g", low: 0x1_0000, high: 0xC000_0000,
      searches: [(0xB800_0000, 0x1_0000), (0x4000_0000, 0xC000_0000)]),
    Expected(
      name: "linux-i386-2g", low: 0x1_0000, high: 0x8000_0000,
      searches: [(0x7800_0000, 0x1_0000), (0x2AAA_B000, 0x8000_0000)]),
    Expected(
      name: "linux-i386-4g", low: 0x1_0000, high: 0xFFFF_E000,
      searches: [(0xF7FF_E000, 0x1_0000), (0x5555_5000, 0xFFFF_E000)]),
    // ARM's fallback begins at mmap_base.
    Expected(
      name: "linux-armv7-3g", low: 0x8000, high: 0xBF00_0000,
      searches: [(0xB700_0000, 0x8000), (0xB700_0000, 0xBF00_0000)]),
    Expected(
      name: "linux-armv7-2g", low: 0x8000, high: 0x7F00_0000,
      searches: [(0x7700_0000, 0x8000), (0x7700_0000, 0x7F00_0000)]),
    Expected(
      name: "linux-arm64-compat", low: 0x8000, high: 0xFFFF_F000,
      searches: [(0xF7FF_0000, 0x8000), (0x4000_0000, 0xFFFF_F000)]),
  ]

  static func preset(_ name: String) throws -> Layout {
    let preset = LayoutPreset.all.first { $0.layout.name == name }
    return try #require(preset, "\(name)").layout
  }

  @Test("Linux, 32 bits", arguments: linuxPresets)
  func linux(expected: Expected) throws {
    let layout = try Self.preset(expected.name)
    #expect(layout.space == AddressRange(Address(expected.low), Address(expected.high)))
    #expect(layout.pageSize == 4096 && layout.granularity == 4096)
    #expect(layout.guardGap == .mebibytes(1))
    #expect(layout.wordSize == .bits32 && layout.system == .linux && layout.blocked.isEmpty)
    let searches = layout.searches.map { search in
      search.direction == .topDown
        ? (search.range.upper.value, search.range.lower.value)
        : (search.range.lower.value, search.range.upper.value)
    }
    #expect(searches.map(\.0) == expected.searches.map(\.0))
    #expect(searches.map(\.1) == expected.searches.map(\.1))
  }

  @Test(
    "Windows",
    arguments: [
      ("windows-2g", 0x7FFF_0000), ("windows-3g", 0xBFFF_0000), ("windows-4g", 0xFFFF_0000),
    ] as [(String, UInt64)])
  func windows(name: String, high: UInt64) throws {
    let layout = try Self.preset(name)
    #expect(layout.space == AddressRange(0x1_0000, Address(high)))
    #expect(layout.granularity == .kibibytes(64) && layout.pageSize == 4096)
    #expect(layout.guardGap == .zero && layout.system == .windows && layout.wordSize == .bits32)
    #expect(layout.searches.map(\.direction) == [.bottomUp])
    #expect(layout.searches.map(\.alignment) == [.kibibytes(64)])
    // KUSER_SHARED_DATA's 64 KiB, and where 2 GiB are not all, a guard on both sides of the line.
    let room = Room(map: FootprintTests.empty, layout: layout)
    #expect(room.regions.contains { $0.range.contains(0x7FFE_0000) && $0.kind == .system })
    #expect(room.regions.contains { $0.range.contains(0x8000_0000) } == (high > 0x8000_0000))
    #expect(!room.regions.contains { $0.range.contains(0x8001_0000) })
    #expect(room.regions.contains { $0.range.upper == Address(high) })
  }

  @Test(
    "Wine",
    arguments: [
      ("wine-2g", 0x7FFF_0000), ("wine-4g", 0xFFFF_0000), ("wine-new-2g", 0x7FFF_0000),
      ("wine-new-4g", 0xFFFF_0000),
    ] as [(String, UInt64)])
  func wine(name: String, high: UInt64) throws {
    let layout = try Self.preset(name)
    #expect(layout.space == AddressRange(0x1_0000, Address(high)))
    #expect(layout.granularity == .kibibytes(64) && layout.system == .wine)
    #expect(layout.searches.allSatisfy { $0.alignment == .kibibytes(64) })
    #expect(layout.searches.first?.direction == .bottomUp)
    // What DOS programs need lies below; new WoW64 hands it out.
    let isNew = name.hasPrefix("wine-new")
    #expect(layout.searches.first?.range.lower == (isNew ? 0x1_0000 : 0x11_0000))
    // Outside of its areas old Wine asks the kernel, for 64 KiB more than it needs.
    let areas = layout.searches.prefix { $0.excluded.isEmpty }
    #expect(areas.allSatisfy { $0.slack == .zero && $0.direction == .bottomUp })
    let outside = layout.searches.dropFirst(areas.count)
    #expect(outside.map(\.direction) == (isNew ? [.bottomUp] : [.topDown, .bottomUp]))
    #expect(outside.allSatisfy { $0.slack == (isNew ? .zero : .kibibytes(64)) })
    #expect(outside.allSatisfy { $0.excluded == areas.map(\.range).map(Self.withDOS) })
  }

  /// An area as it is walled off: with what lies below 0x110000.
  static func withDOS(_ area: AddressRange) -> AddressRange {
    area.lower == 0x11_0000 ? AddressRange(0x1_0000, area.upper) ?? area : area
  }

  @Test("64 bits, and every name once with something to say about it")
  func all() throws {
    #expect(try Self.preset("linux-x86-64").space.upper == 0x7FFF_FFFF_F000)
    #expect(try Self.preset("linux-x86-64").wordSize == .bits64)
    let names = LayoutPreset.all.map(\.layout.name)
    #expect(Set(names).count == names.count && names.count >= 14)
    #expect(LayoutPreset.all.allSatisfy { !$0.notes.isEmpty && !$0.layout.basis.isEmpty })
    #expect(Layout.named("linux-i386", map: FootprintTests.empty, facts: LayoutFacts()) == nil)
    for preset in LayoutPreset.all {
      for search in preset.layout.searches {
        #expect(search.range.clamped(to: preset.layout.space) == search.range)
      }
    }
  }

  @Test("what fits into nothing but the preset's own walls")
  func empty() throws {
    func count(_ name: String, _ allocator: Allocator.Family) throws -> UInt64 {
      let room = Room(map: FootprintTests.empty, layout: try Self.preset(name))
      return try Forecaster(room).forecast(
        BufferRequest(text: "8000x6000x4x2"), allocator: Allocator(allocator)
      ).fits
    }
    #expect(try count("linux-i386-3g", .mmap) == 8)
    #expect(try count("linux-i386-4g", .mmap) == 10)
    #expect(try count("windows-2g", .virtualalloc) == 5)
    #expect(try count("windows-4g", .virtualalloc) == 10)
    // Below and above 2 GiB: 5 and 2
    #expect(try count("windows-3g", .virtualalloc) == 7)
    // 0x10000-0x68000000 holds 4, from there to 0x7f000000 one more.
    #expect(try count("wine-new-2g", .virtualalloc) == 5)
  }
}
