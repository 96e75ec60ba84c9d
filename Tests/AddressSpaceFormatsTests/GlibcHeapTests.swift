import AddressSpace
import AddressSpaceFormats
import TestSupport
import Testing

/// Heaps made word by word, whole and damaged.
@Suite("The walk over malloc's heaps")
struct GlibcHeapTests {
  @Test("whole heaps of both word sizes: free, used, settings, arenas")
  func whole() throws {
    for seed in 0..<800 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      let image = HeapImage(&random)
      let text: Comment = "seed \(seed), \(image.wordSize)"
      let facts = try #require(image.facts, text)
      let truth = image.truth
      try #require(facts.isWhole && facts.isContiguous, text)
      try #require(facts.end == Address(image.end) && facts.topEnd == facts.end, text)
      try #require(facts.top == truth.top, text)
      let large = truth.runs.filter { $0.size >= HeapFacts.smallestPlaced }
      try #require(facts.freeChunks == large, text)
      var counts: [ByteCount: UInt64] = [:]
      for run in truth.runs
      where run.size < HeapFacts.smallestPlaced && run.size >= HeapFacts.smallestCounted {
        counts[run.size, default: 0] += 1
      }
      try #require(
        facts.otherChunks
          == counts.map { ChunkCount(size: $0.key, count: $0.value) }.sorted { $0.size > $1.size },
        text)
      try #require(facts.unsorted == min(truth.unsorted, UInt64(truth.runs.count)), text)
      try #require(facts.mmapThreshold == 147_456 && facts.topPad == 131_072, text)
      try #require(facts.arenas.count == 2, text)
      for (arena, truth) in zip(facts.arenas, [truth, image.threadTruth]) {
        try #require(arena.isWhole && arena.top == truth.top, text)
        try #require(arena.used == truth.used, text)
        try #require(arena.free == truth.runs.reduce(truth.top) { $0 + $1.size }, text)
        try #require(arena.largest == truth.runs.map(\.size).max() ?? .zero, text)
      }
    }
  }

  @Test("damaged heaps: no trap, bounded work, nothing that the memory does not hold")
  func damaged() throws {
    var read = 0
    var whole = 0
    for seed in 0..<1500 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      let image = HeapImage(&random)
      for _ in 0..<Int.random(in: 1...4, using: &random) { image.damage(&random) }
      let facts = image.facts
      let text: Comment = "seed \(seed)"
      try #require(image.reads < 20_000 && image.wordsRead < 64 * image.mappedWords, text)
      guard let facts else { continue }
      read += 1
      if facts.isWhole { whole += 1 }
      try Self.require(facts, in: image, text)
    }
    // Most damage is to one list or chunk, and the rest is still read.
    #expect(read > 300 && whole < read, "\(read) read, \(whole) of them whole")
  }

  /// What holds of every reading.
  static func require(_ facts: HeapFacts, in image: HeapImage, _ text: Comment) throws {
    let mapped = ByteCount(UInt64(image.mappedWords) * 4)
    for (lower, upper) in zip(facts.freeChunks, facts.freeChunks.dropFirst()) {
      try #require(lower.upper <= upper.lower, text)
    }
    for chunk in facts.freeChunks {
      let region = try #require(image.map.region(at: chunk.lower), text)
      try #require(chunk.upper <= region.range.upper, text)
    }
    let free = facts.freeChunks.map(\.size).total() + facts.top
    let counted = facts.otherChunks.reduce(UInt64(0)) { $0 + $1.size.value * $1.count }
    try #require(free + ByteCount(counted) <= mapped, text)
    for arena in facts.arenas {
      try #require(arena.used <= mapped && arena.free <= mapped, text)
    }
    var layout = LayoutFacts()
    layout.wordSize = image.wordSize
    layout.isRead = true
    layout.heap = facts
    let room = Room(
      map: image.map, layout: .inferred(from: image.map, facts: layout), facts: layout)
    for bytes in [1100, 70_000, 200_000] as [UInt64] {
      _ = try Forecaster(room).forecast(
        BufferRequest(bytes: ByteCount(bytes)), allocator: Allocator(.malloc))
      _ = try Forecaster(room).forecast(
        BufferRequest(text: "\(bytes)@4096"), allocator: Allocator(.malloc))
    }
  }
}
