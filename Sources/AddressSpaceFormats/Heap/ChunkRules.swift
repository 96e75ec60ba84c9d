import AddressSpace

/// How malloc's chunks and arenas are built in one process: sizes that its word size and its
/// alignment decide (`malloc/malloc.c`, `malloc/arena.c`).
struct ChunkRules: Hashable {
  /// A pointer, and the size field of a chunk (`SIZE_SZ`).
  let width: UInt64
  /// `MALLOC_ALIGNMENT`.
  let alignment: UInt64
  /// Whether the links of fastbins are stored with bits of their own address (from 2.32 on).
  let hasSafeLinks: Bool

  /// `NBINS - 1`, the lists of free chunks.
  static let bins = 127

  /// The size and the previous size before a chunk's contents (`CHUNK_HDR_SZ`).
  var header: UInt64 { 2 * width }
  /// `MINSIZE`.
  var smallest: UInt64 { 4 * width }
  /// `NFASTBINS`.
  var fastbins: Int { width == 4 && alignment == 16 ? 11 : 10 }
  /// The largest chunk that a fastbin can hold.
  var largestFast: UInt64 { UInt64(fastbins + 1) * 2 * width }
  /// `HEAP_MAX_SIZE`: what a heap of a thread's arena reserves and is aligned to.
  var heapSpan: UInt64 { width == 4 ? 1 << 20 : 1 << 26 }
  /// The highest address that user space has.
  var limit: UInt64 { width == 4 ? 1 << 32 : 1 << 47 }

  /// The fastbin of a chunk of `size` bytes.
  func fastbin(of size: UInt64) -> Int {
    Int(truncatingIfNeeded: size / (2 * width)) - 2
  }

  /// The first chunk at or above `address`: such that its contents are aligned.
  func chunk(from address: UInt64) -> UInt64 {
    let contents = (address &+ header &+ alignment &- 1) & ~(alignment &- 1)
    return contents &- header
  }

  /// Whether a chunk can begin at `address`.
  func isChunk(_ address: UInt64) -> Bool {
    address >= 4096 && address < limit && (address &+ header) & (alignment - 1) == 0
  }

  /// The link that is stored as `value` at `address`.
  func link(_ value: UInt64, at address: UInt64) -> UInt64 {
    hasSafeLinks ? value ^ address >> 12 : value
  }
}

/// The flags in the low bits of a chunk's size field.
enum ChunkFlags {
  /// The chunk before is in use (`PREV_INUSE`).
  static let previousInUse: UInt64 = 1
  /// It is a mapping by itself (`IS_MMAPPED`).
  static let mapped: UInt64 = 2
  /// It belongs to a thread's arena (`NON_MAIN_ARENA`).
  static let notMain: UInt64 = 4
  /// All of them.
  static let all: UInt64 = 7
}
