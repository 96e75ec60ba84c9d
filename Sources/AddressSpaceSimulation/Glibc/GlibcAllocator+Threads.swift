/// Which arena a thread takes from.
extension GlibcAllocator {
  /// A thread starts; it has no arena before its first request. Its stack and what else the system
  /// gives it is not malloc's.
  ///
  /// - Returns: what to set `thread` to.
  public mutating func startThread() -> Int {
    threads.append(MallocThread())
    return threads.count - 1
  }

  /// The current thread ends: what it has cached becomes free, its arena goes to the next thread.
  /// The first thread takes its place.
  public mutating func endThread(in system: inout some MemorySystem) {
    emptyCache(&system)
    if let arena = threads[thread].arena {
      threads[thread].arena = nil
      arenas[arena].threads -= 1
      if arenas[arena].threads == 0 { idleArenas.append(arena) }
    }
    thread = 0
  }

  private mutating func emptyCache(_ system: inout some MemorySystem) {
    var cache = threads[thread].cache
    threads[thread].cache = ThreadCache()
    threads[thread].cache.isOff = true
    for bin in cache.first.indices {
      while true {
        let id = cache.pop(bin, &table)
        if id == 0 { break }
        release(id, caching: false, &system)
      }
    }
    if cache.isOn { release(table.find(cache.block), caching: false, &system) }
  }

  /// The thread's arena, at its first request one that it gets; nil where there is none to be had.
  mutating func arena(for bytes: UInt64, _ system: inout some MemorySystem) -> Int? {
    threads[thread].arena ?? obtainArena(for: bytes, &system)
  }

  /// Another arena, where one has nothing: the main one, for the main one another (`arena_get_retry`).
  mutating func other(
    than arena: Int, for bytes: UInt64, _ system: inout some MemorySystem
  ) -> Int? {
    arena == 0 ? obtainArena(for: bytes, &system) : 0
  }

  /// One that no thread takes from any more, a new one, or one to share (`arena_get2`).
  private mutating func obtainArena(
    for bytes: UInt64, _ system: inout some MemorySystem
  ) -> Int? {
    if let idle = idleArenas.popLast() {
      attach(idle)
      return idle
    }
    if arenaLimit == 0 {
      if parameters.arenaMost != 0 {
        arenaLimit = parameters.arenaMost
      } else if arenas.count > parameters.arenaTest {
        arenaLimit = max(1, cores) * rules.arenasPerCore
      }
    }
    guard arenaLimit > 0, arenas.count >= arenaLimit else {
      guard let arena = makeArena(for: bytes, &system) else { return nil }
      attach(arena)
      return arena
    }
    let shared = nextShared
    idleArenas.removeAll { $0 == shared }
    attach(shared)
    // Round the ring, in which the newest one follows the main one.
    nextShared = (shared == 0 ? arenas.count : shared) - 1
    return shared
  }

  private mutating func attach(_ arena: Int) {
    if let before = threads[thread].arena { arenas[before].threads -= 1 }
    threads[thread].arena = arena
    arenas[arena].threads += 1
  }
}
