/// How many buffers the walls other than address space allow when parts of a room go: for what is
/// asked of every pin and window.
///
/// What goes gives back addresses, bytes and mappings at once. Where the count of mappings decides
/// this is an estimate: which of the blocks would merge is taken from the room as it is.
struct WalledGain: Sendable {
  private let budget: Budget
  private let footprint: Footprint
  private let capacity: SpanCapacity
  /// How many blocks are placed before more than so many mappings were needed.
  private let blocksByMappings: [UInt64]
  private let blocks: UInt64
  /// What the brk heap could grow into were no blocks placed.
  private let heapSpan: AddressRange?

  /// Nil where no other wall can be met before address space.
  init?(_ room: Room, footprint: Footprint, capacity: SpanCapacity, blocks: UInt64) {
    guard let budget = Budget(room), capacity.block.size > .zero else { return nil }
    let space = room.layout.space.size
    let most = space.value / capacity.block.size.value
    let pad = footprint.heapGrowth?.pad ?? .zero
    // What goes makes one more span at most that holds any.
    let mappings =
      room.mappings(for: most, of: capacity.block) + UInt64(2 * room.layout.searches.count)
    if budget.allows(most, of: capacity.block, mappings: mappings), budget.bytes >= space + pad,
      budget.growth >= space + pad, budget.largestRequest >= capacity.block.size + pad
    {
      return nil
    }
    self.init(budget, room, footprint, capacity, blocks: blocks, most: most)
  }

  private init(
    _ budget: Budget, _ room: Room, _ footprint: Footprint, _ capacity: SpanCapacity,
    blocks: UInt64, most: UInt64
  ) {
    self.budget = budget
    self.footprint = footprint
    self.capacity = capacity
    self.blocks = blocks
    let spans = room.freeSpans.compactMap(\.placeable)
    let end = capacity.endOfBreak
    heapSpan = spans.first { $0.lower == end }
    blocksByMappings =
      budget.mappings > Int64(clamping: most) || footprint.blocks.count > 1
      ? []
      : MergeRules(room).blocksByMappings(
        of: Placement(
          of: capacity.block, in: spans.compactMap(capacity.rangeForBlocks), by: capacity.searches
        ).runs)
  }

  /// How many buffers are given where address space would hold `blocks` and `chunks`, once what
  /// `mapped` counts has gone.
  func count(blocks: UInt64, chunks: UInt64, without mapped: MappedMemory) -> UInt64 {
    var budget = budget.without(mapped)
    guard budget.mappings >= 0 else { return 0 }
    var room = heapSpan?.upper ?? Address(0)
    if capacity.heapIsFirst {
      let taken = min(chunks, capacity.growth(below: room, atMost: budget.heapRoom).chunks)
      budget.take(taken == 0 ? .zero : bytes(of: taken), mappings: 0)
      return taken + allowed(blocks, budget) * footprint.buffersPerSet
    }
    let placed = allowed(blocks, budget)
    budget.take(capacity.block.size.multiplied(by: placed) ?? .zero, mappings: 0)
    guard footprint.blocks.count == 1 else { return placed / UInt64(footprint.blocks.count) }
    if placed == blocks { room = Address(.max) }
    let growth = capacity.growth(below: room, atMost: budget.heapRoom).chunks
    return placed * footprint.buffersPerSet + (placed == blocks ? min(chunks, growth) : growth)
  }

  private func bytes(of chunks: UInt64) -> ByteCount {
    (footprint.heapGrowth?.chunk ?? .zero).multiplied(by: chunks) ?? .zero
  }

  private func allowed(_ blocks: UInt64, _ budget: Budget) -> UInt64 {
    let most = min(blocks, budget.count(of: capacity.block))
    let left = Int(clamping: budget.mappings)
    guard left < blocksByMappings.count else { return most }
    let more = blocks - min(blocks, self.blocks)
    return min(most, blocksByMappings[left] + more)
  }
}

extension MergeRules {
  /// How many blocks of `runs` are placed before more than 0, 1, 2, ... mappings were needed; those
  /// of the last entry need one more than its index, and beyond that all are placed.
  fileprivate func blocksByMappings(of runs: [PlacementRun]) -> [UInt64] {
    var counts: [UInt64] = []
    var count: UInt64 = 0
    for run in runs {
      guard let hull = run.hull, let first = run.range(at: 0) else { continue }
      if !run.isGapless {
        for _ in 0..<min(run.count, 1 << 16) {
          count += 1
          counts.append(count)
        }
        continue
      }
      let merges =
        first.upper == hull.upper
        ? above(hull.upper) == .surely : below(hull.lower) == .surely
      if !merges { counts.append(count + 1) }
      count += run.count
    }
    return counts
  }
}
