import TestSupport
import Testing

@testable import AddressSpace

/// Rules that hold for every map, however strange.
@Suite("Changes to any map")
struct ChangePropertyTests {
  private static let changes: [Change] = [
    .largeAddressAware, .layout("linux-i386-3g"), .layout("linux-i386-4g"),
    .layout("linux-arm64-compat"), .layout("wine-4g"), .layout("windows-4g"), .threeGigabytes,
    .withoutRandomization, .topDown, .threadStack(.kibibytes(256)), .threadStack(.mebibytes(64)),
    .threads(3), .without("*"), .without("*.so*"), .tile(.mebibytes(4)),
    .resourceLimit(.stack, nil), .resourceLimit(.stack, .gibibytes(2)),
  ]

  private static func map(_ random: inout SeededGenerator) -> AddressMap {
    let names = [
      "", "", "", "/bin/program", "/lib/libm.so.6", "/lib/ld-linux.so.2", "[heap]", "[stack]",
      "[vdso]", "/usr/lib/wine/wine", "C:\\program.exe", "/x/i386-unix/ntdll.so",
    ]
    var regions: [Region] = []
    for _ in 0..<Int.random(in: 0...40, using: &random) {
      let low = Address(UInt64.random(in: 0..<1 << 20, using: &random) << 12)
      let pages = UInt64(1) << UInt64.random(in: 0...16, using: &random)
      let name = names.randomElement(using: &random) ?? ""
      let access = Region.Access(rawValue: UInt8.random(in: 0..<16, using: &random))
      if let range = AddressRange(low, low + ByteCount(pages << 12)) {
        regions.append(
          Region(range: range, access: access, inode: name.hasPrefix("/") ? 3 : 0, name: name))
      }
    }
    return AddressMap.assembling(regions).map
  }

  @Test("nothing overlaps, a restart keeps what is mapped, forecasts stay sane")
  func anyMap() throws {
    for seed in UInt64(1)...400 {
      var random = SeededGenerator(seed: seed)
      let map = Self.map(&random).classified(with: LayoutFacts())
      var layout = Layout.inferred(from: map, facts: LayoutFacts())
      if seed.isMultiple(of: 5), let other = LayoutPreset.all.randomElement(using: &random) {
        layout =
          Layout.named(other.layout.name, map: map, facts: LayoutFacts()) ?? layout
      }
      for change in Self.changes {
        guard
          let space = try? ChangedSpace([change], of: map, facts: LayoutFacts(), layout: layout)
        else { continue }
        let regions = space.room.regions
        let isOrdered = zip(regions, regions.dropFirst()).allSatisfy {
          $0.range.upper <= $1.range.lower
        }
        #expect(isOrdered, "seed \(seed), \(change)")
        let request = BufferRequest(bytes: .mebibytes(48))
        let forecast = try space.forecast(request)
        #expect(forecast.range.contains(forecast.buffer.fits), "seed \(seed), \(change)")
        if case .layout = change, layout.system == .linux {
          #expect(regions.count <= map.regions.count, "seed \(seed), \(change)")
        }
      }
    }
  }

  @Test("advice holds what the change by itself says")
  func advice() throws {
    for seed in UInt64(1)...40 {
      var random = SeededGenerator(seed: seed)
      let map = Self.map(&random).classified(with: LayoutFacts())
      let layout = Layout.inferred(from: map, facts: LayoutFacts())
      let room = Room(map: map, layout: layout)
      let now = try Forecaster(room).forecast(BufferRequest(bytes: .mebibytes(48)))
      let all = try Advisor(map, room: room, buffers: [now]).all()
      for advice in all {
        let space = try ChangedSpace(
          [advice.change], of: map, facts: LayoutFacts(), layout: layout)
        let then = try space.forecast(now.request)
        #expect(advice.fits == [then.buffer.fits], "seed \(seed), \(advice.change)")
        #expect(advice.gain == [then.buffer.fits - min(then.buffer.fits, now.fits)])
      }
      let gains = all.compactMap(\.gain.first)
      #expect(zip(gains, gains.dropFirst()).allSatisfy { $0 >= $1 }, "seed \(seed)")
    }
  }
}
