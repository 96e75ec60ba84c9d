import TestSupport
import Testing

@testable import AddressSpace

/// Forecasts before other walls than address space, against calls that are made one by one.
@Suite("Every wall, call by call")
struct WallPropertyTests {
  /// glibc's calls under RLIMIT_AS and RLIMIT_DATA, in pages.
  struct WalledGlibc {
    var pages: PageBitmap
    var end: Int
    var top: Int
    var space: Int
    var data: Int
    var growth: Int
    var count = 0
    var places: [Range<Int>] = []

    mutating func run(chunk: Int, mapping: Int) {
      while true {
        if top >= chunk + GlibcSimulation.smallest {
          top -= chunk
          count += 1
          continue
        }
        if min(space, data) >= mapping, let place = pages.place(size: mapping) {
          places.append(place)
          count += 1
          space -= mapping
          data -= mapping
          continue
        }
        let wanted = chunk + GlibcSimulation.topPad + GlibcSimulation.smallest - top
        let more = GlibcSimulation.pages(wanted)
        guard min(space, data, growth) >= more, pages.isOpen(end..<end + more + 1) else { return }
        pages.take(end..<end + more)
        end += more
        space -= more
        data -= more
        growth -= more
        top += more * 4096
      }
    }
  }

  static func room(_ space: ToySpace, _ heap: HeapFacts, _ limits: LimitFacts) -> Room {
    let room = HeapGrowthTests.room(space, heap)
    var facts = room.facts
    facts.startOfBreak = ToySpace.range(20..<50).lower
    facts.limits = limits
    return Room(
      map: AddressMap.assembling(room.regions).map, layout: space.layout, facts: facts)
  }

