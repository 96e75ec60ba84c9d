public import AddressSpace

extension GlibcAllocator {
  /// What the brk heap holds, as it would be read from a process; nil where it has not begun.
  public func facts(in system: some MemorySystem) -> HeapFacts? {
    let top = arenas[0].top
    guard top != 0 else { return nil }
    var (unused, free) = (table[top].start..<table[top].end, freeRanges)
    // What lies below the unused end becomes part of it when a large request joins what is free.
    if let last = free.last(where: { $0.upperBound == unused.lowerBound }) {
      unused = last.lowerBound..<unused.upperBound
      free.removeAll { $0 == last }
    }
    let placed = HeapFacts.smallestPlaced.value
    var counts: [UInt64: UInt64] = [:]
    for range in free where (HeapFacts.smallestCounted.value..<placed).contains(range.size) {
      counts[range.size, default: 0] += 1
    }
    return HeapFacts(
      top: ByteCount(unused.size), end: system.programBreak, topEnd: Address(unused.upperBound),
      isContiguous: isContiguous,
      freeChunks: free.filter { $0.size >= placed }.compactMap {
        AddressRange(Address($0.lowerBound), Address($0.upperBound))
      },
      otherChunks: counts.sorted { $0.key > $1.key }.map {
        ChunkCount(size: ByteCount($0.key), count: $0.value)
      },
      unsorted: unsorted, mmapThreshold: ByteCount(parameters.mmapThreshold),
      topPad: ByteCount(parameters.topPad))
  }

  /// What is free of the main arena besides its unused end, joined, lowest first.
  private var freeRanges: [Range<UInt64>] {
    var ranges: [Range<UInt64>] = []
    let free = table.records.lazy.filter {
      $0.arena == 0 && ($0.state == .free || $0.state == .fast)
    }
    for range in free.map({ $0.start..<$0.end }).sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = ranges.last, last.upperBound == range.lowerBound {
        ranges[ranges.count - 1] = last.lowerBound..<range.upperBound
      } else {
        ranges.append(range)
      }
    }
    return ranges
  }

  /// How many free chunks have not been put into their lists.
  private var unsorted: UInt64 {
    let head = arenas[0].head(GlibcRules.unsorted)
    var (count, chunk): (UInt64, ChunkID) = (0, table[head].next)
    while chunk != head {
      count += 1
      chunk = table[chunk].next
    }
    return count
  }
}

extension Range<UInt64> {
  fileprivate var size: UInt64 { upperBound - lowerBound }
}
