import AddressSpace
import TestSupport
import Testing

/// A picture of several blocks: what a plan promises is really tried out.
@Suite("Clearing for pictures of several blocks")
struct PillowPlanTests {
  /// A 3 GiB space with mappings of up to 8 MiB, up to 160 MiB apart.
  static func regions(_ random: inout SeededGenerator) -> [Region] {
    var regions: [Region] = []
    var next: UInt64 = 0x1_0000
    while next < 0xB000_0000 {
      let low = next + UInt64.random(in: 1...40_000, using: &random) * 4096
      next = low + UInt64.random(in: 1...2000, using: &random) * 4096
      if next < 0xB700_0000, let range = AddressRange(Address(low), Address(next)) {
        regions.append(Region(range: range, access: [.read, .write]))
      }
    }
    return regions
  }

  @Test("a plan's gain is what the same forecast gives without its regions")
  func gain() throws {
    let request = try BufferRequest(text: "4000x3000x3x1")
    let pillow = Allocator(.pillow)
    let empty = FootprintTests.empty
    let layout = try #require(Layout.named("linux-i386-3g", map: empty, facts: LayoutFacts()))
    for seed in 0..<6 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      let regions = Self.regions(&random)
      func room(_ regions: [Region]) -> Room {
        Room(map: AddressMap.assembling(regions).map, layout: layout)
      }
      let now = try Forecaster(room(regions)).forecast(request, allocator: pillow).fits
      for more in 1...2 as ClosedRange<UInt64> {
        let planner = try ClearingPlanner(room(regions), for: request, allocator: pillow)
        guard let plan = planner.cheapest(more: more) else { continue }
        var rest = regions
        rest.removeSubrange(plan.regions)
        let then = try Forecaster(room(rest)).forecast(request, allocator: pillow).fits
        try #require(then - now == plan.gain && plan.gain >= more, "seed \(seed)")
        try #require(plan.bytes == regions[plan.regions].map(\.size).total(), "seed \(seed)")
      }
    }
  }
}
