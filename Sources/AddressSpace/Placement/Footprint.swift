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

  /// How many chunks fit when the heap may grow by `room`, and `top` of it is unused already.
  ///
  /// Each growth is just so large that the pad is left, rounded up to a page, so the sum is the
  /// same as of one growth for all chunks. A heap in pieces begins a new piece each time.
  func count(room: ByteCount, heap: HeapFacts?, page: ByteCount) -> UInt64 {
    let room = room.roundedDown(to: page)
    if heap?.isContiguous == false {
      return (chunk + pad).roundedUp(to: page).map { room.value / $0.value } ?? 0
    }
    let top = heap?.top ?? .zero
    return (room + ByteCount(top.value % chunk.value)).lowered(by: pad).value / chunk.value
  }

  /// How many chunks the heap serves from what is free in it, without growing.
  func count(in heap: HeapFacts) -> UInt64 {
    let unused = heap.top.lowered(by: smallest).value / chunk.value
    return heap.freeChunks.reduce(unused) { $0 + $1.value / chunk.value }
  }
}
