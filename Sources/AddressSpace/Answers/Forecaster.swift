/// Answers how many buffers fit in a room, and where.
public struct Forecaster: Sendable {
  /// The room that is asked.
  public let room: Room

  /// A forecaster for `room`.
  public init(_ room: Room) {
    self.room = room
  }

  /// The most blocks that are placed one by one where they are not all alike.
  static let mostSimulated: UInt64 = 100_000

  /// How many buffers of one kind fit, with the first `placements` places.
  public func forecast(
    _ request: BufferRequest, allocator: Allocator? = nil, placements limit: Int = 0
  ) throws(AllocatorError) -> BufferForecast {
    if request.isThread { return try threads(request, placements: limit) }
    let allocator = allocator ?? .usual(in: room.layout)
    let model = FootprintModel(allocator: allocator, layout: room.layout, facts: room.facts)
    let footprint = try model.footprint(of: request)
    let lines = try model.lines(of: request)
    let isAlike = footprint.blocks.count == 1 && lines == nil
    let open =
      isAlike
      ? alike(footprint, limit: limit)
      : simulated(footprint, lines: lines, limit: limit, budget: nil)
    let budget = Budget(room)
    let fit =
      budget.map {
        isAlike
          ? walled(open, footprint, limit: limit, budget: $0)
          : walled(open, footprint, lines: lines, limit: limit, budget: $0)
      } ?? open
    let heapFits = room.facts.heap.flatMap { heap in
      footprint.blocks.count == 1 ? footprint.heapGrowth?.count(in: heap) : nil
    }
    let heap = heapFits ?? 0
    let fits = fit.count + heap
    let free = room.freeBytes
    let sets = free.value / max(1, footprint.bytes.value)
    let contiguous = sets * footprint.buffersPerSet
    let used = ByteCount(fit.count / footprint.buffersPerSet)
      .multiplied(by: footprint.bytes.value)
    let walls = WallFinder(room: room, footprint: footprint, heapFits: heap).walls(
      open: open.count + heap, fits: fits)
    return BufferForecast(
      request: request, allocator: allocator, footprint: footprint.bytesPerBuffer,
      fits: fits, fitsIfContiguous: max(contiguous, fits),
      unusableFree: free.lowered(by: used ?? free), isExact: fit.isExact, heapFits: heapFits,
      verdict: fits > 0
        ? .fits : open.count + heap > 0 ? .limited : contiguous > 0 ? .fragmented : .exhausted,
      placements: fit.places, largestLeft: largestReachable(of: fit.left), walls: walls,
      warnings: room.memoryWarnings(fits: fits, footprint: footprint.bytesPerBuffer),
      isUpperBound: room.isUpperBound)
  }

  /// What was placed.
  struct Fit {
    var count: UInt64
    var places: [AddressRange]
    /// The free ranges that are left.
    var left: [AddressRange]
    var isExact: Bool
  }

  /// The largest of these that is within reach; of equal ones the lowest.
  func largestReachable(of ranges: [AddressRange]) -> AddressRange? {
    var largest: AddressRange?
    for range in ranges {
      if let largest, (range.size, largest.lower) <= (largest.size, range.lower) { continue }
      if room.layout.reachable(in: range) > .zero { largest = range }
    }
    return largest
  }

  /// Blocks that are all alike: counted span by span, never enumerated.
  private func alike(_ footprint: Footprint, limit: Int) -> Fit {
    let capacity = SpanCapacity(footprint: footprint, room: room)
    var blocks: UInt64 = 0
    var chunks: UInt64 = 0
    var isExact = footprint.isExact && room.isExact
    var left: [AddressRange] = []
    left.reserveCapacity(room.freeSpans.count)
    for span in room.freeSpans {
      guard let range = span.placeable else { continue }
      let count = capacity.count(in: range)
      blocks += count.blocks
      chunks += count.chunks
      if capacity.dependsOnHeapTop(in: range) { isExact = false }
      if count == SpanCapacity.Count() {
        left.append(range)
      } else {
        left += capacity.left(of: range)
      }
    }
    let count = blocks * footprint.buffersPerSet + chunks
    if let growth = footprint.heapGrowth, !room.isCertain(of: growth, beside: count) {
      isExact = false
    }
    return Fit(
      count: count,
      places: limit == 0 ? [] : places(by: capacity, limit: limit),
      left: left, isExact: isExact)
  }

  /// Where blocks that are all alike go: by the system's searches, then in the brk heap; small ones
  /// in the heap first.
  private func places(by capacity: SpanCapacity, limit: Int) -> [AddressRange] {
    let spans = room.freeSpans.compactMap(\.placeable)
    let chunks = spans.flatMap { capacity.chunkRanges(in: $0, limit: limit) }
    let blocks = Placement(
      of: capacity.block, in: spans.compactMap(capacity.rangeForBlocks), by: capacity.searches
    ).ranges(limit: limit)
    return Array((capacity.heapIsFirst ? chunks + blocks : blocks + chunks).prefix(limit))
  }

  /// A buffer of several blocks, then, when those do not fit any more, of single lines, as Pillow
  /// asks for them.
  func simulated(
    _ footprint: Footprint, lines: LineFootprint?, limit: Int, budget: Budget?
  ) -> Fit {
    let smallest = (footprint.blocks + (lines?.footprint.blocks ?? [])).map(\.size).min()
    var pool = SpanPool(room, smallest: smallest ?? .zero, budget: budget)
    var fit = Fit(count: 0, places: [], left: [], isExact: footprint.isExact && room.isExact)
    let most = Self.mostSimulated / UInt64(max(1, footprint.blocks.count))
    while fit.count < most, let ranges = pool.place(footprint) {
      fit.count += 1
      if fit.places.count < limit { fit.places += ranges }
    }
    fit.left = pool.pieces
    guard let lines, fit.count < most else {
      fit.isExact = false
      return fit
    }
    while pool.place(lines.footprint, buffers: lines.count) {
      fit.count += 1
      // How the heap packs single lines is not visible from outside.
      fit.isExact = false
    }
    fit.left = pool.pieces
    if pool.mayMerge { fit.isExact = false }
    return fit
  }
}
