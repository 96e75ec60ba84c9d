/// Chunks that become free (`_int_free`).
extension GlibcAllocator {
  /// Frees a chunk: into the thread's cache where that may be, a fastbin, or joined with its
  /// neighbours.
  mutating func release(
    _ id: ChunkID, caching: Bool, _ system: inout some MemorySystem
  ) {
    let size = table[id].size
    if caching, size <= rules.largestCached, threads[thread].cache.isOn {
      let bin = rules.cacheBin(size)
      if threads[thread].cache.counts[bin] < parameters.cacheDepth {
        return threads[thread].cache.push(id, bin, &table)
      }
    }
    guard size <= rules.largestFast else { return join(id, &system) }
    let arena = Int(table[id].arena)
    let bin = rules.fastBin(size)
    table[id].state = .fast
    table[id].next = arenas[arena].fast[bin]
    arenas[arena].fast[bin] = id
    arenas[arena].mayHaveFast = true
  }

  /// Joins a chunk with what is free around it, and gives memory back where much is free then.
  mutating func join(_ id: ChunkID, _ system: inout some MemorySystem) {
    settle(joinBelow(id), &system)
  }

  private mutating func joinBelow(_ id: ChunkID) -> ChunkID {
    let below = table[id].below
    guard below != 0, table[below].state == .free else { return id }
    unlink(below)
    table.absorbAbove(below)
    return below
  }

  /// Joins a chunk with what is free above it, and puts it where free chunks are.
  mutating func settle(_ id: ChunkID, _ system: inout some MemorySystem) {
    let arena = Int(table[id].arena)
    if joinAbove(id, arena) {
      let isSmall = table[id].size < rules.firstLarge
      let sorts = rules.sortsSmallAtOnce && isSmall
      push(id, sorts ? rules.bin(table[id].size) : GlibcRules.unsorted, arena)
    }
    guard table[id].size >= GlibcRules.trimmingSize else { return }
    if arenas[arena].mayHaveFast { consolidate(arena) }
    if arena != 0 { return trimHeaps(of: arena, &system) }
    let top = arenas[0].top
    if top != 0, table[top].size >= parameters.trimThreshold {
      trimTop(keeping: parameters.topPad, &system)
    }
  }

  /// Joins a chunk with what is free above it; false where it became the unused end.
  private mutating func joinAbove(_ id: ChunkID, _ arena: Int) -> Bool {
    let above = table[id].above
    if above == arenas[arena].top {
      table.absorbAbove(id)
      table[id].state = .top
      arenas[arena].top = id
      return false
    }
    if above != 0, table[above].state == .free {
      unlink(above)
      table.absorbAbove(id)
    }
    return true
  }

  /// Joins all that fastbins hold with what is free around it (`malloc_consolidate`).
  mutating func consolidate(_ arena: Int) {
    arenas[arena].mayHaveFast = false
    for bin in arenas[arena].fast.indices {
      var id = arenas[arena].fast[bin]
      arenas[arena].fast[bin] = 0
      while id != 0 {
        let next = table[id].next
        let joined = joinBelow(id)
        if joinAbove(joined, arena) { push(joined, GlibcRules.unsorted, arena) }
        id = next
      }
    }
  }
}
