internal import AddressSpace

extension Obmalloc {
  private static let page: UInt64 = 4096

  /// Notes which pages of a pool are written to once its blocks are.
  mutating func noteTouched(_ index: Int32) {
    let pool = pools[Int(index)]
    let sizeClass = Int(pool.sizeClass)
    // The block after the last one carved is linked already.
    let link: UInt64 = Int(pool.carved) < rules.blocksPerPool(sizeClass) ? 8 : 0
    let end = rules.poolHeaderBytes + UInt64(pool.carved) * rules.blockBytes(sizeClass) + link
    let pages = UInt8((min(end, rules.poolBytes) + Self.page - 1) / Self.page)
    guard pages > pool.touchedPages else { return }
    if pool.touchedPages == pool.settledPages { dirtyPools.append(index) }
    pools[Int(index)].touchedPages = pages
  }

  /// Tells what was written to.
  mutating func settle<System, Heap>(in memory: inout ProgramMemory<System, Heap>) {
    for index in dirtyPools {
      let pool = pools[Int(index)]
      let arena = arenas[Int(index) / rules.poolsPerArena]
      guard arena.allocation != nil, pool.touchedPages > pool.settledPages else { continue }
      let start =
        UInt64(Int(index) % rules.poolsPerArena) * rules.poolBytes
        + UInt64(pool.settledPages) * Self.page
      let bytes = UInt64(pool.touchedPages - pool.settledPages) * Self.page
      memory.touch(arena.base + ByteCount(start), bytes)
      pools[Int(index)].settledPages = pool.touchedPages
    }
    dirtyPools.removeAll(keepingCapacity: true)
    memory.settle()
  }
}
