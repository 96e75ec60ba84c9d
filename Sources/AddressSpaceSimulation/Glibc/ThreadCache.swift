/// A thread as malloc sees it.
struct MallocThread {
  /// The arena it takes from, nil before its first request.
  var arena: Int?
  var cache = ThreadCache()
}

/// What a thread keeps of freed chunks, a list for each size (tcache).
struct ThreadCache {
  /// The block that holds the cache itself; zero while there is none.
  var block: UInt64 = 0
  /// Whether the thread has none any more, or never will.
  var isOff = false
  private(set) var first = ContiguousArray<ChunkID>(repeating: 0, count: GlibcRules.cacheBins)
  private(set) var counts = ContiguousArray<Int32>(repeating: 0, count: GlibcRules.cacheBins)

  var isOn: Bool { block != 0 }

  mutating func push(_ id: ChunkID, _ bin: Int, _ table: inout ChunkTable) {
    table[id].state = .cached
    table[id].next = first[bin]
    first[bin] = id
    counts[bin] += 1
  }

  /// Takes the last chunk that came, zero where there is none.
  mutating func pop(_ bin: Int, _ table: inout ChunkTable) -> ChunkID {
    let id = first[bin]
    guard id != 0 else { return 0 }
    take(id, after: 0, bin, &table)
    return id
  }

  /// Takes the first chunk of a list whose block is aligned, zero where there is none.
  mutating func pop(
    _ bin: Int, header: UInt64, alignedTo alignment: UInt64, _ table: inout ChunkTable
  ) -> ChunkID {
    var previous: ChunkID = 0
    var id = first[bin]
    while id != 0, (table[id].start + header) & (alignment - 1) != 0 {
      previous = id
      id = table[id].next
    }
    guard id != 0 else { return 0 }
    take(id, after: previous, bin, &table)
    return id
  }

  private mutating func take(
    _ id: ChunkID, after previous: ChunkID, _ bin: Int, _ table: inout ChunkTable
  ) {
    if previous == 0 { first[bin] = table[id].next } else { table[previous].next = table[id].next }
    table[id].state = .used
    counts[bin] -= 1
  }
}
