import AddressSpace

/// The heaps of threads' arenas (`arena.c`).
extension GlibcAllocator {
  /// A new arena for a request, nil where the system has no room for its first heap.
  mutating func makeArena(
    for bytes: UInt64, _ system: inout some MemorySystem
  ) -> Int? {
    let lead = rules.heapInfo + rules.arenaState
    guard
      let heap = makeHeap(bytes + lead + rules.alignment, &system)
        ?? makeHeap(lead + rules.alignment, &system)
    else { return nil }
    let number = arenas.count
    let id = UInt16(truncatingIfNeeded: number)
    var arena = MallocArena(
      lists: table.makeHeads(GlibcRules.bins, arena: id), rules: rules)
    arena.systemBytes = heap.size
    arena.heaps = [heap]
    let state = heap.start + lead
    let first = state + rules.misalignment(of: state)
    arena.top = table.make(
      first, heap.start + heap.size - first, below: 0, above: 0, arena: id, .top)
    arenas.append(arena)
    return number
  }

  /// Addresses for a heap, aligned to their number, of which the first can be used; nil where there
  /// is no room, or no heap can be so large.
  private mutating func makeHeap(
    _ bytes: UInt64, _ system: inout some MemorySystem
  ) -> ArenaHeap? {
    let most = rules.mostHeap
    let pad = parameters.topPad
    guard bytes + pad <= most || bytes <= most else { return nil }
    let wanted = bytes + pad < GlibcRules.leastHeap ? GlibcRules.leastHeap : min(bytes + pad, most)
    let size = rules.roundUp(wanted)
    guard let start = reserveHeap(&system),
      let usable = AddressRange(Address(start), Address(start + size))
    else { return nil }
    system.commit(usable)
    return ArenaHeap(start: start, size: size, committed: size)
  }

  /// Twice the addresses of a heap are mapped and all but an aligned half given back; where they
  /// lie aligned by themselves the other half is where the next heap is asked for.
  private mutating func reserveHeap(_ system: inout some MemorySystem) -> UInt64? {
    let most = rules.mostHeap
    let mapping = Mapping(Origin.Owner.glibcArena.name, access: [], isReserved: true)
    if heapHint != 0 {
      let hint = heapHint
      heapHint = 0
      if let range = Self.range(hint, most), system.map(at: range, mapping) { return hint }
      if let elsewhere = system.map(ByteCount(most), mapping) {
        if elsewhere.lower.value % most == 0 { return elsewhere.lower.value }
        system.unmap(elsewhere)
      }
    }
    if let double = system.map(ByteCount(2 * most), mapping) {
      let first = double.lower.value
      let start = (first + most - 1) / most * most
      if let below = Self.range(first, start - first) {
        system.unmap(below)
      } else {
        heapHint = start + most
      }
      if let above = Self.range(start + most, most - (start - first)) { system.unmap(above) }
      return start
    }
    guard let single = system.map(ByteCount(most), mapping) else { return nil }
    if single.lower.value % most == 0 { return single.lower.value }
    system.unmap(single)
    return nil
  }

  private static func range(_ start: UInt64, _ size: UInt64) -> AddressRange? {
    AddressRange(Address(start), Address(start + size))
  }

  /// Lets an arena's last heap grow, or gives the arena another one; false where neither can be.
  mutating func growHeap(
    of arena: Int, _ size: UInt64, _ system: inout some MemorySystem
  ) -> Bool {
    let top = arenas[arena].top
    let last = arenas[arena].heaps.count - 1
    let unused = table[top].size
    let needed = rules.smallest + size
    if needed > unused {
      let more = rules.roundUp(needed - unused)
      let grown = arenas[arena].heaps[last].size + more
      if grown <= rules.mostHeap {
        let heap = arenas[arena].heaps[last]
        if grown > heap.committed {
          if let range = Self.range(heap.start + heap.committed, grown - heap.committed) {
            system.commit(range)
          }
          arenas[arena].heaps[last].committed = grown
        }
        arenas[arena].heaps[last].size = grown
        arenas[arena].systemBytes += more
        table[top].size += more
        return true
      }
    }
    guard let heap = makeHeap(needed + rules.heapInfo, &system) else { return false }
    arenas[arena].systemBytes += heap.size
    arenas[arena].heaps.append(heap)
    arenas[arena].top = table.make(
      heap.start + rules.heapInfo, heap.size - rules.heapInfo, below: 0, above: 0,
      arena: UInt16(truncatingIfNeeded: arena), .top)
    let kept = (unused - rules.smallest) & ~(rules.alignment - 1)
    if kept >= rules.smallest {
      arenas[arena].heaps[last].fence = table.split(top, after: kept, .fence)
      table[top].state = .used
      release(top, caching: rules.cachesOwnFrees, &system)
    } else {
      arenas[arena].heaps[last].fence = top
      table[top].state = .fence
    }
    return true
  }

  /// Gives back heaps of an arena that are all unused, and takes the memory of the unused end of the
  /// last one (`heap_trim`).
  mutating func trimHeaps(of arena: Int, _ system: inout some MemorySystem) {
    let pad = parameters.topPad
    while arenas[arena].heaps.count > 1, let heap = arenas[arena].heaps.last,
      table[arenas[arena].top].start == heap.start + rules.heapInfo
    {
      let before = arenas[arena].heaps[arenas[arena].heaps.count - 2]
      let fence = before.fence
      let below = table[fence].below
      let isFree = below != 0 && table[below].state == .free
      let unused = table[fence].size + (isFree ? table[below].size : 0)
      // Not where the one before would soon have to be followed by another again.
      if unused + (rules.mostHeap - before.size) < pad + rules.smallest + rules.page { break }
      arenas[arena].systemBytes -= heap.size
      if heap.start + rules.mostHeap == heapHint { heapHint = 0 }
      table.remove(arenas[arena].top)
      if let range = Self.range(heap.start, rules.mostHeap) { system.unmap(range) }
      arenas[arena].heaps.removeLast()
      arenas[arena].heaps[arenas[arena].heaps.count - 1].fence = 0
      var top = fence
      if isFree {
        unlink(below)
        table.absorbAbove(below)
        top = below
      }
      table[top].state = .top
      arenas[arena].top = top
    }
    shrinkHeap(of: arena, &system)
  }

  private mutating func shrinkHeap(of arena: Int, _ system: inout some MemorySystem) {
    let pad = parameters.topPad
    let top = arenas[arena].top
    let last = arenas[arena].heaps.count - 1
    let size = table[top].size
    if rules.heapsHaveTrimThreshold, size < parameters.trimThreshold { return }
    guard size >= rules.smallest + 1, size - rules.smallest - 1 > pad else { return }
    let extra = rules.roundDown(size - rules.smallest - 1 - pad)
    let kept = arenas[arena].heaps[last].size - extra
    guard extra > 0, kept >= rules.heapInfo,
      let range = Self.range(arenas[arena].heaps[last].start + kept, extra)
    else { return }
    system.discard(range)
    arenas[arena].heaps[last].size = kept
    arenas[arena].systemBytes -= extra
    table[top].size -= extra
  }
}
