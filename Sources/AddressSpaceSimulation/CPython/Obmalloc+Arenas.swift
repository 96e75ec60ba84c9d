internal import AddressSpace

extension Obmalloc {
  /// A pool of no class made one of this class, nil where no arena is to be had.
  mutating func freshPool<System, Heap>(
    _ sizeClass: Int, in memory: inout ProgramMemory<System, Heap>
  ) -> Int32? {
    guard let index = freePool(in: &memory) else { return nil }
    if Int(pools[Int(index)].sizeClass) != sizeClass {
      pools[Int(index)].sizeClass = Int16(sizeClass)
      pools[Int(index)].carved = 0
    }
    return index
  }

  /// A free pool of the fullest arena.
  private mutating func freePool<System, Heap>(
    in memory: inout ProgramMemory<System, Heap>
  ) -> Int32? {
    if loosePools >= 0 {
      let index = loosePools
      loosePools = pools[Int(index)].next
      return index
    }
    if usableArenas < 0 {
      guard let slot = newArena(in: &memory) else { return nil }
      usableArenas = slot
      lastWithFreePools[Int(arenas[Int(slot)].free)] = slot
    }
    let slot = usableArenas
    let free = Int(arenas[Int(slot)].free)
    if lastWithFreePools[free] == slot { lastWithFreePools[free] = -1 }
    if free > 1 { lastWithFreePools[free - 1] = slot }
    arenas[Int(slot)].free -= 1
    if free == 1 {
      usableArenas = arenas[Int(slot)].next
      if usableArenas >= 0 { arenas[Int(usableArenas)].previous = -1 }
    }
    let index = arenas[Int(slot)].freePools
    if index >= 0 {
      arenas[Int(slot)].freePools = pools[Int(index)].next
      return index
    }
    let carved = arenas[Int(slot)].carved
    arenas[Int(slot)].carved += 1
    return slot * Int32(rules.poolsPerArena) + carved
  }

  /// Takes a pool back that has no block in use, and its arena where it was the last.
  mutating func free<System, Heap>(
    _ index: Int32, in memory: inout ProgramMemory<System, Heap>
  ) {
    if rules.arenaRelease == .never {
      pools[Int(index)].next = loosePools
      loosePools = index
      return
    }
    let slot = index / Int32(rules.poolsPerArena)
    pools[Int(index)].next = arenas[Int(slot)].freePools
    arenas[Int(slot)].freePools = index
    let before = Int(arenas[Int(slot)].free)
    arenas[Int(slot)].free += 1
    let last = lastWithFreePools[before]
    if last == slot {
      let previous = arenas[Int(slot)].previous
      let isNext = previous >= 0 && Int(arenas[Int(previous)].free) == before
      lastWithFreePools[before] = isNext ? previous : -1
    }
    let arena = arenas[Int(slot)]
    if arena.free == arena.total && (rules.arenaRelease == .always || arena.next >= 0) {
      unlinkArena(slot)
      release(slot, in: &memory)
    } else if before == 0 {
      arenas[Int(slot)].next = usableArenas
      arenas[Int(slot)].previous = -1
      if usableArenas >= 0 { arenas[Int(usableArenas)].previous = slot }
      usableArenas = slot
      if lastWithFreePools[1] < 0 { lastWithFreePools[1] = slot }
    } else {
      if lastWithFreePools[before + 1] < 0 { lastWithFreePools[before + 1] = slot }
      if last != slot && last >= 0 {
        unlinkArena(slot)
        let next = arenas[Int(last)].next
        arenas[Int(slot)].previous = last
        arenas[Int(slot)].next = next
        if next >= 0 { arenas[Int(next)].previous = slot }
        arenas[Int(last)].next = slot
      }
    }
  }

  private mutating func unlinkArena(_ slot: Int32) {
    let (next, previous) = (arenas[Int(slot)].next, arenas[Int(slot)].previous)
    if next >= 0 { arenas[Int(next)].previous = previous }
    if previous >= 0 {
      arenas[Int(previous)].next = next
    } else {
      usableArenas = next
    }
  }

  /// Gives an arena back.
  private mutating func release<System, Heap>(
    _ slot: Int32, in memory: inout ProgramMemory<System, Heap>
  ) {
    guard let allocation = arenas[Int(slot)].allocation else { return }
    switch rules.arenaSource {
    case .heap: memory.free(allocation)
    case .system:
      if let range = AddressRange(allocation, allocation + ByteCount(rules.arenaBytes)) {
        memory.system.unmap(range)
      }
    }
    arenas[Int(slot)].allocation = nil
    arenas[Int(slot)].next = unusedSlots
    unusedSlots = slot
    arenasNow -= 1
  }

  /// Obtains an arena: its slot, nil where there is no room.
  private mutating func newArena<System, Heap>(
    in memory: inout ProgramMemory<System, Heap>
  ) -> Int32? {
    guard unusedSlots >= 0 || addSlots(in: &memory) else { return nil }
    let slot = unusedSlots
    let allocation: Address? =
      switch rules.arenaSource {
      case .heap: memory.allocate(rules.arenaBytes)
      case .system: memory.system.map(ByteCount(rules.arenaBytes), Self.mapping)?.lower
      }
    guard let allocation, let base = allocation.roundedUp(to: ByteCount(rules.poolBytes)) else {
      return nil
    }
    unusedSlots = arenas[Int(slot)].next
    // One pool is lost where the arena does not begin at one.
    let total = Int32(rules.poolsPerArena) - (base == allocation ? 0 : 1)
    arenas[Int(slot)] = Arena(allocation: allocation, base: base, free: total, total: total)
    let first = Int(slot) * rules.poolsPerArena
    for index in first..<first + rules.poolsPerArena { pools[index] = Pool() }
    arenasObtained += 1
    arenasNow += 1
    arenasAtPeak = max(arenasAtPeak, arenasNow)
    return slot
  }

  /// What an arena of its own is called where the space is shown.
  static var mapping: Mapping { Mapping("Python arena") }

  /// Doubles the vector of arenas; false where there is no room.
  private mutating func addSlots<System, Heap>(
    in memory: inout ProgramMemory<System, Heap>
  ) -> Bool {
    let (old, new) = (arenas.count, max(16, arenas.count * 2))
    let bytes = UInt64(new) * rules.arenaSlotBytes
    // Until 2.4 the old vector is left behind on purpose: another thread might still read it.
    let grown =
      rules.arenaRelease == .never
      ? memory.allocate(bytes) : memory.reallocate(slotVector, to: bytes)
    guard let grown else { return false }
    memory.touch(grown, bytes)
    slotVector = grown
    arenas += Array(repeating: Arena(), count: new - old)
    pools += Array(repeating: Pool(), count: (new - old) * rules.poolsPerArena)
    for slot in old..<new { arenas[slot].next = slot + 1 < new ? Int32(slot + 1) : -1 }
    unusedSlots = Int32(old)
    return true
  }
}
