/// Finds what keeps free space apart, and what each would give back.
public struct PinRanking: Sendable {
  private let room: Room
  private let groups: [RegionGroup]
  private let spansBelow: [Int]
  private let counters: [GainCounter]
  private let noGains: [UInt64]
  private let largest: ByteCount

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
    noGains = [UInt64](repeating: 0, count: counters.count)
  }

  /// All pins: by what the largest span gains, then by buffers gained, then by address.
  ///
  /// Pins are groups of regions that go together and, where groups touch, the run of those that
  /// can go and the whole run between two free spans.
  public func pins() -> [Pin] {
    var pins: [Pin] = []
    pins.reserveCapacity(groups.count)
    for run in runs(in: groups.indices, where: { _, _ in true }) {
      let movable = runs(in: run) { groups[$0].isMovable && groups[$1].isMovable }
      for part in movable where part.count > 1 { append(part, to: &pins) }
      for group in run where isAtEdge(group, of: run) || holdsBlock(group) {
        append(group..<group + 1, to: &pins)
      }
      if run.count > 1, movable != [run] { append(run, to: &pins) }
    }
    return Self.ranked(pins)
  }

  /// Only those that gain something need to be compared in full; the rest go by address, which is
  /// nearly how they were found.
  private static func ranked(_ pins: [Pin]) -> [Pin] {
    var gaining: [Pin] = []
    var others: [Pin] = []
    others.reserveCapacity(pins.count)
    for pin in pins {
      if pin.largestGain > .zero || pin.bufferGain.contains(where: { $0 > 0 }) {
        gaining.append(pin)
      } else {
        var place = others.count
        while place > 0, isWorse(pin, others[place - 1]) { place -= 1 }
        others.insert(pin, at: place)
      }
    }
    return gaining.sorted(by: isWorse) + others
  }

  private func isAtEdge(_ group: Int, of run: Range<Int>) -> Bool {
    group == run.lowerBound || group == run.upperBound - 1
  }

  /// Whether what lies amid others could hold a buffer by itself; else it would gain nothing.
  private func holdsBlock(_ group: Int) -> Bool {
    counters.contains { $0.smallestUse <= groups[group].range.size }
  }

  /// Adds a pin that has free space beside it or would gain something by going.
  private func append(_ members: Range<Int>, to pins: inout [Pin]) {
    let pin = pin(of: members)
    if pin.joined > pin.range.size || pin.bufferGain.contains(where: { $0 > 0 }) {
      pins.append(pin)
    }
  }

  /// The longest runs of touching groups of which each neighbouring two belong together.
  private func runs(
    in range: Range<Int>, where together: (Int, Int) -> Bool
  ) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    var start = range.lowerBound
    while start < range.upperBound {
      var end = start + 1
      while end < range.upperBound, groups[end - 1].range.upper == groups[end].range.lower,
        together(end - 1, end)
      {
        end += 1
      }
      runs.append(start..<end)
      start = end
    }
    return runs
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
      bufferGain: bufferGain(merging: spans, into: gap.placeable))
  }

  private func bufferGain(merging spans: Range<Int>, into merged: AddressRange?) -> [UInt64] {
    var gains = noGains
    for index in counters.indices {
      let gain = counters[index].gain(merging: spans, into: merged)
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
