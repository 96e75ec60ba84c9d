/// What one buffer costs in address space, for one allocator in one layout.
struct Footprint: Sendable {
  /// What is asked of the system for one buffer, in order. Several for a Pillow image.
  var blocks: [Block]
  /// How many buffers share one such set of blocks: more than one for what malloc packs together.
  var buffersPerSet: UInt64 = 1
  /// How the brk heap serves what `mmap` refused, nil where it cannot.
  var heapGrowth: HeapGrowth?
  /// Whether the cost is known exactly; else it is at most this.
  var isExact = true

  /// The address space of one set of blocks, in bytes.
  var bytes: ByteCount { blocks.lazy.map(\.size).total() }

  /// The address space of one buffer, in bytes: its chunk where several share a set.
  var bytesPerBuffer: ByteCount {
    buffersPerSet > 1 ? heapGrowth?.chunk ?? ByteCount(bytes.value / buffersPerSet) : bytes
  }
}

/// How malloc takes a buffer from the brk heap.
struct HeapGrowth: Hashable, Sendable {
  /// The chunk, header included.
  let chunk: ByteCount
  /// What must be left over behind it when the heap has to grow: `M_TOP_PAD` and `MINSIZE`.
  let pad: ByteCount
  /// `MINSIZE`, what stays of the top chunk in any case.
  let smallest: ByteCount
  /// Whether the heap is tried before `mmap`.
  var isFirst = false

  /// How many chunks fit when the heap may grow by `room`, beyond those that it serves from what is
  /// unused in it.
  ///
  /// Each growth is just so large that the pad is left behind the chunk, rounded up to a page; what
  /// is left may serve further chunks without growing. A heap in pieces begins a new piece each
  /// time; one that was not read may be in pieces.
  func count(room: ByteCount, heap: HeapFacts?, page: ByteCount) -> UInt64 {
    let room = room.roundedDown(to: page)
    guard let heap, heap.isContiguous else {
      return (chunk + pad).roundedUp(to: page).map { room.value / $0.value } ?? 0
    }
    let rest = unused(of: heap.top)
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

  /// How many chunks the heap serves from what is free in it, without growing.
  func count(in heap: HeapFacts) -> UInt64 {
    heap.freeChunks.reduce(served(by: heap.top)) { $0 + $1.value / chunk.value }
  }

  /// What of the unused end is left once it serves no further chunk.
  func unused(of top: ByteCount) -> ByteCount {
    top - ByteCount(served(by: top) * chunk.value)
  }

  private func served(by top: ByteCount) -> UInt64 {
    top.lowered(by: smallest).value / chunk.value
  }

  /// More growths than a 32-bit space has room for.
  private static let mostGrowths: UInt64 = 100_000
}
