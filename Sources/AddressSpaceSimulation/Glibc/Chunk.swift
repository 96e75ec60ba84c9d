/// The number of a chunk's record; zero is none.
typealias ChunkID = Int32

/// A chunk of malloc's memory: what its header says, its neighbours, and its place in the lists.
struct Chunk {
  /// Where its header begins.
  var start: UInt64
  /// Its bytes, header included.
  var size: UInt64
  /// The chunk that ends where it begins; zero where a piece of the heap begins.
  var below: ChunkID
  /// The chunk that begins where it ends; zero where a piece of the heap ends.
  var above: ChunkID
  /// The next in its list, towards its end.
  var next: ChunkID = 0
  /// The one before it in its list.
  var previous: ChunkID = 0
  /// The first chunk of the next smaller size in its list. Zero where the chunk before it is of the
  /// same size: only the first of each size is in this ring.
  var smaller: ChunkID = 0
  /// The first chunk of the next larger size in its list.
  var larger: ChunkID = 0
  /// The arena it belongs to.
  var arena: UInt16
  var state: State

  /// Where it ends.
  var end: UInt64 { start + size }

  enum State: UInt8 {
    /// The program has it, or malloc itself.
    case used
    /// In a list of free chunks; joined with what becomes free beside it.
    case free
    /// In a thread's cache, to its neighbours used.
    case cached
    /// In a fastbin, to its neighbours used.
    case fast
    /// The unused end of a heap.
    case top
    /// What closes a piece of a heap, for ever used.
    case fence
    /// The head of a list, no chunk.
    case head
  }
}
