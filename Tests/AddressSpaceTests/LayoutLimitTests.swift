import AddressSpace
import Testing

@Suite("Layouts inside other bounds")
struct LayoutLimitTests {
  static func limited(_ name: String, _ range: AddressRange) throws -> Layout {
    let layout = try #require(
      Layout.named(name, map: FootprintTests.empty, facts: LayoutFacts()))
    return layout.limited(to: range)
  }

  @Test("narrower: no search goes outside")
  func narrower() throws {
    let range = try #require(AddressRange(0x2000_0000, 0x6000_0000))
    for preset in LayoutPreset.all {
      let layout = preset.layout.limited(to: range)
      #expect(layout.space == range && layout.name == preset.layout.name)
      #expect(!layout.searches.isEmpty)
      #expect(layout.searches.allSatisfy { $0.range.clamped(to: range) == $0.range })
      #expect(layout.basis.contains("--range"))
      let room = Room(map: FootprintTests.empty, layout: layout)
      #expect(room.freeBytes + room.mappedBytes == .gibibytes(1))
    }
  }

  @Test("wider: the outermost searches reach the new ends")
  func wider() throws {
    let wide = try #require(AddressRange(0x1000, 0xFFFF_F000))
    let linux = try Self.limited("linux-i386-3g", wide)
    #expect(linux.searches.first?.range == AddressRange(0x1000, 0xB800_0000))
    #expect(linux.searches.last?.range == AddressRange(0x4000_0000, 0xFFFF_F000))
    let windows = try Self.limited("windows-2g", wide)
    #expect(windows.searches.map(\.range) == [wide])
  }

  @Test("a search that lies outside altogether is dropped")
  func dropped() throws {
    let low = try #require(AddressRange(0x1_0000, 0x2000_0000))
    let layout = try Self.limited("linux-i386-4g", low)
    #expect(layout.searches.map(\.direction) == [.topDown])
    #expect(layout.searches.first?.range == low)
  }

  @Test("buffers are counted inside the bounds only")
  func counted() throws {
    // 100 pages and one too few for a second buffer of 50 pages with its header page
    let range = try #require(AddressRange(0x1000_0000, 0x1006_5000))
    let room = Room(map: FootprintTests.empty, layout: try Self.limited("linux-i386-4g", range))
    let forecast = try Forecaster(room).forecast(
      BufferRequest(bytes: 204_800), allocator: Allocator(.malloc), placements: 9)
    #expect(forecast.fits == 1)
    #expect(forecast.placements == [AddressRange(0x1003_2000, 0x1006_5000)].compactMap { $0 })
    #expect(room.layout.canAddress(range))
  }

  @Test("what its pointers cannot reach")
  func reach() throws {
    let all = try #require(AddressRange(0, Address(1 << 32)))
    let more = try #require(AddressRange(0, Address(1 << 32 + 1)))
    for preset in LayoutPreset.all {
      #expect(preset.layout.canAddress(all))
      #expect(preset.layout.canAddress(more) == (preset.layout.wordSize == .bits64))
    }
  }
}
