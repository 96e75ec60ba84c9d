/// How malloc takes a buffer from the brk heap.
struct HeapGrowth: Hashable, Sendable {
  /// The chunk that is asked for, header included.
  let chunk: ByteCount
  /// What must be left over behind it when the heap has to grow: `M_TOP_PAD` and `MINSIZE`.
  let pad: ByteCount
  /// `MINSIZE`, what stays of the top chunk in any case.
  let smallest: ByteCount
  /// Whether the heap is tried before `mmap`.
  var isFirst = false
  /// What is kept of the chunk where its address must be aligned, nil where all of it is.
  var alignment: AlignedChunk?

  /// How many chunks fit when the heap may grow by `room`, beyond those that it serves from what is
  /// unused in it.
  ///
  /// Each growth is just so large that the pad is left behind the chunk, rounded up to a page; what
  /// is left may serve further chunks without growing. A heap in pieces grows by all of a chunk
  /// and the pad each time; one that was not read may be in pieces.
  func count(room: ByteCount, heap: HeapFacts?, page: ByteCount) -> UInt64 {
    let room = room.roundedDown(to: page)
    guard let heap else {
      return (chunk + pad).roundedUp(to: page).map { room.value / $0.value } ?? 0
    }
    if let alignment { return grown(aligned: alignment, room, heap, page, limit: 0).count }
    guard heap.isContiguous else { return countInPieces(room: room, heap: heap, page: page) }
    let rest = unused(in: heap)
    // Large chunks need a growth each, so the sum is the same as of one growth for all.
    if isFirst || chunk + smallest > pad + page {
      return (room + rest).lowered(by: pad).value / chunk.value
    }
    var count: UInt64 = 0
    var grown = ByteCount.zero
    while count < Self.mostGrowths {
      let needed = ByteCount((count + 1) * chunk.value)
      if rest + grown < needed + smallest {
        guard let next = (needed + pad).lowered(by: rest).roundedUp(to: page), next <= room else {
          return count
        }
        grown = next
      }
      count += 1
    }
    return max(count, (room + rest).lowered(by: pad).value / chunk.value)
  }

  /// In pieces nothing is taken off what is asked of the system, but a growth that joins the top
  /// leaves more of it.
  private func countInPieces(room: ByteCount, heap: HeapFacts, page: ByteCount) -> UInt64 {
    guard let step = (chunk + pad).roundedUp(to: page), step <= room else { return 0 }
    var top = heap.topEnd == heap.end ? unused(in: heap) : .zero
    var rest = room
    var count: UInt64 = 0
    while count < Self.mostGrowths {
      if top < chunk + smallest {
        guard step <= rest else { return count }
        rest = rest - step
        top += step
      }
      top = top - chunk
      count += 1
    }
    return max(count, room.value / step.value)
  }

  /// How many chunks the heap serves from what is free in it, without growing.
  func count(in heap: HeapFacts) -> UInt64 {
    if let alignment { return served(aligned: alignment, in: heap).count }
    let placed = heap.freeChunks.reduce(served(by: heap.top)) { $0 + $1.size.value / chunk.value }
    return heap.otherChunks.reduce(placed) { $0 + $1.count * ($1.size.value / chunk.value) }
  }

  /// How far the break rises for one more chunk where so much is unused below it: the pad is left
  /// behind the chunk.
  func rise(unused: ByteCount, page: ByteCount) -> ByteCount? {
    (chunk + pad).lowered(by: unused).roundedUp(to: page)
  }

  /// What of the unused end is left once it serves no further chunk.
  func unused(in heap: HeapFacts) -> ByteCount {
    if let alignment { return ByteCount(served(aligned: alignment, in: heap).top.size) }
    return heap.top - ByteCount(served(by: heap.top) * chunk.value)
  }

  private func served(by top: ByteCount) -> UInt64 {
    top.lowered(by: smallest).value / chunk.value
  }

  /// More growths than a 32-bit space has room for.
  private static let mostGrowths: UInt64 = 100_000
}

extension HeapGrowth {
  /// The largest chunk that caches of threads may hold (`MAX_TCACHE_SIZE`, header included).
  static let largestCached: UInt64 = 1040

  /// Whether `total` buffers, those among them that the heap serves without growing, are certain.
  ///
  /// A chunk that malloc has not sorted yet may be overlooked by a request; and where all fails in
  /// the main arena, another may serve the main thread instead (`arena_get_retry`).
  func isCertain(in heap: HeapFacts, total: UInt64) -> Bool {
    guard chunk.value > Self.largestCached else { return false }
    // What is smaller than the chunk holds none, however much of it was read.
    if heap.arenas.first.map({ isBeyond($0) }) != true {
      guard heap.isWhole, heap.unsorted / Self.sortedByRequest <= total else { return false }
      if let alignment {
        let served = served(aligned: alignment, in: heap)
        guard served.isExact, heap.otherChunks.allSatisfy({ $0.size < chunk }) else {
          return false
        }
      }
    }
    return heap.arenas.dropFirst().allSatisfy { arena in
      isBeyond(arena)
        || arena.isWhole && arena.largest < chunk
          && arena.top + arena.reserve < chunk + smallest
    }
  }

  /// Whether the chunk is larger than all that an arena has.
  private func isBeyond(_ arena: ArenaFacts) -> Bool {
    arena.system.map { $0 + arena.reserve < chunk } ?? false
  }

  /// How many chunks that are not in their lists one request looks at (`MAX_ITERS`).
  private static let sortedByRequest: UInt64 = 10_000
}