  @Test("malloc under RLIMIT_AS and RLIMIT_DATA: count, places, and the least of all walls")
  func malloc() throws {
    var limited = 0
    for seed in 0..<3000 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      let space = HeapGrowthTests.space(&random)
      let bytes = Int.random(in: 131_072...280_000, using: &random)
      let top = Int.random(in: 0...120_000 / 16, using: &random) * 16 + 8
      let heap = HeapFacts(top: ByteCount(UInt64(top)), end: ToySpace.range(20..<50).upper)
      let mapped = MappedMemory(HeapGrowthTests.room(space, heap).regions)
      let more = Int.random(in: 0...600, using: &random)
      let data = Int.random(in: 30...700, using: &random)
      let segment = Int.random(in: 0...20_000, using: &random)
      let odd = UInt64.random(in: 0..<4096, using: &random)
      var limits = LimitFacts()
      let isSpaceLimited = Bool.random(using: &random)
      let isDataLimited = Bool.random(using: &random)
      if isSpaceLimited {
        limits.addressSpace = ResourceLimit(
          soft: mapped.bytes + ToySpace.bytes(more) + ByteCount(odd), hard: nil)
      }
      if isDataLimited {
        limits.data = ResourceLimit(soft: ToySpace.bytes(data) + ByteCount(odd), hard: nil)
        limits.dataSegment = ByteCount(UInt64(segment))
      }
      let chunk = (bytes + 4 + 15) / 16 * 16
      let heapData = 30 * 4096 + segment
      var real = WalledGlibc(
        pages: PageBitmap(space), end: 50, top: top, space: isSpaceLimited ? more : .max / 2,
        data: isDataLimited ? max(0, data - Int(mapped.data.value / 4096)) : .max / 2,
        growth: isDataLimited ? max(0, data * 4096 + Int(odd) - heapData) / 4096 : .max / 2)
      real.run(chunk: chunk, mapping: GlibcSimulation.pages(chunk + 4 + 15))
      let room = Self.room(space, heap, limits)
      let forecast = try Forecaster(room).forecast(
        BufferRequest(bytes: ByteCount(UInt64(bytes))), allocator: Allocator(.malloc),
        placements: .max)
      let text: Comment = "seed \(seed), \(bytes) bytes, top \(top) in \(space), \(limits)"
      try #require(forecast.fits == UInt64(real.count), text)
      try #require(
        Array(forecast.placements.prefix(real.places.count)) == real.places.map(ToySpace.range),
        text)
      try #require(forecast.walls.map(\.fits).min() == forecast.fits, text)
      try #require(forecast.walls.count == 1 + (isSpaceLimited ? 1 : 0) + (isDataLimited ? 1 : 0))
      try #require((forecast.verdict == .fits) == (forecast.fits > 0), text)
      if forecast.limitingWall != nil { limited += 1 }
    }
    #expect(limited > 500)
  }

  /// A space whose mappings have all kinds of permissions, some of which merge with new ones.
  struct Mapped {
    var space: ToySpace
    var regions: [Region]
    /// The pages of mappings that new ones become part of.
    var open: Set<Int>

    init(_ random: inout SeededGenerator, knowsTraits: Bool) {
      space = ToySpace.random(
        [.topDown, .fallback, .legacy].randomElement(using: &random) ?? .legacy, &random)
      regions = []
      open = []
      for piece in space.pieces {
        let access: Region.Access =
          Bool.random(using: &random)
          ? [.read, .write] : Bool.random(using: &random) ? [.read] : []
        let isDistinct = Int.random(in: 0..<4, using: &random) == 0
        var traits: Region.Traits = piece.growsDown ? .growsDown : []
        if isDistinct, knowsTraits, access.contains(.write) { traits.insert(.distinct) }
        regions.append(
          Region(
            range: ToySpace.range(piece.pages), access: access,
            name: piece.isFixed ? "[vdso]" : "", traits: traits))
        if access == [.read, .write], !isDistinct, !piece.isFixed, !piece.growsDown {
          open.formUnion(piece.pages)
        }
      }
    }
  }

  @Test("the limit of mappings: exact, or a lower bound that says so", arguments: [true, false])
  func mappings(knowsTraits: Bool) throws {
    var exact = 0
    for seed in 0..<3000 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      let mapped = Mapped(&random, knowsTraits: knowsTraits)
      let size = Int.random(in: 1...6, using: &random)
      let left = Int.random(in: -1...6, using: &random)
      // Two mappings that were made apart become one or not by what is not visible.
      let joins = Bool.random(using: &random)
      var bitmap = PageBitmap(mapped.space)
      var open = mapped.open
      var rest = left
      var count = 0
      while rest >= 0, let place = bitmap.place(size: size) {
        count += 1
        let below = open.contains(place.lowerBound - 1)
        let above = open.contains(place.upperBound)
        rest -= below && above ? (joins ? -1 : 0) : below || above ? 0 : 1
        open.formUnion(place)
      }
      var facts = LayoutFacts()
      facts.knowsTraits = knowsTraits
      facts.limits = LimitFacts()
      facts.limits?.mostMappings = UInt64(max(0, mapped.regions.count + left))
      if mapped.regions.count + left < 0 { continue }
      let room = Room(
        map: AddressMap.assembling(mapped.regions).map, layout: mapped.space.layout, facts: facts)
      let forecast = try Forecaster(room).forecast(
        BufferRequest(bytes: ToySpace.bytes(size)), allocator: Allocator(.mmap))
      let text: Comment = "seed \(seed), \(size) pages, \(left) left in \(mapped.space)"
      try #require(forecast.fits <= UInt64(count), text)
      try #require(!forecast.isExact || forecast.fits == UInt64(count), text)
      try #require(forecast.walls.map(\.fits).min() == forecast.fits, text)
      if forecast.isExact, forecast.limitingWall != nil { exact += 1 }
    }
    #expect(exact > (knowsTraits ? 500 : 100))
  }

  @Test("what a pin or a window gives is what there would be without it")
  func gains() throws {
    var gained = 0
    for seed in 0..<1200 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      let mapped = Mapped(&random, knowsTraits: true)
      let size = Int.random(in: 1...8, using: &random)
      let request = BufferRequest(bytes: ToySpace.bytes(size))
      var facts = LayoutFacts()
      let used = MappedMemory(mapped.regions)
      facts.limits = LimitFacts()
      let more = ToySpace.bytes(Int.random(in: 0...30, using: &random))
      if Bool.random(using: &random) {
        facts.limits?.addressSpace = ResourceLimit(soft: used.bytes + more, hard: nil)
      } else {
        facts.limits?.data = ResourceLimit(soft: used.data + more, hard: nil)
      }
      let room = Room(
        map: AddressMap.assembling(mapped.regions).map, layout: mapped.space.layout, facts: facts)
      func fits(_ room: Room) throws -> UInt64 {
        try Forecaster(room).forecast(request, allocator: Allocator(.mmap)).fits
      }
      let now = try fits(room)
      let text: Comment = "seed \(seed), \(size) pages in \(mapped.space)"
      for pin in try PinRanking(room, for: [(request, Allocator(.mmap))]).pins() {
        let then = try fits(room.cleared(of: pin.regions))
        try #require(pin.bufferGain == [then - min(then, now)], text)
        if then > now { gained += 1 }
      }
      let planner = try ClearingPlanner(room, for: request, allocator: Allocator(.mmap))
      if let plan = planner.cheapest() {
        try #require(try fits(room.cleared(of: plan.regions)) == now + plan.gain, text)
        try #require(plan.gain >= 1, text)
      }
    }
    #expect(gained > 300)
  }

  @Test("what is promised: mode 0 refuses one request, mode 1 none, mode 2 the sum")
  func overcommit() throws {
    let space = ToySpace(
      style: .topDown, pages: 16..<400, pieces: [.init(pages: 20..<30)],
      passes: [.init(pages: 16..<400, isTopDown: true)])
    func forecast(_ mode: Overcommit.Mode, pages: Int) throws -> BufferForecast {
      var facts = LayoutFacts()
      facts.limits = LimitFacts()
      facts.limits?.memory = MachineMemory(
        total: ToySpace.bytes(80), available: ToySpace.bytes(30), swapTotal: ToySpace.bytes(20),
        swapFree: ToySpace.bytes(10))
      facts.limits?.overcommit = Overcommit(
        mode: mode, limit: ToySpace.bytes(200), committed: ToySpace.bytes(100), adminReserve: 0,
        userReserve: 0)
      let room = Room(map: space.map, layout: space.layout, facts: facts)
      return try Forecaster(room).forecast(
        BufferRequest(bytes: ToySpace.bytes(pages)), allocator: Allocator(.mmap))
    }
    #expect(try forecast(.heuristic, pages: 101).verdict == .limited)
    #expect(try forecast(.heuristic, pages: 101).limitingWall?.name == .overcommit)
    let whole = try forecast(.heuristic, pages: 100)
    #expect(whole.fits == 3 && whole.walls.count == 1)
    #expect(whole.warnings.map(\.name) == [.memory] && whole.warnings.map(\.fits) == [0])
    #expect(try forecast(.always, pages: 150).fits == 2)
    let never = try forecast(.never, pages: 30)
    #expect(never.fits == 3 && !never.isExact && never.limitingWall?.name == .overcommit)
  }

  @Test("without facts only address space is a wall")
  func unknown() throws {
    for seed in 0..<100 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      let space = ToySpace.random(.topDown, &random)
      let forecast = try Forecaster(space.room).forecast(
        BufferRequest(bytes: ToySpace.bytes(3)), allocator: space.allocator)
      #expect(forecast.walls.map(\.name) == [.addressSpace] && forecast.warnings.isEmpty)
      #expect(forecast.walls.map(\.fits) == [forecast.fits])
    }
  }
}
