/// How many buffers of one footprint a free span holds.
///
/// As long as all buffers are alike spans do not influence each other: each holds as many as it
/// would alone. So what a change to the map brings is found by looking at the spans it touches.
struct SpanCapacity: Sendable {
  let block: Block
  let searches: [Layout.Search]
  private let heap: Heap?

  /// The brk heap's part in it.
  fileprivate struct Heap {
    let growth: HeapGrowth
    let end: Address
    let facts: HeapFacts?
    let page: ByteCount
  }

  init(footprint: Footprint, room: Room) {
    self.init(
      footprint: footprint, layout: room.layout, heap: room.facts.heap,
      endOfBreak: room.endOfBreak)
  }

  init(footprint: Footprint, layout: Layout, heap facts: HeapFacts?, endOfBreak: Address?) {
    block = footprint.blocks.max { $0.size < $1.size } ?? Block(size: layout.pageSize)
    searches = layout.searches
    guard footprint.blocks.count == 1, let growth = footprint.heapGrowth, let endOfBreak else {
      heap = nil
      return
    }
    heap = Heap(growth: growth, end: endOfBreak, facts: facts, page: layout.pageSize)
  }

  /// What `range` holds: blocks that the system places, and chunks that the brk heap takes.
  struct Count: Equatable {
    var blocks: UInt64 = 0
    var chunks: UInt64 = 0
  }

  /// How much `range` holds, from which guard gaps are already taken off.
  func count(in range: AddressRange?) -> Count {
    guard let range else { return Count() }
    if let heap, range.lower == heap.end { return count(in: range, growing: heap) }
    guard range.size >= block.size else { return Count() }
    return Count(blocks: Placement.count(of: block, in: range, by: searches))
  }

  /// Whether the brk heap is asked before the system's searches.
  var heapIsFirst: Bool { heap?.growth.isFirst == true }

  /// What of a free range is left for blocks: not what the heap grew into before.
  func rangeForBlocks(in range: AddressRange) -> AddressRange? {
    guard let heap, heap.growth.isFirst, range.lower == heap.end else { return range }
    return AddressRange(heap.end + heap.growth(upTo: range.upper), range.upper)
  }

  private func count(in range: AddressRange, growing heap: Heap) -> Count {
    if heap.growth.isFirst {
      let rest = rangeForBlocks(in: range).map { [$0] } ?? []
      return Count(
        blocks: Placement(of: block, in: rest, by: searches).count,
        chunks: heap.chunks(upTo: range.upper))
    }
    let placement = Placement(of: block, in: [range], by: searches)
    return Count(
      blocks: placement.count, chunks: heap.chunks(upTo: Self.limit(of: placement, in: range)))
  }

  /// How far the heap may grow in `range`: blocks are placed before it does.
  private func limit(in range: AddressRange, growing heap: Heap) -> Address {
    heap.growth.isFirst
      ? range.upper : Self.limit(of: Placement(of: block, in: [range], by: searches), in: range)
  }

  private static func limit(of placement: Placement, in range: AddressRange) -> Address {
    placement.runs.compactMap { $0.hull?.lower }.min() ?? range.upper
  }

  /// Where the brk heap's chunks in `range` begin and end, lowest first.
  func chunkRanges(in range: AddressRange, limit: Int) -> [AddressRange] {
    guard let heap, range.lower == heap.end, limit > 0 else { return [] }
    if heap.growth.alignment != nil {
      return heap.alignedChunks(upTo: self.limit(in: range, growing: heap), limit: limit)
    }
    let start = heap.end.lowered(by: heap.unused)
    let size = heap.growth.chunk
    return (0..<min(UInt64(limit), count(in: range).chunks)).compactMap { index in
      let base = start + ByteCount(index * size.value)
      return AddressRange(base, base + size)
    }
  }

