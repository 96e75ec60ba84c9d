public import AddressSpace

/// One address space of a recording, ready to be replayed: where it begins, and under which rules.
public struct SpaceReplay<Recording: TraceSource> {
  /// The recording.
  public let recording: Recording
  /// The place of the space in `TraceSource.spaces`.
  public let spaceIndex: Int
  /// The space.
  public let space: TraceSpace
  /// Its first map; events change this one.
  public let start: Snapshot
  /// The rules of its room, told by the last map of it that was read.
  public let layout: Layout
  /// What is known of the process besides its map. Of its heap nothing: that is true at the moments
  /// only at which it was read.
  public let facts: LayoutFacts
  private let snapshots: [TraceSnapshot]
  /// When the first map was read, in nanoseconds from the beginning of the recording.
  let startTime: UInt64
  private let startEvents: Int
  private let parse: (TraceSnapshot) -> Snapshot?

  /// What an error is called here.
  public typealias Failure = TraceReportError<Recording.Failure>

  /// The replay of a space.
  ///
  /// - Parameters:
  ///   - space: its place in `TraceSource.spaces`; nil for the last that the recorded program had.
  ///   - parse: reads a snapshot's capture; nil where it cannot be read.
  ///   - layout: the rules for a snapshot.
  public init(
    _ recording: Recording, space: Int? = nil,
    parse: @escaping (TraceSnapshot) -> Snapshot?,
    layout: (Snapshot) -> Layout = { .inferred(from: $0.map, facts: $0.facts) }
  ) throws(Failure) {
    let spaces = recording.spaces
    let index = space ?? spaces.lastIndex(where: \.isMain) ?? spaces.indices.first
    guard let index, spaces.indices.contains(index) else { throw .noSpace(space) }
    self.recording = recording
    self.parse = parse
    spaceIndex = index
    self.space = spaces[index]
    snapshots = recording.snapshots.filter { $0.space == index }
    guard let first = snapshots.first(where: { $0.occasion == .start }), let start = parse(first)
    else { throw .noStart(spaces[index]) }
    startEvents = first.events
    startTime = first.time
    self.start = start
    // What a program is shows only when it has run for a while: a Wine process, its C library.
    let last = snapshots.last { $0.occasion != .start }.flatMap(parse) ?? start
    self.layout = layout(last)
    facts = last.facts.lasting
  }

  /// Hands out the events that happened after the first map was read.
  ///
  /// An event's maker is its place among those of the space, from 1: a recording may hold events of
  /// many spaces.
  func events(
    _ body: (_ number: Int, _ maker: UInt32, _ event: TraceEvent) -> Void
  ) throws(Failure) {
    var count = 0
    do {
      try recording.events(ofSpace: spaceIndex) { number, event in
        guard number > startEvents else { return }
        count += 1
        body(number, UInt32(clamping: count), event)
      }
    } catch {
      throw .source(error)
    }
  }

  /// When the space or the recording ended, as far as is known, if its last event was at `time`.
  func end(after time: UInt64) -> UInt64 {
    let last = snapshots.last { $0.occasion == .end }?.time ?? recording.end?.duration
    return max(time, last ?? time)
  }

  /// After which events of the recording maps were read.
  var readings: [Int] { snapshots.map(\.events) }

  /// What malloc's heap held just after one event of the space and before the next, where a map was
  /// read then.
  func heap(after event: Int, before next: Int?) -> HeapFacts? {
    let then = snapshots.last { $0.events >= event && $0.events < next ?? .max }
    return then.flatMap(parse)?.facts.heap
  }

  /// A map of the space as a snapshot.
  func snapshot(of map: EvolvingMap, heap: HeapFacts?) -> Snapshot {
    var facts = facts
    facts.heap = heap
    return Snapshot(source: source, map: map.map, facts: facts)
  }

  /// Where its maps come from.
  public var source: Source {
    Source(kind: .recording, pid: space.pid, path: start.source.path, name: space.name)
  }

  /// The space at a moment.
  public func snapshot(at moment: TraceMoment) throws(Failure) -> Snapshot {
    try state(at: moment).snapshot
  }

  /// The space at a moment, with who made what.
  func state(at moment: TraceMoment) throws(Failure) -> ReplayedState {
    let tracker: RoomTracker
    do throws(AllocatorError) {
      tracker = try RoomTracker(EvolvingMap(start.map), layout: layout, facts: facts)
    } catch {
      throw .allocator(error)
    }
    var walk = ReplayWalk(tracker, to: moment)
    try events { number, maker, event in walk.take(number, maker, event) }
    return try state(of: walk)
  }

  /// What a walk that has seen all events has kept of its moment.
  func state(of walk: ReplayWalk) throws(Failure) -> ReplayedState {
    let kept = walk.kept()
    if case .event(let number) = walk.moment, number > walk.last.number {
      guard try isEvent(number) else { throw .noEvent(number) }
    }
    let time: UInt64
    switch walk.moment {
    case .end: time = end(after: kept.last.time)
    case .time(let asked): time = min(asked, end(after: walk.last.time))
    case .lowest, .event: time = kept.last.time
    }
    let heap = heap(after: kept.last.number, before: kept.next)
    return ReplayedState(
      moment: walk.moment, map: kept.map, event: kept.last.number, time: time,
      snapshot: snapshot(of: kept.map, heap: heap))
  }

  /// Whether the recording has an event of this number, of any space.
  private func isEvent(_ number: Int) throws(Failure) -> Bool {
    if recording.snapshots.contains(where: { $0.events >= number }) { return true }
    var isThere = false
    do {
      for space in recording.spaces.indices {
        try recording.events(ofSpace: space) { other, _ in if other >= number { isThere = true } }
      }
    } catch {
      throw .source(error)
    }
    return isThere
  }
}

/// An address space at a moment.
struct ReplayedState {
  let moment: TraceMoment
  let map: EvolvingMap
  /// The last event of the space by then, 0 where there was none.
  let event: Int
  let time: UInt64
  let snapshot: Snapshot
}
