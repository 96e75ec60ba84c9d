/// What glibc's malloc keeps in its main arena, the brk heap, and how it decides what comes next.
///
/// Free is what a large request finds free: chunks that malloc joins only then are joined here.
public struct HeapFacts: Hashable, Sendable {
  /// The unused end of the heap, its top chunk, in bytes.
  public var top: ByteCount
  /// Where the heap really ends: the mapping that holds it may have merged with one above.
  public var end: Address
  /// Where the top chunk ends: at `end`, but in another piece of a heap in pieces.
  public var topEnd: Address
  /// Whether the heap is in one piece: else each growth begins a new one.
  public var isContiguous: Bool
  /// The free chunks of at least `smallestPlaced`, lowest first; header included.
  public var freeChunks: [AddressRange]
  /// How many further free chunks there are of each size, largest first: those of at least
  /// `smallestCounted`, and larger ones whose place is not known.
  public var otherChunks: [ChunkCount]
  /// Whether all of the heap was read: else more may be free than these facts tell.
  public var isWhole: Bool
  /// How many free chunks malloc has not put into its lists yet, at most. One request looks at
  /// 10,000 of them (`MAX_ITERS`), so that more can hide one that is large enough.
  public var unsorted: UInt64
  /// From this chunk size on a request is mapped by itself, nil where it was not read.
  public var mmapThreshold: ByteCount?
  /// What the heap grows by beyond what is asked (`M_TOP_PAD`), nil where it was not read.
  public var topPad: ByteCount?
  /// Every arena, the main one first; empty where they were not read.
  public var arenas: [ArenaFacts]

  /// The least size of a free chunk whose place is kept.
  public static let smallestPlaced = ByteCount.kibibytes(64)
  /// The least size of a free chunk that is counted: smaller requests are served from caches too.
  public static let smallestCounted = ByteCount.kibibytes(1)

  /// A heap with this much unused.
  public init(
    top: ByteCount, end: Address, topEnd: Address? = nil, isContiguous: Bool = true,
    freeChunks: [AddressRange] = [],
    otherChunks: [ChunkCount] = [], isWhole: Bool = true, unsorted: UInt64 = 0,
    mmapThreshold: ByteCount? = nil, topPad: ByteCount? = nil, arenas: [ArenaFacts] = []
  ) {
    self.top = top
    self.end = end
    self.topEnd = topEnd ?? end
    self.isContiguous = isContiguous
    self.freeChunks = freeChunks
    self.otherChunks = otherChunks
    self.isWhole = isWhole
    self.unsorted = unsorted
    self.mmapThreshold = mmapThreshold
    self.topPad = topPad
    self.arenas = arenas
  }
}

/// Free chunks of one size.
public struct ChunkCount: Hashable, Sendable {
  /// The size of each, header included.
  public let size: ByteCount
  /// How many.
  public let count: UInt64

  /// `count` chunks of `size` bytes.
  public init(size: ByteCount, count: UInt64) {
    self.size = size
    self.count = count
  }
}

/// One arena of glibc's malloc: the main one in the brk heap, the others in heaps of their own
/// (`HEAP_MAX_SIZE`), which threads share.
public struct ArenaFacts: Hashable, Sendable {
  /// Where its chunks lie, lowest first.
  public var pieces: [AddressRange]
  /// The bytes of its chunks in use, headers and what threads keep in their caches included.
  public var used: ByteCount
  /// The bytes of its free chunks, the unused end among them.
  public var free: ByteCount
  /// The unused end, its top chunk.
  public var top: ByteCount
  /// What its last heap can still grow by without new addresses; zero for the main arena.
  public var reserve: ByteCount
  /// Its largest free chunk besides the unused end, zero where it has none.
  public var largest: ByteCount
  /// How many threads take from it first.
  public var threads: UInt64
  /// What it has from the system by its own count (`system_mem`), read or not; nil where that is not
  /// known.
  public var system: ByteCount?
  /// Whether all of it was read.
  public var isWhole: Bool

  /// An arena of these pieces.
  public init(
    pieces: [AddressRange], used: ByteCount, free: ByteCount, top: ByteCount,
    reserve: ByteCount = .zero, largest: ByteCount = .zero, threads: UInt64 = 0,
    system: ByteCount? = nil, isWhole: Bool = true
  ) {
    self.pieces = pieces
    self.used = used
    self.free = free
    self.top = top
    self.reserve = reserve
    self.largest = largest
    self.threads = threads
    self.system = system
    self.isWhole = isWhole
  }
}