  /// What of a free range is left once it holds all it can.
  func left(of range: AddressRange) -> [AddressRange] {
    let blocks = rangeForBlocks(in: range).map {
      Placement(of: block, in: [$0], by: searches).runs.compactMap(\.hull)
    }
    var taken = (blocks ?? []).sorted { $0.lower < $1.lower }
    if let heap, range.lower == heap.end {
      let limit = heap.growth.isFirst ? range.upper : taken.first?.lower ?? range.upper
      taken =
        [AddressRange(heap.end, heap.end + heap.growth(upTo: limit))].compactMap { $0 } + taken
    }
    var left: [AddressRange] = []
    var rest: AddressRange? = range
    for hull in taken {
      let (below, above) = rest?.subtracting(hull) ?? (nil, nil)
      if let below { left.append(below) }
      rest = above
    }
    return left + [rest].compactMap { $0 }
  }

  /// Whether the brk heap could serve more than said, had its unused end been read.
  func dependsOnHeapTop(in range: AddressRange) -> Bool {
    guard let heap, range.lower == heap.end, heap.facts == nil else { return false }
    let facts = HeapFacts(top: Self.largestTop, end: heap.end)
    let full = SpanCapacity(
      self, Heap(growth: heap.growth, end: heap.end, facts: facts, page: heap.page))
    return full.count(in: range) != count(in: range)
  }

  /// The largest end that malloc keeps unused: its highest trim threshold on 32 bits.
  private static let largestTop = ByteCount.mebibytes(1)

  private init(_ other: SpanCapacity, _ heap: Heap) {
    block = other.block
    searches = other.searches
    self.heap = heap
  }
}

extension SpanCapacity.Heap {
  /// What is unused at the heap's end when it has to grow.
  var unused: ByteCount {
    facts.map { $0.isContiguous ? growth.unused(in: $0) : .zero } ?? .zero
  }

  /// How far the break has risen once all chunks below `limit` were taken: never less than they
  /// need, nor beyond it.
  func growth(upTo limit: Address) -> ByteCount {
    if let facts, let alignment = growth.alignment {
      return growth.grown(aligned: alignment, room(upTo: limit), facts, page, limit: 0).bytes
    }
    let chunks = ByteCount(chunks(upTo: limit) * growth.chunk.value)
    let needed = chunks > .zero ? (chunks + growth.pad).lowered(by: unused) : .zero
    return min(needed.roundedUp(to: page) ?? needed, limit - end)
  }

  /// The chunks that fit when the break may rise to just below `limit`: the kernel keeps a page
  /// free above it.
  func chunks(upTo limit: Address) -> UInt64 {
    growth.count(room: room(upTo: limit), heap: facts, page: page)
  }

  private func room(upTo limit: Address) -> ByteCount {
    (limit - end).lowered(by: page).roundedDown(to: page)
  }

  /// The first aligned chunks that the growing heap hands out below `limit`.
  func alignedChunks(upTo limit: Address, limit count: Int) -> [AddressRange] {
    guard let facts, let alignment = growth.alignment else { return [] }
    return growth.grown(aligned: alignment, room(upTo: limit), facts, page, limit: count).chunks
  }
}

extension SpanCapacity {
  /// Where the brk heap ends, nil where it serves none of this footprint.
  var endOfBreak: Address? { heap?.end }

  /// The chunks that the brk heap takes when it may rise to just below `limit`, by `most` bytes at
  /// most, and the bytes that it grows by.
  func growth(below limit: Address, atMost most: ByteCount) -> (chunks: UInt64, bytes: ByteCount) {
    guard let heap, limit > heap.end else { return (0, .zero) }
    let room = min((limit - heap.end).lowered(by: heap.page), most)
    let chunks = heap.growth.count(room: room, heap: heap.facts, page: heap.page)
    guard chunks > 0 else { return (0, .zero) }
    let isWhole = heap.facts?.isContiguous == true
    let pieces = isWhole ? 1 : chunks
    let each = ByteCount(chunks / pieces * heap.growth.chunk.value) + heap.growth.pad
    let bytes = each.lowered(by: heap.unused).roundedUp(to: heap.page) ?? each
    return (chunks, min(bytes.multiplied(by: pieces) ?? room, room))
  }
}
