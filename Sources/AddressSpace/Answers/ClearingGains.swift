/// What a room would gain if stretches of it went, wherever they lie.
public struct ClearingGains: Sendable {
  private let room: Room
  private let counters: [Counter]
  private let largest: ByteCount
  /// Where the brk heap lies, as far as clearing some of it would move its end.
  private let heap: [AddressRange]

  /// A buffer and what it costs.
  private struct Counter: Sendable {
    let request: BufferRequest
    let allocator: Allocator
    let counter: GainCounter
    let isAdditive: Bool
    let fits: UInt64
  }

  /// The gains in `room` for some buffers.
  public init(_ room: Room, for buffers: [(BufferRequest, Allocator)]) throws(AllocatorError) {
    self.room = room
    largest = room.largestFreeSpan?.size ?? .zero
    var counters: [Counter] = []
    for (request, allocator) in buffers {
      let counter = try GainCounter(room, request, allocator)
      counters.append(
        Counter(
          request: request, allocator: allocator, counter: counter,
          isAdditive: counter.footprint.blocks.count == 1 && allocator.family != .pillow,
          fits: try Forecaster(room).forecast(request, allocator: allocator).fits))
    }
    self.counters = counters
    let grows = counters.contains { $0.counter.footprint.heapGrowth != nil }
    heap =
      grows && room.facts.heap == nil
      ? room.regions.filter { $0.kind == .heap }.map(\.range) : []
  }

  /// Whether `gain` knows the gain of every buffer without placing each block.
  public var areQuick: Bool { counters.allSatisfy(\.isAdditive) }

  /// How much larger the largest free span would be, and how many more of each buffer would fit,
  /// without all that lies in `ranges`.
  ///
  /// - Parameter exactly: places the blocks of a buffer that has several (Pillow) one by one;
  ///   otherwise its gain is an estimate.
  public func gain(
    of ranges: [AddressRange], exactly: Bool = true
  ) -> (largest: ByteCount, buffers: [UInt64]) {
    let cleared = clearable(ranges)
    let windows = windows(around: cleared, of: ranges)
    let widest = windows.map(\.range.size).max() ?? .zero
    let movesHeap = heap.contains { part in cleared.contains { $0.overlaps(part) } }
    var without: Room?
    let gains = counters.map { counter -> UInt64 in
      let needsRoom =
        movesHeap && counter.counter.footprint.heapGrowth != nil
        || exactly && !counter.isAdditive
      guard needsRoom else { return counter.counter.gain(merging: windows) }
      let rest = without ?? room.without(cleared)
      without = rest
      let forecast = try? Forecaster(rest).forecast(counter.request, allocator: counter.allocator)
      let fits = forecast?.fits ?? counter.fits
      return fits > counter.fits ? fits - counter.fits : 0
    }
    return (widest.lowered(by: largest), gains)
  }

  /// The stretches inside the space, lowest first, without what is never handed out.
  private func clearable(_ ranges: [AddressRange]) -> [AddressRange] {
    var parts = ranges.compactMap { $0.clamped(to: room.layout.space) }
    for blocked in room.layout.blocked {
      parts = parts.flatMap { part in
        let (below, above) = part.subtracting(blocked)
        return [below, above].compactMap { $0 }
      }
    }
    return parts.sorted { $0.lower < $1.lower }
  }

  /// The free spans there would be in the place of what goes and what is free beside it.
  private func windows(
    around ranges: [AddressRange], of asked: [AddressRange]
  ) -> [GainCounter.Window] {
    let spans = room.freeSpans
    var windows: [GainCounter.Window] = []
    for range in ranges {
      let first = spans.partitioningIndex { $0.range.upper >= range.lower }
      var (lower, upper) = (range.lower, range.upper)
      var last = first
      while last < spans.count, spans[last].range.lower <= upper {
        lower = min(lower, spans[last].range.lower)
        upper = max(upper, spans[last].range.upper)
        last += 1
      }
      if let before = windows.last, before.range.upper >= lower {
        lower = before.range.lower
        upper = max(upper, before.range.upper)
        windows[windows.count - 1].spans =
          before.spans.lowerBound..<max(last, before.spans.upperBound)
      } else {
        windows.append(GainCounter.Window(range: range, placeable: nil, spans: first..<last))
      }
      if let whole = AddressRange(lower, upper) { windows[windows.count - 1].range = whole }
    }
    for index in windows.indices {
      windows[index].placeable = placeable(in: windows[index].range, without: asked)
    }
    return windows
  }

  private func placeable(in range: AddressRange, without asked: [AddressRange]) -> AddressRange? {
    let above = room.regions.partitioningIndex { $0.range.upper > range.upper }
    guard above < room.regions.count, room.regions[above].range.lower <= range.upper,
      room.regions[above].growsDown,
      // What goes leaves behind what is never handed out, which does not grow.
      room.layout.blocked.isEmpty || !asked.contains(where: { $0.contains(range.upper) })
    else { return range }
    return AddressRange(range.lower, range.upper.lowered(by: room.layout.guardGap))
  }
}
