public import AddressSpace

/// Longer and shorter blocks (`realloc`).
extension GlibcAllocator {
  /// `realloc`.
  public mutating func reallocate(
    _ address: Address, to bytes: ByteCount, in system: inout some MemorySystem
  ) -> Address? {
    let block = address.value
    let id = table.find(block)
    let mapping = id == 0 ? mapped[block] : nil
    precondition(
      id != 0 ? table[id].state == .used : mapping != nil,
      "realloc of \(address), which malloc has not given")
    if rules.keepsNearlyFitting, let usable = usableSize(at: address), usable >= bytes {
      let spare = (usable - bytes).value
      if spare < rules.header { return address }
      if mapping != nil, rules.keepsNearlyFittingMappings, spare <= rules.page { return address }
    }
    if id != 0, rules.cacheStart == .first, rules.hasCache { startCache(&system) }
    guard let size = chunkSize(bytes) else { return nil }
    if let mapping { return remap(block, mapping, to: bytes, size: size, &system) }
    let moved = resize(id, to: size, &system)
    if moved != 0 { return Address(moved) }
    guard mayRetry, let other = allocate(bytes, in: &system) else { return nil }
    release(id, caching: rules.cachesOwnFrees, &system)
    return other
  }

  /// Resizes a chunk: in place, into what is free above it, or as a copy elsewhere; the block, or
  /// zero.
  private mutating func resize(
    _ id: ChunkID, to size: UInt64, _ system: inout some MemorySystem
  ) -> UInt64 {
    let arena = Int(table[id].arena)
    let old = table[id].size
    let block = table[id].start + rules.header
    if old < size {
      let above = table[id].above
      let both = old + table[above].size
      if above == arenas[arena].top, both >= size + rules.smallest {
        table.absorbAbove(id)
        arenas[arena].top = table.split(id, after: size, .top)
        return block
      }
      if table[above].state == .free, both >= size {
        unlink(above)
        table.absorbAbove(id)
      } else {
        let copy = take(size, arena, &system)
        guard copy != 0 else { return 0 }
        // A new chunk just above is no copy: the two are one.
        guard table.find(copy) == table[id].above else {
          release(id, caching: rules.cachesOwnFrees, &system)
          return copy
        }
        table.absorbAbove(id)
      }
    }
    if table[id].size - size >= rules.smallest {
      let rest = table.split(id, after: size, .used)
      release(rest, caching: rules.cachesOwnFrees, &system)
    }
    return block
  }
}
