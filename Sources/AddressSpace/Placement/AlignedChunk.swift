/// What `posix_memalign` keeps of the larger chunk that it asks for; the ends it gives back.
struct AlignedChunk: Hashable, Sendable {
  /// What the contents' address must be a multiple of.
  let alignment: ByteCount
  /// The chunk that is kept, header included.
  let kept: ByteCount
  /// Before a chunk's contents (`CHUNK_HDR_SZ`).
  let header: ByteCount
}

/// A free stretch of the heap that aligned chunks are taken from, from its low end on.
struct AlignedSource: Sendable {
  let growth: HeapGrowth
  let aligned: AlignedChunk
  /// Whether it is the unused end of the heap.
  let isTop: Bool
  private(set) var start: UInt64
  private(set) var size: UInt64
  /// Whether what was given back certainly joined what is free behind it: small ends may stay in a
  /// thread's cache.
  private(set) var isExact = true

  init(_ range: AddressRange, _ growth: HeapGrowth, _ aligned: AlignedChunk) {
    self.init(
      start: range.lower.value, size: range.size.value, growth, aligned, isTop: false)
  }

  init(
    start: UInt64, size: UInt64, _ growth: HeapGrowth, _ aligned: AlignedChunk, isTop: Bool
  ) {
    self.start = start
    self.size = size
    self.growth = growth
    self.aligned = aligned
    self.isTop = isTop
  }

  /// Adds free bytes behind it.
  mutating func grow(by bytes: ByteCount) { size += bytes.value }

  /// Takes a chunk, nil where none fits.
  mutating func take() -> AddressRange? {
    let (ask, smallest) = (growth.chunk.value, growth.smallest.value)
    guard size >= ask + (isTop ? smallest : 0) else { return nil }
    // What would be too small for a chunk stays with it.
    let whole = !isTop && size - ask < smallest ? size : ask
    let contents = start + aligned.header.value
    var place = start
    if contents % aligned.alignment.value != 0 {
      guard let next = ByteCount(contents).roundedUp(to: aligned.alignment) else { return nil }
      place = next.value - aligned.header.value
      if place - start < smallest { place += aligned.alignment.value }
    }
    let given = whole - min(whole, place - start + aligned.kept.value)
    var end = start + whole
    if given > smallest {
      if given > HeapGrowth.largestCached { end -= given } else { isExact = false }
    }
    size -= end - start
    start = end
    return AddressRange(Address(place), Address(place + aligned.kept.value))
  }
}

extension HeapGrowth {
  /// What the heap serves without growing: how many, what is left of its unused end, and whether
  /// that is certain.
  func served(
    aligned: AlignedChunk, in heap: HeapFacts
  ) -> (count: UInt64, top: AlignedSource, isExact: Bool) {
    var count: UInt64 = 0
    var isExact = true
    func exhaust(_ source: inout AlignedSource) {
      while count < Self.mostAligned, source.take() != nil { count += 1 }
      isExact = isExact && source.isExact && count < Self.mostAligned
    }
    for chunk in heap.freeChunks where chunk.size >= self.chunk {
      var source = AlignedSource(chunk, self, aligned)
      exhaust(&source)
    }
    var top = AlignedSource(
      start: heap.topEnd.lowered(by: heap.top).value, size: heap.top.value, self, aligned,
      isTop: true)
    exhaust(&top)
    return (count, top, isExact)
  }

  /// What the heap serves by growing by `room` at most: how many, by how much it grows, and the first
  /// `limit` chunks.
  func grown(
    aligned: AlignedChunk, _ room: ByteCount, _ heap: HeapFacts, _ page: ByteCount, limit: Int
  ) -> (count: UInt64, bytes: ByteCount, chunks: [AddressRange]) {
    let rest = served(aligned: aligned, in: heap).top
    let joins = heap.isContiguous || heap.topEnd == heap.end
    var top = AlignedSource(
      start: joins ? rest.start : heap.end.value, size: joins ? rest.size : 0, self, aligned,
      isTop: true)
    var grown = ByteCount.zero
    var count: UInt64 = 0
    var chunks: [AddressRange] = []
    while count < Self.mostAligned {
      if let taken = top.take() {
        count += 1
        if chunks.count < limit { chunks.append(taken) }
        continue
      }
      let off = heap.isContiguous ? ByteCount(top.size) : .zero
      guard let more = (chunk + pad).lowered(by: off).roundedUp(to: page), more > .zero,
        more <= room.lowered(by: grown)
      else { break }
      grown += more
      top.grow(by: more)
    }
    return (count, grown, chunks)
  }

  /// More aligned chunks than are taken one by one.
  private static let mostAligned: UInt64 = 100_000
}
