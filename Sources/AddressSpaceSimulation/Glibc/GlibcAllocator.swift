public import AddressSpace

/// glibc's malloc, address by address: chunks and their lists, caches of threads, the brk heap,
/// mappings for large requests, arenas of threads.
///
/// It answers as the real one does, and asks the system for the same, in the same order. See
/// `docs/simulation-malloc.md` for what is modelled and what is not. Its parts are values: a copy of
/// an allocator and of its system is another process with the same history.
public struct GlibcAllocator: MemoryAllocator {
  let rules: GlibcRules
  /// The processors that the program may use: they limit the number of arenas.
  let cores: Int
  var parameters: MallocParameters
  var table: ChunkTable
  /// The main arena first, then in the order they were made.
  var arenas: [MallocArena]
  var threads = [MallocThread(arena: 0)]
  /// Requests that have a mapping of their own, by their block.
  var mapped: [UInt64: MappedChunk] = [:]
  /// Whether the main arena is in one piece, as far as malloc knows.
  var isContiguous = true
  /// Arenas that no thread takes from, the last one first.
  var idleArenas: [Int] = []
  /// The arena that the next thread shares, once there may be no more.
  var nextShared = 0
  /// How many arenas there may be; zero until that is computed.
  var arenaLimit = 0
  /// Where the next heap of an arena is asked for, zero for anywhere (`aligned_heap_area`).
  var heapHint: UInt64 = 0
  /// Where the brk heap begins (`sbrk_base`), zero before it does.
  var startOfHeap: UInt64 = 0

  /// The thread that makes the calls from now on; zero is the first. Others come from `startThread`.
  public var thread = 0 {
    willSet {
      precondition(threads.indices.contains(newValue), "no thread \(newValue)")
    }
  }

  /// The malloc of a process that has not called it yet.
  ///
  /// - Parameters:
  ///   - version: glibc's, from 2.5 to 2.43.
  ///   - machine: what the program was built for; it decides how blocks are aligned.
  ///   - page: the system's.
  ///   - cores: the processors that the program may use.
  ///   - settings: what the environment tells it.
  public init(
    version: LibcVersion, wordSize: WordSize, machine: Machine, page: ByteCount = .kibibytes(4),
    cores: Int = 2, settings: GlibcSettings = GlibcSettings()
  ) {
    rules = GlibcRules(version: version, wordSize: wordSize, machine: machine, page: page)
    self.cores = cores
    parameters = MallocParameters(rules: rules)
    parameters.apply(settings, rules)
    table = ChunkTable(rules: rules)
    arenas = [MallocArena(lists: table.makeHeads(GlibcRules.bins, arena: 0), rules: rules)]
    arenas[0].threads = 1
  }

  /// Tells malloc something while the program runs: `mallopt`.
  public mutating func apply(_ settings: GlibcSettings) {
    consolidate(0)
    var settings = settings
    // A tunable, which is read at the start only.
    settings.cacheDepth = nil
    parameters.apply(settings, rules)
  }

  /// What is asked of `malloc` becomes a chunk of this size; nil where it is more than it looks at.
  func chunkSize(_ bytes: ByteCount) -> UInt64? {
    bytes.value <= rules.largestRequest ? rules.chunk(bytes.value) : nil
  }
}

extension GlibcAllocator {
  /// `malloc`.
  public mutating func allocate(
    _ bytes: ByteCount, in system: inout some MemorySystem
  ) -> Address? {
    guard let size = chunkSize(bytes) else { return nil }
    let cached = takeCached(size, &system)
    let block =
      cached != 0
      ? cached : serve(size, bytes.value, from: arena(for: bytes.value, &system), &system)
    return block == 0 ? nil : Address(block)
  }

  /// `calloc`.
  public mutating func allocateZeroed(
    _ bytes: ByteCount, in system: inout some MemorySystem
  ) -> Address? {
    guard let size = chunkSize(bytes) else { return nil }
    if rules.callocUsesCache {
      let block = takeCached(size, &system)
      if block != 0 {
        touch(block, size - rules.sizeField, &system)
        return Address(block)
      }
    } else if rules.hasCache {
      startCache(&system)
    }
    let arena = arena(for: bytes.value, &system)
    // Memory that the heap never had before holds zeros.
    let fresh = arena.map { freshEnd(of: $0) } ?? (top: 0, written: 0)
    let block = serve(size, bytes.value, from: arena, &system)
    guard block != 0 else { return nil }
    let id = table.find(block)
    if id != 0 {
      let chunk = table[id]
      var written = chunk.end
      if chunk.start == fresh.top { written = min(written, fresh.written) }
      touch(block, written - min(written, block), &system)
    }
    return Address(block)
  }

