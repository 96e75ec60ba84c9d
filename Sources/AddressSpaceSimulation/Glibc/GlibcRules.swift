public import AddressSpace

/// How glibc's malloc works, by version and machine: the numbers and switches of its sources,
/// `malloc/malloc.c` and `malloc/arena.c`, from 2.5 to 2.43.
struct GlibcRules: Sendable {
  /// Sizes of chunks and of mappings.
  let sizes: GlibcMalloc
  let version: LibcVersion
  /// `SIZE_SZ`.
  let sizeField: UInt64
  /// `CHUNK_HDR_SZ`: what stands before a block.
  let header: UInt64
  /// `MALLOC_ALIGNMENT`.
  let alignment: UInt64
  /// `MINSIZE`.
  let smallest: UInt64
  let page: UInt64
  /// The largest request that is looked at: nearly all that 32 bits can count, from 2.30 on half of
  /// that; for 64 bits more than any space has.
  let largestRequest: UInt64
  // What every call asks for is kept; the rest is computed.
  /// The largest chunk that a fastbin takes by default (`DEFAULT_MXFAST`); zero from 2.43 on, which
  /// has none.
  let largestFast: UInt64
  /// Whether threads have caches (tcache, 2.26).
  let hasCache: Bool
  /// The largest chunk that `malloc` looks for in the cache and `free` puts there. In 2.42 one size
  /// less than there are lists: the limit was compared with a size of another kind.
  let largestCached: UInt64
  /// Whether what malloc itself frees, such as the end that `realloc` cuts off, goes to the cache
  /// as if the program had freed it; not from 2.42 on.
  let cachesOwnFrees: Bool
  /// When a thread gets its cache.
  let cacheStart: CacheStart
  /// Whether a freed chunk goes to its small bin at once, not to the unsorted ones (2.41).
  let sortsSmallAtOnce: Bool

  init(version: LibcVersion, wordSize: WordSize, machine: Machine, page: ByteCount) {
    sizes = GlibcMalloc(version: version, wordSize: wordSize, machine: machine, page: page)
    self.version = version
    sizeField = sizes.sizeField
    header = 2 * sizes.sizeField
    alignment = sizes.alignment
    smallest = sizes.smallestChunk
    self.page = page.value
    let most: UInt64 = wordSize == .bits32 ? 0xFFFF_FFFF : 1 << 62
    largestRequest = version >= LibcVersion(2, 30) ? most >> 1 : most - 2 * sizes.smallestChunk
    let hasFastBins = version < LibcVersion(2, 43)
    largestFast = hasFastBins ? 17 * sizeField & ~(alignment - 1) : 0
    hasCache = version >= LibcVersion(2, 26)
    let lists = UInt64(Self.cacheBins) - 1
    largestCached =
      hasCache ? smallest + (version == LibcVersion(2, 42) ? lists - 1 : lists) * alignment : 0
    cachesOwnFrees = version < LibcVersion(2, 42)
    sortsSmallAtOnce = version >= LibcVersion(2, 41)
    cacheStart =
      version >= LibcVersion(2, 43)
      ? .firstFree : version >= LibcVersion(2, 42) ? .firstSmall : .first
  }

  /// The chunk that holds so many bytes.
  func chunk(_ bytes: UInt64) -> UInt64 { sizes.chunk(of: ByteCount(bytes)).value }

  func roundUp(_ value: UInt64) -> UInt64 { (value + page - 1) & ~(page - 1) }
  func roundDown(_ value: UInt64) -> UInt64 { value & ~(page - 1) }

  /// How far above `start` the first chunk begins, whose block has to be aligned.
  func misalignment(of start: UInt64) -> UInt64 { (0 &- (start + header)) & (alignment - 1) }

  private func isSince(_ minor: Int) -> Bool { version >= LibcVersion(2, minor) }

  // MARK: Free chunks

  /// `NFASTBINS`.
  var fastBins: Int {
    isSince(43) ? 0 : fastBin((21 * sizeField + alignment - 1) & ~(alignment - 1)) + 1
  }
  /// `fastbin_index`.
  func fastBin(_ size: UInt64) -> Int { Int(size >> (sizeField == 8 ? 4 : 3)) - 2 }
  /// From this size on a chunk that is freed makes malloc join what fastbins hold, and trim
  /// (`FASTBIN_CONSOLIDATION_THRESHOLD`).
  static let trimmingSize: UInt64 = 65536
  /// How many unsorted chunks one request looks at (`MAX_ITERS`).
  static let mostUnsorted = 10_000

  // MARK: Caches of threads

