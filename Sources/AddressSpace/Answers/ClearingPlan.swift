/// What to clear so that more buffers fit.
public struct ClearingPlan: Sendable {
  /// From the beginning of the free space that would result to its end.
  public let window: AddressRange
  /// The regions that have to go, as indices in `Room.regions`.
  public let regions: Range<Int>
  /// Their bytes together.
  public let bytes: ByteCount
  /// How many more buffers fit then.
  public let gain: UInt64
}

/// Finds the cheapest window of a room whose clearing makes more buffers fit.
public struct ClearingPlanner: Sendable {
  private let room: Room
  private let groups: [RegionGroup]
  private let spansBelow: [Int]
  /// The free bytes below each free span, and at the end all of them.
  private let freeBelow: [ByteCount]
  private let counter: GainCounter
  /// What the regions below each count against the limits; empty where no limit is near.
  private let mappedBelow: [MappedMemory]
  private let request: BufferRequest
  private let allocator: Allocator

  /// A planner for one kind of buffer.
  public init(
    _ room: Room, for request: BufferRequest, allocator: Allocator
  ) throws(AllocatorError) {
    self.room = room
    self.request = request
    self.allocator = allocator
    groups = room.groups()
    spansBelow = room.countsOfSpansBelow()
    freeBelow = room.freeSpans.reduce(into: [.zero]) { sums, span in
      sums.append((sums.last ?? .zero) + span.size)
    }
    counter = try GainCounter(room, request, allocator)
    mappedBelow = counter.hasWalls ? room.mappedBelow() : []
  }

  /// The window of least bytes, then of fewest regions, then the lowest, over all windows that
  /// hold nothing fixed, after whose clearing at least `more` more fit; nil where none is.
  ///
  /// For a buffer of several blocks (Pillow), for a thread, and near other walls than address space,
  /// the count of one window is an estimate, so what is found is tried out; it is cheap, but there may
  /// be a cheaper one.
  public func cheapest(more: UInt64 = 1) -> ClearingPlan? {
    guard counter.footprint.blocks.count > 1 || request.isThread || counter.hasWalls else {
      return estimated(more: more)
    }
    guard let now = fits(in: room) else { return nil }
    for extra in 0..<Self.mostTries {
      guard let plan = estimated(more: more + extra) else { return nil }
      if let then = fits(in: room.cleared(of: plan.regions)), then >= now + more {
        return ClearingPlan(
          window: plan.window, regions: plan.regions, bytes: plan.bytes, gain: then - now)
      }
    }
    return nil
  }

  private static let mostTries: UInt64 = 8

  private func fits(in room: Room) -> UInt64? {
    (try? Forecaster(room).forecast(request, allocator: allocator))?.fits
  }

  private func estimated(more: UInt64) -> ClearingPlan? {
    var best: ClearingPlan?
    for starts in startClasses() {
      guard let plan = cheapest(more: more, from: starts) else { continue }
      if best.map({ Self.isCheaper(plan, than: $0) }) ?? true { best = plan }
    }
    return best
  }

  /// The cheapest window that begins at one of `starts`.
  ///
  /// Among these, clearing more never makes fewer fit: so the cheapest window that ends at a group
  /// begins no lower than the one that ends at the group before, and two ends that move up once
  /// each see all that matter.
  private func cheapest(more: UInt64, from starts: Range<Int>) -> ClearingPlan? {
    var best: ClearingPlan?
    var start = starts.lowerBound
    for end in starts.lowerBound..<groups.count {
      if !groups[end].isMovable { start = end + 1 }
      guard start < starts.upperBound else { break }
      guard start <= end, var plan = plan(start...end, more: more) else { continue }
      while start < end, start + 1 < starts.upperBound,
        let smaller = self.plan(start + 1...end, more: more)
      {
        start += 1
        plan = smaller
      }
      if best.map({ Self.isCheaper(plan, than: $0) }) ?? true { best = plan }
    }
    return best
  }

  /// The groups in runs of those among which clearing more never makes fewer fit.
  ///
  /// It can, where a free span crosses the end of a top-down search and a later search goes on
  /// above: once a buffer fits below that end it is taken from there, and what is left above may be
  /// too short for the one that would have lain across. Whether one fits below is a matter of where
  /// the window's free space begins. What begins at the end of the brk heap is a class of its own:
  /// a block that comes to fit there leaves less for the heap to grow into.
  private func startClasses() -> [Range<Int>] {
    let searches = room.layout.searches
    var cuts = room.endOfBreak.map { [$0, $0 + 1] } ?? []
    for (index, search) in searches.enumerated() where search.direction == .topDown {
      let edge = search.range.upper
      guard searches[(index + 1)...].contains(where: { $0.range.contains(edge) }) else { continue }
      cuts += [edge.lowered(by: counter.largestAsk + search.slack) + 1, edge]
    }
    var classes: [Range<Int>] = []
    var start = 0
    for cut in cuts.sorted() {
      let end = groups.partitioningIndex { lower(of: $0) >= cut }
      if end > start { classes.append(start..<end) }
      start = max(start, end)
    }
    return start < groups.count ? classes + [start..<groups.count] : classes
  }

  /// Where the free space would begin if a group went.
  private func lower(of group: RegionGroup) -> Address {
    let index = group.indices.lowerBound
    return index > 0 ? room.regions[index - 1].range.upper : room.layout.space.lower
  }

  private func plan(_ members: ClosedRange<Int>, more: UInt64) -> ClearingPlan? {
    let regions =
      groups[members.lowerBound].indices.lowerBound..<groups[members.upperBound].indices.upperBound
    let gap = room.gap(without: regions)
    let spans = spansBelow[regions.lowerBound]..<spansBelow[regions.upperBound + 1]
    let mapped =
      mappedBelow.isEmpty
      ? nil : mappedBelow[regions.upperBound] - mappedBelow[regions.lowerBound]
    let gain = counter.gain(merging: spans, into: gap.placeable, without: mapped)
    guard gain >= more else { return nil }
    // What is not free in the window is what has to go.
    let free = freeBelow[spans.upperBound] - freeBelow[spans.lowerBound]
    return ClearingPlan(
      window: gap.range, regions: regions, bytes: gap.range.size - free, gain: gain)
  }

  private static func isCheaper(_ left: ClearingPlan, than right: ClearingPlan) -> Bool {
    (left.bytes, left.regions.count) < (right.bytes, right.regions.count)
  }
}