  private func touch(_ block: UInt64, _ bytes: UInt64, _ system: inout some MemorySystem) {
    if let range = AddressRange(Address(block), Address(block + bytes)) { system.touch(range) }
  }

  /// Where an arena's unused end begins, and where what was written in it may end.
  private func freshEnd(of arena: Int) -> (top: UInt64, written: UInt64) {
    let arena = arenas[arena]
    guard arena.top != 0 else { return (0, 0) }
    let top = table[arena.top]
    if let heap = arena.heaps.last { return (top.start, max(top.end, heap.start + heap.committed)) }
    return (top.start, max(top.end, startOfHeap + arena.mostSystemBytes))
  }

  /// `free`.
  public mutating func free(_ address: Address, in system: inout some MemorySystem) {
    let id = table.find(address.value)
    guard id != 0 else { return unmap(address.value, &system) }
    precondition(table[id].state == .used, "free of \(address), which malloc has not given")
    switch rules.cacheStart {
    case .first: if rules.hasCache { startCache(&system) }
    case .firstSmall: break
    case .firstFree: if table[id].size <= rules.largestCached { startCache(&system) }
    }
    release(id, caching: true, &system)
  }

  /// `malloc_usable_size`.
  public func usableSize(at address: Address) -> ByteCount? {
    if let chunk = mapped[address.value] { return ByteCount(usable(chunk)) }
    let id = table.find(address.value)
    guard id != 0, table[id].state == .used else { return nil }
    return ByteCount(table[id].size - rules.sizeField)
  }
}

extension GlibcAllocator {
  /// A chunk from the thread's cache, its block; zero where there is none.
  mutating func takeCached(_ size: UInt64, _ system: inout some MemorySystem) -> UInt64 {
    guard rules.hasCache else { return 0 }
    if !threads[thread].cache.isOn {
      guard rules.cacheStart == .first || rules.cacheStart == .firstSmall else { return 0 }
      if rules.cacheStart == .first || size <= rules.largestCached { startCache(&system) }
    }
    guard size <= rules.largestCached else { return 0 }
    let id = threads[thread].cache.pop(rules.cacheBin(size), &table)
    return id == 0 ? 0 : table[id].start + rules.header
  }

  /// A chunk from the thread's arena, or from another where that one fails; its block, or zero.
  mutating func serve(
    _ size: UInt64, _ bytes: UInt64, from first: Int?, _ system: inout some MemorySystem
  ) -> UInt64 {
    let block = take(size, first, &system)
    guard block == 0, let first, mayRetry else { return block }
    return take(size, other(than: first, for: bytes, &system), &system)
  }

  /// Whether the program has, or had, more than one thread, or the version does not ask that.
  var mayRetry: Bool { rules.retriesAlways || threads.count > 1 }

  /// Gives the thread its cache, where it has none yet.
  mutating func startCache(_ system: inout some MemorySystem) {
    guard mayStartCache() else { return }
    let bytes = rules.cacheRequest
    threads[thread].cache.isOff = true
    let block = serve(rules.chunk(bytes), bytes, from: arena(for: bytes, &system), &system)
    threads[thread].cache.block = block
    threads[thread].cache.isOff = block == 0 && rules.cacheStart == .firstFree
  }

  /// From 2.43 on also in the middle of a request, from the arena that serves it; the size of a
  /// chunk is taken for that of a request there.
  mutating func startCache(in arena: Int, _ system: inout some MemorySystem) {
    guard rules.cacheStart == .firstFree, mayStartCache() else { return }
    threads[thread].cache.isOff = true
    let block = take(rules.chunk(rules.chunk(rules.cacheRequest)), arena, &system)
    threads[thread].cache.block = block
    threads[thread].cache.isOff = block == 0
  }

  private mutating func mayStartCache() -> Bool {
    guard !threads[thread].cache.isOn, !threads[thread].cache.isOff else { return false }
    guard rules.cacheStart == .firstFree, parameters.cacheDepth == 0 else { return true }
    threads[thread].cache.isOff = true
    return false
  }
}
