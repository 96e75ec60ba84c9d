extension Forecaster {
  /// What of the buffers that address space would hold the other walls allow: blocks that are all
  /// alike, then the brk heap, or small ones in the heap first.
  func walled(_ open: Fit, _ footprint: Footprint, limit: Int, budget: Budget) -> Fit {
    let capacity = SpanCapacity(footprint: footprint, room: room)
    // Nearly always no other wall is near, which takes no placing to see.
    let pad = footprint.heapGrowth?.pad ?? .zero
    let ask = (footprint.heapGrowth?.chunk ?? .zero) + pad
    let blocks = open.count / footprint.buffersPerSet
    let isFar =
      budget.allows(
        blocks, of: capacity.block, mappings: room.mappings(for: blocks, of: capacity.block))
      && min(budget.bytes, budget.growth) >= room.freeBytes + pad && budget.largestRequest >= ask
    if isFar { return open }
    var placing = WalledPlacement(room: room, capacity: capacity, budget: budget)
    if capacity.heapIsFirst {
      placing.growHeap()
      placing.placeBlocks()
    } else {
      placing.placeBlocks()
      placing.growHeap()
    }
    let count = placing.blocks * footprint.buffersPerSet + placing.chunks
    guard count < open.count else { return open }
    // Where there is plenty of room it does not matter where exactly the blocks go.
    let isPlenty = room.layout.wordSize == .bits64 && open.count / 2 > count
    let isCertain = open.isExact || isPlenty && footprint.isExact
    return Fit(
      count: count, places: placing.places(limit: limit), left: placing.left,
      isExact: isCertain && placing.isExact)
  }

  /// The same for buffers of several blocks, placed one by one.
  func walled(
    _ open: Fit, _ footprint: Footprint, lines: LineFootprint?, limit: Int, budget: Budget
  ) -> Fit {
    let smallest = (footprint.blocks + (lines?.footprint.blocks ?? [])).map(\.size).min() ?? .zero
    let most = Block(size: footprint.blocks.map(\.size).max() ?? .zero)
    let blocks = room.freeBytes.value / max(1, smallest.value)
    let needed = room.mappings(for: blocks, of: Block(size: smallest))
    let isFar =
      budget.bytes >= room.freeBytes && budget.heapRoom >= room.freeBytes
      && budget.mappings >= Int64(clamping: needed) && budget.count(of: most) > 0
    if isFar { return open }
    return simulated(footprint, lines: lines, limit: limit, budget: budget)
  }
}

/// Blocks that are all alike, placed until the first wall refuses one.
struct WalledPlacement {
  private let room: Room
  private let capacity: SpanCapacity
  private var budget: Budget
  private var runs: [PlacementRun] = []
  private var grown: AddressRange?
  /// How many blocks were placed.
  private(set) var blocks: UInt64 = 0
  /// How many chunks the brk heap took.
  private(set) var chunks: UInt64 = 0
  /// Whether the walls tell exactly what they refuse.
  private(set) var isExact = true

  init(room: Room, capacity: SpanCapacity, budget: Budget) {
    self.room = room
    self.capacity = capacity
    self.budget = budget
  }

  private var spans: [AddressRange] { room.freeSpans.compactMap(\.placeable) }

