public import AddressSpace

/// Blocks at multiples of a number (`memalign`).
extension GlibcAllocator {
  /// `memalign`, `posix_memalign`, `aligned_alloc`.
  public mutating func allocate(
    _ bytes: ByteCount, alignedTo alignment: ByteCount, in system: inout some MemorySystem
  ) -> Address? {
    guard alignment.value > rules.alignment else { return allocate(bytes, in: &system) }
    guard let size = chunkSize(bytes), alignment.value <= 1 << 62 else { return nil }
    var alignment = max(alignment.value, rules.smallest)
    if alignment & (alignment - 1) != 0 {
      alignment = 1 << UInt64(UInt64.bitWidth - alignment.leadingZeroBitCount)
    }
    if rules.memalignUsesCache {
      let block = takeCached(size, alignedTo: alignment, &system)
      if block != 0 { return Address(block) }
    }
    let asked = size + alignment + rules.smallest
    guard let bare = chunkSize(ByteCount(asked)) else { return nil }
    let first = arena(for: bytes.value + alignment + rules.smallest, &system)
    var block = take(bare, first, &system)
    if block == 0, let first, mayRetry {
      block = take(bare, other(than: first, for: bytes.value, &system), &system)
    }
    guard block != 0 else { return nil }
    let id = table.find(block)
    return Address(
      id == 0
        ? alignMapped(block, alignment) : align(id, size, alignment, &system))
  }

  private mutating func takeCached(
    _ size: UInt64, alignedTo alignment: UInt64, _ system: inout some MemorySystem
  ) -> UInt64 {
    guard size <= rules.largestCached else { return 0 }
    if !threads[thread].cache.isOn {
      // 2.42 gives the thread its cache then, others look only where there is one.
      if rules.cacheStart == .firstSmall { startCache(&system) }
      return 0
    }
    let id = threads[thread].cache.pop(
      rules.cacheBin(size), header: rules.header, alignedTo: alignment, &table)
    return id == 0 ? 0 : table[id].start + rules.header
  }

  /// The aligned block in a mapping, all of which is kept.
  private mutating func alignMapped(_ block: UInt64, _ alignment: UInt64) -> UInt64 {
    guard block & (alignment - 1) != 0, var chunk = mapped[block] else { return block }
    var aligned = (block + alignment - 1) & ~(alignment - 1)
    if !rules.memalignSkipsFirst, aligned - block < rules.smallest { aligned += alignment }
    mapped[block] = nil
    chunk.offset += aligned - block
    mapped[aligned] = chunk
    return aligned
  }

  /// The aligned block in a chunk, both ends of which are given back.
  private mutating func align(
    _ chunk: ChunkID, _ size: UInt64, _ alignment: UInt64,
    _ system: inout some MemorySystem
  ) -> UInt64 {
    var id = chunk
    let block = table[id].start + rules.header
    if block & (alignment - 1) != 0 {
      let least = rules.memalignSkipsFirst ? block + rules.smallest : block
      var aligned = (least + alignment - 1) & ~(alignment - 1)
      if aligned - block < rules.smallest { aligned += alignment }
      id = table.split(chunk, after: aligned - block, .used)
      if rules.memalignFreesEnds {
        release(chunk, caching: rules.cachesOwnFrees, &system)
      } else {
        join(chunk, &system)
      }
    }
    cutEnd(of: id, size, &system)
    return table[id].start + rules.header
  }

  private mutating func cutEnd(
    of id: ChunkID, _ size: UInt64, _ system: inout some MemorySystem
  ) {
    let spare = table[id].size - size
    if rules.memalignFreesEnds {
      guard spare > rules.smallest else { return }
      release(table.split(id, after: size, .used), caching: rules.cachesOwnFrees, &system)
      return
    }
    let above = table[id].above
    let joins =
      rules.memalignJoinsSmallEnds && spare > 0
      && (table[above].state == .top || table[above].state == .free)
    guard spare >= rules.smallest || joins else { return }
    settle(table.split(id, after: size, .used), &system)
  }
}
