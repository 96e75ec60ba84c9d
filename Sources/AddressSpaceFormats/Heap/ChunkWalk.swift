/// A walk over the chunks of one arena, each of which tells where the next begins.
///
/// What is found is kept small: of chunks in use only those that a fastbin may hold, of free ones
/// the place. Every step is checked; anything odd ends the walk of that piece.
struct ChunkWalk {
  let rules: ChunkRules
  /// The top chunk of the arena, where the walk of the last piece ends.
  let top: UInt64
  /// Whether fastbins hold anything.
  let hasFastChunks: Bool
  let isMain: Bool
  /// What places are counted from.
  let base: UInt64

  /// Free chunks, and those in use that a fastbin may hold; in address order within a piece.
  private(set) var spots: [Spot] = []
  /// The bytes of chunks in use.
  private(set) var used: UInt64 = 0

  /// A chunk, in units of 8 bytes.
  struct Spot {
    /// Its distance from the base.
    let offset: UInt32
    let size: UInt32
    /// The next one in its fastbin, plus one; zero for the last. `free` for a free chunk.
    let link: UInt32

    static let free = UInt32.max
    var isFree: Bool { link == Self.free }
    var end: UInt32 { offset &+ size }
  }

  /// Why the walk of a piece ended, and where.
  enum End {
    /// At the top chunk.
    case top
    /// At the posts that malloc sets where it cannot go on, at this address.
    case fence(UInt64)
    /// At something odd.
    case odd
  }

  /// The most chunks of one arena that are kept.
  private static let mostSpots = 1 << 23

  init(rules: ChunkRules, state: ArenaState, isMain: Bool, base: UInt64) {
    self.rules = rules
    top = state.top
    hasFastChunks = state.fastbins.contains { $0 != 0 }
    self.isMain = isMain
    self.base = base
  }

  /// Walks from the chunk at `first` to the top or to a fence below `end`.
  ///
  /// - Parameter isSure: whether a piece of the heap is known to begin there; else nothing is kept
  ///   of a walk that ends at something odd.
  mutating func walk(
    from first: UInt64, to end: UInt64, isSure: Bool, _ memory: inout MemoryWindow
  ) -> End {
    let before = (spots.count, used)
    let result = steps(from: first, to: end, &memory)
    if case .odd = result, !isSure {
      spots.removeLast(spots.count - before.0)
      used = before.1
    }
    return result
  }

  private mutating func steps(
    from first: UInt64, to end: UInt64, _ memory: inout MemoryWindow
  ) -> End {
    guard rules.isChunk(first), first < end, var field = memory.word(at: first &+ rules.width)
    else {
      return .odd
    }
    var chunk = first
    var isAfterFree = false
    while chunk != top {
      let size = field & ~ChunkFlags.all
      if size <= rules.header { return chunk == first ? .odd : .fence(chunk) }
      // The next chunk needs a header at least.
      guard size >= rules.smallest, size % rules.alignment == 0, size < end - chunk,
        end - chunk - size >= rules.header, field & ChunkFlags.mapped == 0,
        chunk > top || size <= top - chunk || top > end, !isMain || field & ChunkFlags.notMain == 0
      else { return .odd }
      let next = chunk + size
      guard let nextField = memory.word(at: next &+ rules.width) else { return .odd }
      if nextField & ChunkFlags.previousInUse == 0 {
        // Two free chunks are never neighbours, and the one behind keeps the size.
        guard !isAfterFree, memory.word(at: next) == size,
          keep(chunk, size, link: Spot.free)
        else { return .odd }
        isAfterFree = true
      } else {
        isAfterFree = false
        if hasFastChunks, size <= rules.largestFast, let link = link(of: chunk, &memory) {
          guard keep(chunk, size, link: link) else { return .odd }
        }
        used &+= size
      }
      chunk = next
      field = nextField
    }
    return .top
  }

  /// The link of a chunk that could be in a fastbin, nil where what it holds is none.
  private func link(of chunk: UInt64, _ memory: inout MemoryWindow) -> UInt32? {
    let place = chunk &+ rules.header
    guard let value = memory.word(at: place) else { return nil }
    let next = rules.link(value, at: place)
    if next == 0 { return 0 }
    guard rules.isChunk(next), let offset = offset(of: next), offset < Spot.free - 1 else {
      return nil
    }
    return offset + 1
  }

  private func offset(of address: UInt64) -> UInt32? {
    address >= base ? UInt32(exactly: (address - base) / 8) : nil
  }

  private mutating func keep(_ chunk: UInt64, _ size: UInt64, link: UInt32) -> Bool {
    guard spots.count < Self.mostSpots, let offset = offset(of: chunk),
      let size = UInt32(exactly: size / 8), offset.addingReportingOverflow(size).overflow == false
    else { return false }
    spots.append(Spot(offset: offset, size: size, link: link))
    return true
  }
}
