/// How many of one buffer fit in a room that changes.
struct TrackedBuffer {
  /// What one costs.
  let footprint: Footprint
  /// Whether each free span holds as many as it would alone, so that spans can be counted apart.
  let isAdditive: Bool
  /// Whether spans have changed since a buffer that is not was counted.
  private(set) var isStale: Bool
  private let request: BufferRequest
  private let allocator: Allocator
  private var capacity: SpanCapacity
  private var sum = SpanCapacity.Count()
  /// What `sum` was when a buffer that is not additive was counted.
  private var countedSum = SpanCapacity.Count()
  private let heapFits: UInt64
  private let smallestBlock: ByteCount
  private var counted: UInt64 = 0

  init(
    _ request: BufferRequest, _ allocator: Allocator, layout: Layout, facts: LayoutFacts,
    endOfBreak: Address?
  ) throws(AllocatorError) {
    let model = FootprintModel(allocator: allocator, layout: layout, facts: facts)
    let footprint = try model.footprint(of: request)
    let lines = try model.lines(of: request)
    self.request = request
    self.allocator = allocator
    self.footprint = footprint
    isAdditive = footprint.blocks.count == 1 && lines == nil && !request.isThread
    isStale = !isAdditive
    capacity = SpanCapacity(
      footprint: footprint, layout: layout, heap: facts.heap, endOfBreak: endOfBreak)
    heapFits =
      isAdditive
      ? facts.heap.flatMap { footprint.heapGrowth?.count(in: $0) } ?? 0 : 0
    let blocks = footprint.blocks + (lines?.footprint.blocks ?? [])
    smallestBlock = blocks.map(\.size).min() ?? .zero
  }

  /// How many fit, as of the last count where it is stale.
  var fits: UInt64 {
    isAdditive ? sum.blocks * footprint.buffersPerSet + sum.chunks + heapFits : counted
  }

  /// Takes notice of a free span that came or went.
  mutating func count(_ placeable: AddressRange?, adding: Bool) {
    if !isAdditive {
      let isTooSmall = placeable.map { $0.size < smallestBlock } ?? true
      if !isTooSmall || footprint.heapGrowth != nil { isStale = true }
    }
    let count = capacity.count(in: placeable)
    if adding {
      sum.blocks += count.blocks
      sum.chunks += count.chunks
    } else {
      sum.blocks -= count.blocks
      sum.chunks -= count.chunks
    }
  }

  /// Takes notice that the brk heap ends elsewhere: what can be placed in at its old and its new end
  /// is counted otherwise from now on.
  mutating func moveBreak(
    to end: Address?, layout: Layout, facts: LayoutFacts, _ placeable: [AddressRange]
  ) {
    guard footprint.heapGrowth != nil else { return }
    for range in placeable { count(range, adding: false) }
    capacity = SpanCapacity(
      footprint: footprint, layout: layout, heap: facts.heap, endOfBreak: end)
    for range in placeable { count(range, adding: true) }
  }

  /// Whether it is stale, and its largest block fits more or less often than at the last count: then
  /// the count is likely to be another.
  var isDue: Bool { isStale && sum != countedSum }

  /// Counts what cannot be counted span by span.
  mutating func recount(in room: Room) {
    isStale = false
    countedSum = sum
    // That the buffer can be asked for was seen when it was made.
    guard let forecast = try? Forecaster(room).forecast(request, allocator: allocator) else {
      return
    }
    counted = forecast.fits
  }
}
