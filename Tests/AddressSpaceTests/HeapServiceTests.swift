import TestSupport
import Testing

@testable import AddressSpace

/// A heap whose requests are served one by one: best fit from a list of free ranges, then from the
/// top; what an aligned request gives back joins its neighbours.
private struct ServedHeap {
  var free: [Range<UInt64>]
  var top: Range<UInt64>
  var count: UInt64 = 0
  /// Whether something was given back that a thread's cache could keep.
  var gaveSmall = false

  static let smallest: UInt64 = 16

  mutating func take(_ ask: UInt64) -> Range<UInt64>? {
    let fitting = free.indices.filter { UInt64(free[$0].count) >= ask }
    if let best = fitting.min(by: { free[$0].count < free[$1].count }) {
      let range = free.remove(at: best)
      let left = UInt64(range.count) - ask
      guard left >= Self.smallest else { return range }
      free.append(range.lowerBound + ask..<range.upperBound)
      return range.lowerBound..<range.lowerBound + ask
    }
    guard UInt64(top.count) >= ask + Self.smallest else { return nil }
    defer { top = top.lowerBound + ask..<top.upperBound }
    return top.lowerBound..<top.lowerBound + ask
  }

  mutating func give(_ range: Range<UInt64>) {
    var range = range
    if let below = free.firstIndex(where: { $0.upperBound == range.lowerBound }) {
      range = free.remove(at: below).lowerBound..<range.upperBound
    }
    if range.upperBound == top.lowerBound {
      top = range.lowerBound..<top.upperBound
      return
    }
    if let above = free.firstIndex(where: { $0.lowerBound == range.upperBound }) {
      range = range.lowerBound..<free.remove(at: above).upperBound
    }
    free.append(range)
  }

  /// Serves requests for `bytes` until one is refused.
  mutating func exhaust(_ bytes: UInt64, alignment: UInt64?) {
    let kept = max((bytes + 4 + 15) / 16 * 16, 16)
    while true {
      guard let alignment else {
        guard take(kept) != nil else { return }
        count += 1
        continue
      }
      guard let taken = take((kept + alignment + 16 + 4 + 15) / 16 * 16) else { return }
      count += 1
      var place = taken.lowerBound
      if (place + 8) % alignment != 0 {
        place = (place + 8 + alignment - 1) / alignment * alignment - 8
        if place - taken.lowerBound < Self.smallest { place += alignment }
        give(taken.lowerBound..<place)
      }
      let rest = taken.upperBound - place - kept
      if rest > Self.smallest {
        if rest <= 1040 { gaveSmall = true }
        give(place + kept..<taken.upperBound)
      }
    }
  }
}

@Suite("What a heap serves without growing, against requests one by one")
struct HeapServiceTests {
  static func heap(_ random: inout SeededGenerator) -> HeapFacts {
    var place: UInt64 = 0x0805_0008
    var chunks: [AddressRange] = []
    for _ in 0..<Int.random(in: 0...12, using: &random) {
      place += 16 * UInt64.random(in: 2...3000, using: &random)
      let size = 16 * UInt64.random(in: 4096...80_000, using: &random)
      chunks += [AddressRange(Address(place), Address(place + size))].compactMap { $0 }
      place += size
    }
    place += 16 * UInt64.random(in: 2...3000, using: &random)
    let end = (place + UInt64.random(in: 16...1_500_000, using: &random) + 4095) / 4096 * 4096
    return HeapFacts(top: ByteCount(end - place), end: Address(end), freeChunks: chunks)
  }

  @Test("free chunks and the top, aligned or not", arguments: [nil, 64, 4096, 65536, 1 << 20])
  func served(alignment: UInt64?) throws {
    var certain = 0
    for seed in 0..<400 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      let heap = Self.heap(&random)
      let bytes = UInt64.random(in: 65_536...700_000, using: &random)
      var real = ServedHeap(
        free: heap.freeChunks.map { $0.lower.value..<$0.upper.value },
        top: heap.end.value - heap.top.value..<heap.end.value)
      real.exhaust(bytes, alignment: alignment)
      let growth = try #require(
        try FootprintTests.footprint(
          "\(bytes)" + (alignment.map { "@\($0)" } ?? ""), "malloc@2.36"
        ).heapGrowth)
      let text: Comment = "seed \(seed), \(bytes) bytes"
      if growth.isCertain(in: heap, total: real.count) {
        certain += 1
        try #require(growth.count(in: heap) == real.count, text)
      } else {
        try #require(real.gaveSmall, text)
      }
    }
    // Alignments of less than a page nearly always leave ends that a cache could keep.
    #expect(certain > (alignment == 64 ? 0 : 100))
  }

  @Test("what is not whole, not sorted, or an arena's business is not certain")
  func uncertain() throws {
    let growth = try #require(try FootprintTests.footprint("600000", "malloc@2.36").heapGrowth)
    let heap = HeapFacts(top: 4096, end: 0x0900_0000)
    #expect(growth.isCertain(in: heap, total: 3))
    var part = heap
    part.isWhole = false
    #expect(!growth.isCertain(in: part, total: 3))
    var unsorted = heap
    unsorted.unsorted = 35_000
    #expect(growth.isCertain(in: unsorted, total: 3))
    #expect(!growth.isCertain(in: unsorted, total: 2))
    func with(_ arena: ArenaFacts) -> HeapFacts {
      var facts = heap
      facts.arenas = [ArenaFacts(pieces: [], used: 1, free: 600_100, top: 600_100), arena]
      return facts
    }
    // The main arena's own top is counted; of others what they could serve decides.
    let small = ArenaFacts(pieces: [], used: 1, free: 9, top: 300_000, reserve: 300_000)
    #expect(growth.isCertain(in: with(small), total: 3))
    var reserving = small
    reserving.reserve = 300_100
    #expect(!growth.isCertain(in: with(reserving), total: 3))
    var holding = small
    holding.largest = 600_016
    #expect(!growth.isCertain(in: with(holding), total: 3))
  }

  @Test("chunks known by size only count too, but not for aligned buffers")
  func sizes() throws {
    let heap = HeapFacts(
      top: 16, end: 0x0900_0000, otherChunks: [ChunkCount(size: 300_000, count: 4)])
    let plain = try #require(try FootprintTests.footprint("140000", "malloc@2.36").heapGrowth)
    #expect(plain.count(in: heap) == 8 && plain.isCertain(in: heap, total: 8))
    let aligned = try #require(
      try FootprintTests.footprint("140000@4096", "malloc@2.36").heapGrowth)
    #expect(aligned.count(in: heap) == 0 && !aligned.isCertain(in: heap, total: 0))
  }
}
