/// A chunk from an arena (`_int_malloc`).
extension GlibcAllocator {
  /// A chunk of `size` bytes; its block, zero where there is none. Without an arena it is mapped.
  mutating func take(
    _ size: UInt64, _ arena: Int?, _ system: inout some MemorySystem
  ) -> UInt64 {
    guard let arena else { return mapChunk(size, &system) }
    if size <= rules.largestFast {
      let block = takeFast(size, arena)
      if block != 0 { return block }
    }
    let bin = rules.bin(size)
    let isSmall = size < rules.firstLarge
    if isSmall {
      let block = takeSmall(size, bin, arena, &system)
      if block != 0 { return block }
    } else if arenas[arena].mayHaveFast {
      consolidate(arena)
    }
    while true {
      let block = takeUnsorted(size, isSmall: isSmall, arena, &system)
      if block != 0 { return block }
      if !isSmall, let fitting = fitting(size, bin, arena) {
        unlink(fitting)
        return cut(fitting, size, arena, isSmall: false)
      }
      if let next = arenas[arena].filledBin(above: bin) {
        let last = table[arenas[arena].head(next)].previous
        unlink(last)
        return cut(last, size, arena, isSmall: isSmall)
      }
      let top = arenas[arena].top
      if top != 0, table[top].size >= size + rules.smallest { return takeTop(size, arena) }
      guard arenas[arena].mayHaveFast else { return grow(size, arena, &system) }
      consolidate(arena)
    }
  }

  /// From the low end of the unused end, which is large enough.
  mutating func takeTop(_ size: UInt64, _ arena: Int) -> UInt64 {
    let top = arenas[arena].top
    arenas[arena].top = table.split(top, after: size, .top)
    return use(top)
  }

  private mutating func takeFast(_ size: UInt64, _ arena: Int) -> UInt64 {
    let bin = rules.fastBin(size)
    let id = arenas[arena].fast[bin]
    guard id != 0 else { return 0 }
    arenas[arena].fast[bin] = table[id].next
    // What else is there goes to the cache, so that it turns round.
    while hasSpace(size), arenas[arena].fast[bin] != 0 {
      let other = arenas[arena].fast[bin]
      arenas[arena].fast[bin] = table[other].next
      threads[thread].cache.push(other, rules.cacheBin(size), &table)
    }
    return use(id)
  }

  private mutating func takeSmall(
    _ size: UInt64, _ bin: Int, _ arena: Int, _ system: inout some MemorySystem
  ) -> UInt64 {
    let head = arenas[arena].head(bin)
    let id = table[head].previous
    guard id != head else { return 0 }
    unlink(id)
    let block = use(id)
    startCache(in: arena, &system)
    while hasSpace(size), table[head].previous != head {
      let other = table[head].previous
      unlink(other)
      threads[thread].cache.push(other, rules.cacheBin(size), &table)
    }
    return block
  }

  /// Whether the thread's cache takes another chunk of a size.
  private func hasSpace(_ size: UInt64) -> Bool {
    guard rules.hasCache, threads[thread].cache.isOn else { return false }
    let bin = rules.cacheBin(size)
    return bin < GlibcRules.cacheBins
      && threads[thread].cache.counts[bin] < parameters.cacheDepth
  }

  /// Sorts what is not sorted yet, oldest first, until a chunk fits exactly.
  ///
  /// Such chunks go to the cache first, as long as it takes them. For a small request the remainder
  /// of the last one is split again, if there is nothing else.
  private mutating func takeUnsorted(
    _ size: UInt64, isSmall: Bool, _ arena: Int, _ system: inout some MemorySystem
  ) -> UInt64 {
    let head = arenas[arena].head(GlibcRules.unsorted)
    var isCached = false
    var sorted = 0
    while table[head].previous != head {
      let id = table[head].previous
      let chunk = table[id]
      if isSmall, chunk.previous == head, chunk.start == arenas[arena].lastRemainder,
        chunk.size > size + rules.smallest
      {
        unlink(id)
        let rest = table.split(id, after: size, .free)
        push(rest, GlibcRules.unsorted, arena)
        arenas[arena].lastRemainder = table[rest].start
        return use(id)
      }
      unlink(id)
      if chunk.size == size {
        let block = use(id)
        startCache(in: arena, &system)
        guard hasSpace(size) else { return block }
        threads[thread].cache.push(id, rules.cacheBin(size), &table)
        isCached = true
        continue
      }
      sort(id, arena)
      sorted += 1
      if sorted >= GlibcRules.mostUnsorted { break }
    }
    guard isCached else { return 0 }
    return use(threads[thread].cache.pop(rules.cacheBin(size), &table))
  }

  /// The smallest chunk of a list of large ones that is large enough; of several of a size not the
  /// first, which is in the ring of sizes.
  private func fitting(_ size: UInt64, _ bin: Int, _ arena: Int) -> ChunkID? {
    let head = arenas[arena].head(bin)
    let first = table[head].next
    guard first != head, table[first].size >= size else { return nil }
    var id = table[first].larger
    while table[id].size < size { id = table[id].larger }
    let next = table[id].next
    return next != head && table[next].size == table[id].size ? next : id
  }

  /// Cuts what is not needed off a chunk that is in no list; it becomes the newest unsorted one.
  private mutating func cut(
    _ id: ChunkID, _ size: UInt64, _ arena: Int, isSmall: Bool
  ) -> UInt64 {
    if table[id].size - size >= rules.smallest {
      let rest = table.split(id, after: size, .free)
      push(rest, GlibcRules.unsorted, arena)
      if isSmall { arenas[arena].lastRemainder = table[rest].start }
    }
    return use(id)
  }

  /// A chunk becomes the program's; its block.
  private mutating func use(_ id: ChunkID) -> UInt64 {
    table[id].state = .used
    return table[id].start + rules.header
  }
}
