/// Finds what keeps free space apart, and what each would give back.
public struct PinRanking: Sendable {
  private let room: Room
  private let groups: [RegionGroup]
  private let spansBelow: [Int]
  private let counters: [GainCounter]
  private let noGains: [UInt64]
  private let largest: ByteCount
  private let smallestUse: ByteCount
  private let endOfBreak: Address?
  /// What the regions below each count against the limits; empty where no limit is near.
  private let mappedBelow: [MappedMemory]
  /// The regions of which the source does not tell whether they are free, lowest first.
  private let notListed: [Int]

  /// A ranking for a room, by what it gains for these buffers.
  public init(_ room: Room, for buffers: [(BufferRequest, Allocator)]) throws(AllocatorError) {
    self.room = room
    groups = room.groups()
    spansBelow = room.countsOfSpansBelow()
    largest = room.largestFreeSpan?.size ?? .zero
    var counters: [GainCounter] = []
    for (request, allocator) in buffers {
      counters.append(try GainCounter(room, request, allocator))
    }
    self.counters = counters
    mappedBelow = counters.contains(where: \.hasWalls) ? room.mappedBelow() : []
    smallestUse = counters.map(\.smallestUse).min() ?? .zero
    endOfBreak = room.endOfBreak
    notListed = room.regions.indices.filter { room.regions[$0].isNotListed }
    noGains = [UInt64](repeating: 0, count: counters.count)
  }

  /// All pins: by what the largest span gains, then by buffers gained, then by address.
  ///
  /// Pins are groups of regions that go together and, where groups touch, the run of those that
  /// can go and the whole run between two free spans.
  public func pins() -> [Pin] {
    pins(gainingOnly: false)
  }

  /// Those of them by whose going the largest span or some buffer gains: few of many.
  func gainingPins() -> [Pin] { pins(gainingOnly: true) }

  private func pins(gainingOnly: Bool) -> [Pin] {
    var widening: [Pin] = []
    // Each group by itself, and fewer runs than groups.
    var others = PinsByGain(capacity: gainingOnly ? 0 : groups.count * 2)
    var start = 0
    while start < groups.count {
      let end = endOfRun(from: start)
      eachCandidate(in: start..<end) { members in
        guard isListed(members) else { return }
        let pin = pin(of: members)
        // It has free space beside it, or would gain something by going.
        guard pin.joined > pin.range.size || pin.gainsBuffers else { return }
        if pin.largestGain > .zero {
          widening.append(pin)
        } else if !gainingOnly || pin.gainsBuffers {
          others.add(pin)
        }
      }
      start = end
    }
    return others.takeAll(behind: widening.sorted(by: Self.isWorse))
  }

  /// Whether all of it is known to be taken.
  private func isListed(_ members: Range<Int>) -> Bool {
    guard !notListed.isEmpty else { return true }
    let regions =
      groups[members.lowerBound].indices
      .lowerBound..<groups[members.upperBound - 1].indices
      .upperBound
    let next = notListed.partitioningIndex { $0 >= regions.lowerBound }
    return next == notListed.count || notListed[next] >= regions.upperBound
  }

  /// The end of the run of touching groups that begins at `start`.
  private func endOfRun(from start: Int) -> Int {
    var end = start + 1
    while end < groups.count, groups[end - 1].range.upper == groups[end].range.lower { end += 1 }
    return end
  }

  /// Hands out what may be a pin in a run of touching groups, by address.
  private func eachCandidate(in run: Range<Int>, _ body: (Range<Int>) -> Void) {
    var endOfMovable = run.lowerBound
    for group in run {
      let isAtEdge = group == run.lowerBound || group == run.upperBound - 1
      if isAtEdge || holdsBlock(group) { body(group..<group + 1) }
      if group >= endOfMovable, groups[group].isMovable {
        endOfMovable = group + 1
        while endOfMovable < run.upperBound, groups[endOfMovable].isMovable { endOfMovable += 1 }
        if endOfMovable - group > 1 { body(group..<endOfMovable) }
      }
      if group == run.lowerBound, endOfMovable < run.upperBound, run.count > 1 { body(run) }
    }
  }

  /// Whether what lies amid others could hold a buffer by itself; else it would gain nothing.
  private func holdsBlock(_ group: Int) -> Bool {
    smallestUse <= groups[group].range.size && !counters.isEmpty
  }

  private func pin(of members: Range<Int>) -> Pin {
    let first = groups[members.lowerBound]
    let last = groups[members.upperBound - 1]
    let regions = first.indices.lowerBound..<last.indices.upperBound
    let gap = room.gap(without: regions)
    let spans = spansBelow[regions.lowerBound]..<spansBelow[regions.upperBound + 1]
    return Pin(
      range: AddressRange(first.range.lower, last.range.upper) ?? first.range, regions: regions,
      action: groups[members].first { !$0.isMovable }?.action ?? largestAction(of: members),
      joined: gap.range.size, largestGain: gap.range.size.lowered(by: largest),
      bufferGain: bufferGain(merging: spans, into: gap.placeable, without: regions))
  }

  private func bufferGain(
    merging spans: Range<Int>, into merged: AddressRange?, without regions: Range<Int>
  ) -> [UInt64] {
    // Nearly always too little for any buffer, unless the brk heap's unused end adds to it, or what
    // goes counts against a limit that is near.
    let isUseful = merged.map { $0.size >= smallestUse || $0.lower == endOfBreak } ?? false
    guard isUseful || !mappedBelow.isEmpty else { return noGains }
    let mapped =
      mappedBelow.isEmpty
      ? nil : mappedBelow[regions.upperBound] - mappedBelow[regions.lowerBound]
    var gains = noGains
    for index in counters.indices {
      let gain = counters[index].gain(merging: spans, into: merged, without: mapped)
      // Most pins gain nothing and share one list.
      if gain > 0 { gains[index] = gain }
    }
    return gains
  }

  private func largestAction(of members: Range<Int>) -> Pin.Action {
    let largest = groups[members].max { $0.range.size < $1.range.size }
    return largest?.action ?? .free
  }

  private static func isWorse(_ left: Pin, _ right: Pin) -> Bool {
    if left.largestGain != right.largestGain { return left.largestGain > right.largestGain }
    if left.bufferGain != right.bufferGain {
      return right.bufferGain.lexicographicallyPrecedes(left.bufferGain)
    }
    if left.range.lower != right.range.lower { return left.range.lower < right.range.lower }
    return left.range.upper < right.range.upper
  }
}
