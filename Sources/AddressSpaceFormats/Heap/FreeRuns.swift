/// The free chunks of an arena as a large request finds them: after `malloc_consolidate`, which
/// joins the chunks of the fastbins with free neighbours.
struct FreeRuns {
  /// The free chunks below the top, lowest first, as address and size.
  private(set) var runs: [(start: UInt64, size: UInt64)] = []
  /// What joins the top from below, in bytes.
  private(set) var belowTop: UInt64 = 0
  /// How many of `runs` hold a chunk of a fastbin, and so are not in their list yet.
  private(set) var joined: UInt64 = 0
  /// The bytes that fastbins hold.
  private(set) var fast: UInt64 = 0
  /// Whether every chunk of every fastbin was found.
  private(set) var isWhole = true

  init(_ walk: ChunkWalk, fastbins: [UInt64]) {
    var spots = walk.spots
    if !zip(spots, spots.dropFirst()).allSatisfy({ $0.offset < $1.offset }) {
      spots.sort { $0.offset < $1.offset }
    }
    var isFast: [Bool] = []
    if walk.hasFastChunks {
      isFast = Array(repeating: false, count: spots.count)
      for (bin, head) in fastbins.enumerated() where head != 0 {
        mark(bin, from: head, spots, walk, &isFast)
      }
    }
    join(spots, isFast, walk)
  }

  /// Follows the list of one fastbin through what the walk kept.
  private mutating func mark(
    _ bin: Int, from head: UInt64, _ spots: [ChunkWalk.Spot], _ walk: ChunkWalk,
    _ isFast: inout [Bool]
  ) {
    guard head >= walk.base, var offset = UInt32(exactly: (head - walk.base) / 8) else {
      isWhole = false
      return
    }
    var near = 0
    while true {
      guard let index = Self.index(of: offset, in: spots, near: near), !isFast[index],
        !spots[index].isFree, walk.rules.fastbin(of: UInt64(spots[index].size) * 8) == bin
      else {
        isWhole = false
        return
      }
      isFast[index] = true
      fast += UInt64(spots[index].size) * 8
      guard spots[index].link > 0 else { return }
      offset = spots[index].link - 1
      near = index
    }
  }

  /// Where the chunk at `offset` is kept: mostly beside the one before in its list.
  private static func index(
    of offset: UInt32, in spots: [ChunkWalk.Spot], near: Int
  ) -> Int? {
    for index in [near - 1, near + 1, near] where spots.indices.contains(index) {
      if spots[index].offset == offset { return index }
    }
    var low = 0
    var high = spots.count
    // Chunks of a fastbin are small and mostly alike, so that their place can be guessed.
    var guesses = 4
    while low < high {
      var middle = (low + high) / 2
      if guesses > 0, high - low > 64 {
        guesses -= 1
        let (first, last) = (spots[low].offset, spots[high - 1].offset)
        guard first <= offset, offset <= last else { return nil }
        let share = UInt64(offset - first) * UInt64(high - 1 - low) / max(UInt64(last - first), 1)
        middle = low + Int(truncatingIfNeeded: share)
      }
      if spots[middle].offset == offset { return middle }
      if spots[middle].offset < offset { low = middle + 1 } else { high = middle }
    }
    return nil
  }

  private mutating func join(_ spots: [ChunkWalk.Spot], _ isFast: [Bool], _ walk: ChunkWalk) {
    var index = 0
    while index < spots.count {
      guard spots[index].isFree || isFast[index] else {
        index += 1
        continue
      }
      let start = spots[index].offset
      var end = start
      var hasFast = false
      while index < spots.count, spots[index].offset == end,
        spots[index].isFree || isFast[index]
      {
        hasFast = hasFast || !spots[index].isFree
        end = spots[index].end
        index += 1
      }
      let address = walk.base + UInt64(start) * 8
      let size = UInt64(end - start) * 8
      if address + size == walk.top {
        belowTop = size
      } else {
        runs.append((address, size))
        if hasFast { joined += 1 }
      }
    }
  }
}
