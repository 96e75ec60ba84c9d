import TestSupport
import Testing

@testable import AddressSpace

@Suite("Forecast of threads")
struct ThreadForecastTests {
  private static func room(
    _ taken: [AddressRange], facts: LayoutFacts, layout name: String = "linux-i386-4g"
  ) throws -> Room {
    let map = AddressMap.assembling(
      taken.map { Region(range: $0, access: [.read, .write]) }
    ).map
    let layout = try #require(Layout.named(name, map: map, facts: facts))
    return Room(map: map, layout: layout, facts: facts)
  }

  private static func facts(
    _ version: LibcVersion = LibcVersion(2, 36), idle: [AddressRange]? = [],
    limits: [TaskLimit] = []
  ) -> LayoutFacts {
    var facts = LayoutFacts()
    facts.isRead = true
    facts.wordSize = .bits32
    facts.machine = .i386
    facts.libcVersion = version
    facts.threads = ThreadFacts(
      count: 1, defaultStack: .mebibytes(8), vectorBytes: 136, idleStacks: idle, limits: limits)
    return facts
  }

  private static func forecast(_ text: String, _ room: Room) throws -> BufferForecast {
    try Forecaster(room).forecast(BufferRequest(text: text), placements: 100)
  }

  @Test("the guard comes on top from glibc 2.27 on")
  func guardPage() throws {
    let room = try Self.room([], facts: Self.facts())
    #expect(try Self.forecast("thread:1M", room).footprint == .mebibytes(1) + .kibibytes(4))
    let old = try Self.room([], facts: Self.facts(LibcVersion(2, 26)))
    #expect(try Self.forecast("thread:1M", old).footprint == .mebibytes(1))
  }

  @Test("what a thread gets by default: read, else the limit of the stack, else 8 MiB")
  func defaultStack() throws {
    var facts = Self.facts()
    #expect(try Self.forecast("thread", Self.room([], facts: facts)).request.bytes == .mebibytes(8))
    facts.threads?.defaultStack = nil
    facts.stackLimit = 300_000
    let room = try Self.room([], facts: facts)
    #expect(try Self.forecast("thread", room).request.bytes == 303_104)
    #expect(try !Self.forecast("thread", room).isExact)
    facts.stackLimit = LayoutFacts.unlimitedStack
    #expect(try Self.forecast("thread", Self.room([], facts: facts)).request.bytes == .mebibytes(2))
    facts.stackLimit = 1
    #expect(
      try Self.forecast("thread", Self.room([], facts: facts)).request.bytes == .kibibytes(16))
    let bare = try Self.room([], facts: LayoutFacts())
    #expect(try Self.forecast("thread", bare).request.bytes == .mebibytes(8))
    #expect(try !Self.forecast("thread", bare).isExact)
  }

  @Test("left stacks come first: those of the very size, then the smallest, none above four times")
  func leftStacks() throws {
    let sizes: [UInt64] = [0x41_1000, 0x11_1000, 0x10_1000, 0xF_F000, 0x40_4000, 0x40_5000]
    var base: UInt64 = 0x2000_0000
    let idle = sizes.compactMap { size -> AddressRange? in
      base += 0x100_0000
      return AddressRange(Address(base), Address(base + size))
    }
    let room = try Self.room(idle, facts: Self.facts(idle: idle))
    let forecast = try Self.forecast("thread:1M", room)
    #expect(forecast.heapFits == 3)
    #expect(forecast.placements.prefix(3) == [idle[2], idle[1], idle[4]])
    let sequence = try Forecaster(room).sequence([BufferRequest(text: "thread:1M*4")])
    #expect(sequence.steps.prefix(3).map(\.range) == [idle[2], idle[1], idle[4]])
    #expect(sequence.isComplete && sequence.steps.count == 4)
  }

  @Test("the least of address space and the limits on tasks")
  func walls() throws {
    let limits = [
      TaskLimit(.machine, limit: 1000, used: 400), TaskLimit(.group, limit: 20, used: 17),
    ]
    let forecast = try Self.forecast("thread", Self.room([], facts: Self.facts(limits: limits)))
    #expect(forecast.fits == 3 && forecast.verdict == .fits && forecast.isExact)
    #expect(forecast.placements.count == 3)
    let full = [TaskLimit(.user, limit: 5, used: 9)]
    let none = try Self.forecast("thread", Self.room([], facts: Self.facts(limits: full)))
    #expect(none.fits == 0 && none.verdict == .limited)
    let numbers = [TaskLimit(.numbers, limit: 310, used: 302)]
    let some = try Self.forecast("thread", Self.room([], facts: Self.facts(limits: numbers)))
    #expect(some.fits == 8 && !some.isExact)
  }

  @Test("each thread takes a chunk of the heap, step by step", arguments: 1...40)
  func againstSteps(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var taken: [AddressRange] = []
    var next = UInt64.random(in: 0x10...0x8000, using: &random)
    while next < 0xF_8000 {
      let pages = UInt64.random(in: 1...0x2_8000, using: &random)
      if let range = AddressRange(Address(next << 12), Address(min(next + pages, 0xF_8000) << 12)) {
        taken.append(range)
      }
      next += pages + UInt64.random(in: 0...0x800, using: &random)
    }
    let heap = try #require(taken.randomElement(using: &random))
    var facts = Self.facts(Bool.random(using: &random) ? LibcVersion(2, 36) : LibcVersion(2, 31))
    facts.heap = HeapFacts(
      top: ByteCount(UInt64.random(in: 0...0x2_0000, using: &random)), end: heap.upper,
      isContiguous: Int.random(in: 0...3, using: &random) > 0)
    let room = try Self.room(taken, facts: facts)
    let size = UInt64.random(in: 4...80, using: &random) << 12
    let forecast = try Self.forecast("thread:\(size)", room)
    var steps = Steps(room, block: ByteCount(size + 4096))
    let expected = steps.count()
    #expect(forecast.fits == expected, "seed \(seed)")
  }

  @Test("Windows and Wine: at least so many")
  func windows() throws {
    let windows = try Self.room([], facts: LayoutFacts(), layout: "windows-2g")
    let forecast = try Self.forecast("thread", windows)
    #expect(forecast.fits == 1560 && !forecast.isExact)
    #expect(forecast.request.bytes == .mebibytes(1))
    #expect(forecast.allocator == Allocator(.virtualalloc))
    let wine = try Self.forecast("thread", Self.room([], facts: LayoutFacts(), layout: "wine-2g"))
    #expect(wine.footprint == .mebibytes(2) + .kibibytes(64) && !wine.isExact)
  }

  @Test("clearing is tried out: what is promised is what is gained")
  func clearing() throws {
    let taken = (1...60).compactMap { index in
      AddressRange(Address(UInt64(index) << 26), Address(UInt64(index) << 26 + 0x350_0000))
    }
    let room = try Self.room(taken, facts: Self.facts())
    let request = try BufferRequest(text: "thread:64M")
    let plan = try #require(
      try ClearingPlanner(room, for: request, allocator: Allocator(.mmap)).cheapest())
    let before = try Forecaster(room).forecast(request).fits
    let after = try Forecaster(room.cleared(of: plan.regions)).forecast(request).fits
    #expect(after == before + plan.gain && plan.gain > 0)
  }
}