  /// Places as many blocks as go before a wall refuses one.
  mutating func placeBlocks() {
    let block = capacity.block
    let open = Placement(
      of: block, in: spans.compactMap(without(grown)), by: capacity.searches)
    let all = open.count
    let most = min(
      all, room.layout.system == .wine ? count(of: open.runs) : budget.count(of: block))
    let rules = MergeRules(room)
    let (placed, left) = budget.placed(of: open.runs, most: most, by: rules, hopefully: false)
    if placed < most {
      // Who asks for more to align has to give both ends back, which takes mappings as well.
      isExact =
        block.slack == .zero
        && placed == budget.placed(of: open.runs, most: most, by: rules, hopefully: true).count
    }
    // What Wine's programs commit, and when it makes mappings of its reservation, is not known.
    let isWine = room.layout.system == .wine
    if placed < all, budget.promised.value < .max || isWine && budget.data.value < .max {
      isExact = false
    }
    if placed < most, isWine { isExact = false }
    // Windows enlarges its page file where it may.
    if placed < all, room.layout.system == .windows { isExact = false }
    blocks = placed
    var rest = placed
    for run in open.runs where rest > 0 {
      let part = run.prefix(rest)
      rest -= part.count
      runs.append(part)
    }
    budget.take(block.size.multiplied(by: placed) ?? .zero, mappings: 0)
    budget.mappings = left
  }

  /// How many blocks of Wine's the walls that count bytes allow: what Wine has reserved is mapped
  /// already.
  private func count(of runs: [PlacementRun]) -> UInt64 {
    var rest = budget
    var count: UInt64 = 0
    for run in runs {
      let reservation = room.layout.searches.first {
        $0.excluded.isEmpty && $0.slack == .zero && $0.range.contains(run.first)
      }
      let space = rest.space
      if reservation != nil { rest.space = ByteCount(.max) }
      let slack = reservation == nil ? room.layout.granularity : .zero
      let allowed = min(run.count, rest.count(of: Block(size: run.size, slack: slack)))
      rest.take(run.size.multiplied(by: allowed) ?? .zero, mappings: 0)
      if reservation != nil { rest.space = space }
      count += allowed
      if allowed < run.count { break }
    }
    return count
  }

  private func without(_ taken: AddressRange?) -> (AddressRange) -> AddressRange? {
    { range in
      guard let taken, taken.lower == range.lower else { return range }
      return AddressRange(taken.upper, range.upper)
    }
  }

  /// Lets the brk heap grow by as many chunks as go.
  mutating func growHeap() {
    guard let end = capacity.endOfBreak, budget.mappings >= 0,
      let range = spans.first(where: { $0.lower == end })
    else { return }
    let lowest = runs.compactMap(\.hull).filter { range.contains($0.lower) }.map(\.lower).min()
    let limit = lowest ?? range.upper
    let growth = capacity.growth(below: limit, atMost: budget.heapRoom)
    guard growth.chunks > 0 else { return }
    if budget.largestRequest < growth.bytes {
      // Each growth is a request by itself; that a smaller one passes is not counted on.
      isExact = false
      return
    }
    if !budget.hasHeap, budget.mappings == 0, growth.chunks > 1 { isExact = false }
    chunks = growth.chunks
    grown = AddressRange(end, end + growth.bytes)
    budget.grow(by: growth.bytes)
  }

  /// Where they went, in the order in which they were handed out.
  func places(limit: Int) -> [AddressRange] {
    guard limit > 0 else { return [] }
    var taken: [AddressRange] = []
    for run in runs {
      var index: UInt64 = 0
      while index < run.count, taken.count < limit {
        if let range = run.range(at: index) { taken.append(range) }
        index += 1
      }
    }
    let ranges = Array(
      spans.flatMap { capacity.chunkRanges(in: $0, limit: limit) }.prefix(Int(clamping: chunks)))
    return Array((capacity.heapIsFirst ? ranges + taken : taken + ranges).prefix(limit))
  }

  /// What is left of the free ranges.
  var left: [AddressRange] {
    let taken = (runs.compactMap(\.hull) + [grown].compactMap { $0 })
      .sorted { $0.lower < $1.lower }
    var left: [AddressRange] = []
    var next = 0
    for span in spans {
      var rest: AddressRange? = span
      while next < taken.count, taken[next].upper <= span.upper {
        let (below, above) = rest?.subtracting(taken[next]) ?? (nil, nil)
        if let below { left.append(below) }
        rest = above
        next += 1
      }
      if let rest { left.append(rest) }
    }
    return left
  }
}
