import AddressSpace
import SystemPackage
import TestSupport
import Testing

/// Windows' rules, against a real list of regions and against pages.
@Suite("Windows layouts")
struct WindowsLayoutTests {
  static let win7File = Fixtures.shared?.appending("truth/win7sp1-wow64-2g-gui.txt")

  static func layout(_ name: String) throws -> Layout {
    try #require(Layout.named(name, map: FootprintTests.empty, facts: LayoutFacts()))
  }

  /// Tenths of a mebibyte, rounded.
  static func tenths(_ bytes: ByteCount) -> UInt64 { (bytes.value * 10 + (1 << 19)) >> 20 }

  /// Lines of `LOW HIGH NAME` with inclusive ends.
  static func regions(_ text: String) throws -> AddressMap {
    let regions = try text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { line in
      let words = line.split(separator: " ")
      let low = try #require(UInt64(words[0], radix: 16))
      let last = try #require(UInt64(words[1], radix: 16))
      return Region(
        range: try #require(AddressRange(Address(low), Address(last + 1))),
        access: [.read, .write], name: String(words[2]))
    }
    return AddressMap.assembling(regions).map
  }

  @Test("a GUI program on Windows 7 SP1", .enabled(if: win7File != nil))
  func win7() throws {
    let file = try #require(Self.win7File)
    let map = try Self.regions(try Fixtures.text(file))
    #expect(map.regions.count == 117)
    let room = Room(map: map, layout: try Self.layout("windows-2g"))
    let largest = try #require(room.largestFreeSpan)
    #expect(largest.range == AddressRange(0x0323_0000, 0x6877_0000))
    // 1621.25 MiB
    #expect(largest.size == .kibibytes(1_660_160))
    let next = room.freeSpansBySize.dropFirst().prefix(4).map { ($0.size.value * 100) >> 20 }
    #expect(next == [11735, 9263, 5732, 1526])
    // 1942.0 and 1939.5 MiB
    #expect(room.freeBytes.description == "1.90 GiB")
    #expect(Self.tenths(room.freeBytes) == 19420)
    #expect(Self.tenths(room.reachableFreeBytes) == 19395)
    let forecast = try Forecaster(room).forecast(
      BufferRequest(text: "8000x6000x4x2"), allocator: Allocator(.virtualalloc), placements: 9)
    #expect(forecast.fits == 4 && forecast.isExact)
    #expect(
      forecast.placements.map(\.lower) == [0x0323_0000, 0x1A07_0000, 0x30EB_0000, 0x47CF_0000])
    #expect(forecast.placements.allSatisfy { $0.size == 0x16E3_6000 })
    let heap = try Forecaster(room).forecast(
      BufferRequest(text: "8000x6000x4x2"), allocator: Allocator(.heapalloc), placements: 9)
    #expect(heap.fits == 4 && heap.placements.map(\.lower) == forecast.placements.map(\.lower))
  }

  @Test("bases at multiples of 64 KiB: the step between neighbours is 0x16E40000")
  func step() throws {
    let room = Room(map: FootprintTests.empty, layout: try Self.layout("windows-2g"))
    let places = try Forecaster(room).forecast(
      BufferRequest(text: "8000x6000x4x2"), placements: 9
    ).placements
    #expect(places.first?.lower == 0x1_0000)
    #expect(
      zip(places, places.dropFirst()).allSatisfy { $1.lower - $0.lower == 0x16E4_0000 })
  }

  @Test("no block crosses the 2 GiB line")
  func twoGiBLine() throws {
    let room = Room(map: FootprintTests.empty, layout: try Self.layout("windows-4g"))
    let halves = room.freeSpans.map(\.range)
    #expect(
      halves == [AddressRange(0x1_0000, 0x7FFE_0000), AddressRange(0x8001_0000, 0xFFFE_0000)])
    #expect(room.largestRequest(by: Allocator(.virtualalloc)) == 0x7FFD_0000)
    for size in [0x7FFD_0000, 0x4000_0000, 0x1000_0000, 0x16E3_6000] as [ByteCount] {
      let places = try Forecaster(room).forecast(BufferRequest(bytes: size), placements: 99)
        .placements
      #expect(places.allSatisfy { $0.upper <= 0x7FFE_0000 || $0.lower >= 0x8001_0000 })
      #expect(!places.isEmpty)
    }
    let all = try Forecaster(room).forecast(BufferRequest(bytes: 0x7FFD_1000))
    #expect(all.fits == 0 && all.verdict == .fragmented)
  }

  @Test("the list of a program under 4 GiB keeps its own guards at the line")
  func ownGuards() throws {
    let map = try Self.regions(
      """
      7ffe0000 7ffeffff kuser
      7fff0000 7fffffff noaccess
      80000000 8000ffff noaccess
      """)
    let room = Room(map: map, layout: try Self.layout("windows-4g"))
    #expect(room.freeSpans.map(\.range.lower) == [0x1_0000, 0x8001_0000])
    #expect(room.regions.filter { $0.name == "noaccess" }.count == 2)
  }

  @Test("a page here and there wastes 60 KiB each")
  func wastedTails() throws {
    let regions = (0..<100 as Range<UInt64>).compactMap { index in
      let low = Address(0x10_0000 + index << 16)
      return AddressRange(low, low + 4096).map { Region(range: $0, access: [.read, .write]) }
    }
    let room = Room(
      map: AddressMap.assembling(regions).map, layout: try Self.layout("windows-2g"))
    #expect(room.freeBytes - room.reachableFreeBytes == .kibibytes(100 * 60))
    let small = try Forecaster(room).forecast(BufferRequest(bytes: 4096), placements: 20)
    #expect(small.placements.allSatisfy { $0.lower.value % 0x1_0000 == 0 })
  }
}