/// Starts threads one at a time: a stack by the layout's searches, then 144 bytes of the heap.
private struct Steps {
  var free: [AddressRange]
  let searches: [Layout.Search]
  let block: ByteCount
  var end: Address?
  var top: ByteCount
  var isContiguous: Bool
  let isSwapped: Bool
  var hasRefilled = false

  init(_ room: Room, block: ByteCount) {
    free = room.freeSpans.compactMap(\.placeable)
    searches = room.layout.searches
    self.block = block
    end = room.endOfBreak
    top = room.facts.heap?.top ?? .zero
    isContiguous = room.facts.heap?.isContiguous ?? true
    isSwapped = room.facts.libcVersion == LibcVersion(2, 36)
  }

  mutating func count() -> UInt64 {
    var count: UInt64 = 0
    while map(block), takeChunk() { count += 1 }
    return count
  }

  private mutating func takeChunk() -> Bool {
    if top < 144 + 16 {
      guard grow() else { return false }
    }
    top = top - 144
    return true
  }

  private mutating func grow() -> Bool {
    let pad: UInt64 = 144 + 0x2_0000 + 16
    let rest = isContiguous ? top.value : 0
    let growth = ByteCount((pad - min(pad, rest) + 4095) & ~4095)
    if let start = end, let index = free.firstIndex(where: { $0.lower == start }),
      free[index].size >= growth + 4096
    {
      end = start + growth
      cut(AddressRange(start, start + growth), at: index)
      top = isContiguous ? top + growth : growth
      return true
    }
    let isSmall = isSwapped && (hasRefilled || !isContiguous)
    let refill: ByteCount = isSmall ? ByteCount((pad + 4095) & ~4095) : .mebibytes(1)
    guard map(refill) else { return false }
    hasRefilled = true
    isContiguous = false
    top = refill
    return true
  }

  private mutating func map(_ size: ByteCount) -> Bool {
    for search in searches {
      let isDown = search.direction == .topDown
      for index in isDown ? Array(free.indices.reversed()) : Array(free.indices) {
        guard let part = free[index].clamped(to: search.range), part.size >= size else { continue }
        let base = isDown ? part.upper - size : part.lower
        cut(AddressRange(base, base + size), at: index)
        return true
      }
    }
    return false
  }

  private mutating func cut(_ range: AddressRange?, at index: Int) {
    guard let range else { return }
    let (below, above) = free[index].subtracting(range)
    free.replaceSubrange(index...index, with: [below, above].compactMap { $0 })
  }
}