  /// `TCACHE_MAX_BINS`, of one size each.
  static let cacheBins = 64
  /// The list of a cache for chunks of a size; beyond `cacheBins` there is none.
  func cacheBin(_ size: UInt64) -> Int { Int((size - smallest + alignment - 1) / alignment) }
  /// How many chunks a list holds by default (`TCACHE_FILL_COUNT`).
  var cacheDepth: Int { isSince(43) ? 16 : 7 }
  /// What a thread's cache itself asks for (`tcache_perthread_struct`): counters and lists, of one
  /// byte before 2.30, with twelve lists of large chunks from 2.42 on.
  var cacheRequest: UInt64 {
    let bins: UInt64 = isSince(42) ? 76 : 64
    return bins * (isSince(30) ? 2 : 1) + bins * sizeField
  }
  /// Whether `calloc` looks into the cache (2.41).
  var callocUsesCache: Bool { isSince(41) }
  /// Whether `memalign` looks into the cache (2.38).
  var memalignUsesCache: Bool { isSince(38) }
  enum CacheStart {
    /// At the first call of any kind.
    case first
    /// At the first small request.
    case firstSmall
    /// When there is something to put into it.
    case firstFree
  }

  // MARK: Aligned blocks

  /// Whether `memalign` frees the ends it cuts off as `free` does, and only large ends; from 2.39 on
  /// it joins them with what is free around them.
  var memalignFreesEnds: Bool { !isSince(39) }
  /// Whether an end that is too small for a chunk goes to what is free behind it (2.39 to 2.42).
  var memalignJoinsSmallEnds: Bool { isSince(39) && !isSince(43) }
  /// Whether a chunk is placed a smallest chunk higher before it is aligned, and a mapping is not
  /// (2.43).
  var memalignSkipsFirst: Bool { isSince(43) }

  // MARK: Longer and shorter blocks

  /// Whether a block stays as it is where it is hardly larger than what is asked (2.38); of mapped
  /// ones a page more, until 2.42.
  var keepsNearlyFitting: Bool { isSince(38) }
  var keepsNearlyFittingMappings: Bool { isSince(38) && !isSince(43) }

  // MARK: Mappings

  /// Whether the size of a mapped chunk counts its header at the end; not from 2.43 on.
  var mappedSizeHasHeader: Bool { !isSince(43) }
  /// Whether the size and the least size of what replaces the break were swapped (2.35 to 2.37).
  var swapsFallback: Bool { isSince(35) && !isSince(38) }
  /// Whether what replaces the break is as large as if nothing had been unused (2.43).
  var fallbackIsWhole: Bool { isSince(43) }
  /// Whether a failed request is tried in another arena even by a program with one thread.
  var retriesAlways: Bool { !isSince(26) }
  /// The largest `M_MMAP_THRESHOLD` that is accepted, nil where any is (2.35).
  var highestSetThreshold: UInt64? { isSince(35) ? nil : mostHeap / 2 }

  // MARK: Arenas of threads

  /// `HEAP_MIN_SIZE`.
  static let leastHeap: UInt64 = 32 << 10
  /// `HEAP_MAX_SIZE`.
  var mostHeap: UInt64 { 2 * sizes.highestThreshold.value }
  /// Where in a heap the first chunk begins: behind `heap_info`, which knows its page size from 2.35
  /// on.
  var heapInfo: UInt64 {
    let fields = (isSince(35) ? 5 : 4) * sizeField
    return ((fields + header + alignment - 1) & ~(alignment - 1)) - header
  }
  /// `malloc_state`, which stands behind `heap_info` in an arena's first heap.
  var arenaState: UInt64 {
    let word = sizeField
    let integers: UInt64 = isSince(27) && !isSince(43) ? 12 : 8
    let before = (integers + word - 1) / word * word + UInt64(fastBins) * word
    // Top, last remainder and the lists; the map of lists; the ring and the counters.
    return before + 256 * word + 16 + (isSince(23) ? 5 : 4) * word
  }
  /// From this many arenas on their number is limited (`arena_test`).
  var arenasBeforeLimit: Int { sizeField == 4 ? 2 : 8 }
  /// How many arenas there are at most for each processor (`NARENAS_FROM_NCORES`).
  var arenasPerCore: Int { sizeField == 4 ? 2 : 8 }
  /// Whether a thread's arena shrinks only from the trim threshold on (2.22).
  var heapsHaveTrimThreshold: Bool { isSince(22) }
}

extension LibcVersion {
  /// Whether its malloc is modelled.
  public var isModelled: Bool { self >= LibcVersion(2, 5) && self <= LibcVersion(2, 43) }
}
