/// An arena: the lists of its free chunks and its unused end. The main one is the brk heap, others
/// serve further threads from heaps of their own.
struct MallocArena {
  /// The head of list zero; list `n` has the head `lists + n`.
  let lists: ChunkID
  /// The unused end, zero before there is any memory.
  var top: ChunkID = 0
  /// Which lists hold a chunk, one bit each.
  private var filled: (low: UInt64, high: UInt64) = (0, 0)
  /// The first chunk of each fastbin.
  var fast: ContiguousArray<ChunkID>
  /// Whether a fastbin may hold something: one got a chunk since they were last emptied.
  var mayHaveFast = false
  /// Where the remainder of the last chunk that a small request split begins; it may have been joined
  /// with another since.
  var lastRemainder: UInt64 = 0
  /// What it has from the system (`system_mem`), and the most it had.
  var systemBytes: UInt64 = 0 {
    didSet { mostSystemBytes = max(mostSystemBytes, systemBytes) }
  }
  private(set) var mostSystemBytes: UInt64 = 0
  /// A thread's arena: its heaps, the last one with the unused end.
  var heaps: [ArenaHeap] = []
  /// How many threads take from it first.
  var threads = 0

  init(lists: ChunkID, rules: GlibcRules) {
    self.lists = lists
    fast = ContiguousArray(repeating: 0, count: rules.fastBins)
  }

  /// The head of a list.
  func head(_ bin: Int) -> ChunkID { lists + ChunkID(bin) }

  mutating func mark(_ bin: Int) {
    if bin < 64 { filled.low |= 1 << UInt64(bin) } else { filled.high |= 1 << UInt64(bin - 64) }
  }

  mutating func unmark(_ bin: Int) {
    if bin < 64 {
      filled.low &= ~(1 << UInt64(bin))
    } else {
      filled.high &= ~(1 << UInt64(bin - 64))
    }
  }

  /// The first list above `bin` that holds a chunk, nil where there is none.
  func filledBin(above bin: Int) -> Int? {
    let from = bin + 1
    if from < 64 {
      let rest = filled.low >> UInt64(from)
      if rest != 0 { return from + rest.trailingZeroBitCount }
    }
    guard from < GlibcRules.bins else { return nil }
    let skipped = max(0, from - 64)
    let rest = filled.high >> UInt64(skipped)
    return rest == 0 ? nil : 64 + skipped + rest.trailingZeroBitCount
  }
}

/// A heap of a thread's arena: `HEAP_MAX_SIZE` of addresses at a multiple of that, of which the first
/// part can be used.
struct ArenaHeap {
  let start: UInt64
  /// How much the arena uses.
  var size: UInt64
  /// How much may be written to, more where it has shrunk.
  var committed: UInt64
  /// What closes it once there is a next one.
  var fence: ChunkID = 0
}
