public import AddressSpace

/// One address space of a recording held against a policy at every moment: after each event, and before
/// the first.
///
/// The events are gone through twice: first to find the moment that is worst for each rule, then to see
/// what was there at these moments, and who had made it.
public struct PolicyReplay: Sendable {
  /// What came of it.
  public let trial: PolicyTrial
  /// By rule, who made the pins that are blamed where it is broken, by where they lie, as far as it is
  /// known.
  public let stacks: [[AddressRange: ReportStack]]

  /// The replay of a space against a policy.
  public init<Recording: TraceSource>(
    of replay: SpaceReplay<Recording>, policy: Policy, baseline: Baseline? = nil
  ) throws(TraceReportError<Recording.Failure>) {
    let search = try WorstMoments(replay, policy, baseline)
    var pass = MomentPass(EvolvingMap(replay.start.map), at: search.events + search.last)
    try replay.events { number, maker, event in pass.take(number, maker, event) }
    pass.finish()
    func room(after event: Int) -> Room? {
      pass.kept[event].map { kept in
        let heap = replay.heap(after: event, before: kept.next)
        let snapshot = replay.snapshot(of: kept.map, heap: heap)
        return Room(map: snapshot.map, layout: replay.layout, facts: snapshot.facts)
      }
    }
    var moments: [PolicyTrial.Moment] = []
    for (event, last) in zip(search.events, search.last) {
      guard let kept = pass.kept[event], let worst = room(after: event) else { continue }
      moments.append(
        PolicyTrial.Moment(
          room: worst, seconds: Double(kept.last.time) / 1e9, event: event,
          later: last == event ? nil : room(after: last)))
    }
    do throws(AllocatorError) {
      trial = try PolicyTrial(policy, baseline: baseline, worst: moments, of: search.looks)
    } catch {
      throw .allocator(error)
    }
    var names = StackNames(replay.recording)
    stacks = trial.results.map { result in
      guard let event = result.event, let kept = pass.kept[event], !result.answer.pins.isEmpty
      else { return [:] }
      var makers = MakerNames(map: kept.map, makers: pass.makers, names: names)
      defer { names = makers.names }
      return result.answer.pins.reduce(into: [:]) { stacks, pin in
        stacks[pin.range] = makers.stretches(in: pin.range).principal?.maker.stack
      }
    }
  }
}

/// The first pass: after which event each rule is worst.
private struct WorstMoments {
  private(set) var events: [Int] = []
  /// After which event each was as bad for the last time.
  private(set) var last: [Int] = []
  private(set) var looks = 0

  init<Recording: TraceSource>(
    _ replay: SpaceReplay<Recording>, _ policy: Policy, _ baseline: Baseline?
  ) throws(TraceReportError<Recording.Failure>) {
    var looker: Looker
    do throws(AllocatorError) {
      looker = Looker(
        try PolicyTracker(
          policy, baseline: baseline, map: EvolvingMap(replay.start.map), layout: replay.layout,
          facts: replay.facts),
        readings: replay.readings, heap: replay.heap)
    } catch {
      throw .allocator(error)
    }
    try replay.events { number, maker, event in looker.take(number, maker, event) }
    looker.look(before: nil)
    if let failure = looker.failure { throw .allocator(failure) }
    events = looker.tracker.worst
    last = looker.tracker.last
    looks = looker.tracker.looks
  }

  /// Looks at each moment once it is known when it ended: what a heap held is told until then.
  private struct Looker {
    private(set) var tracker: PolicyTracker
    private(set) var failure: AllocatorError?
    private var last = 0
    /// After which events maps were read that are still ahead, the first of them last.
    private var readings: [Int]
    private let heap: (_ event: Int, _ next: Int?) -> HeapFacts?

    init(
      _ tracker: PolicyTracker, readings: [Int], heap: @escaping (Int, Int?) -> HeapFacts?
    ) {
      self.tracker = tracker
      self.readings = readings.sorted(by: >)
      self.heap = heap
    }

    mutating func take(_ number: Int, _ maker: UInt32, _ event: TraceEvent) {
      look(before: number)
      if case .changed(let change) = event.outcome { tracker.apply(change, by: maker) }
      last = number
    }

    mutating func look(before next: Int?) {
      while let reading = readings.last, reading < last { readings.removeLast() }
      let isRead = readings.last.map { $0 < next ?? .max } ?? false
      do throws(AllocatorError) {
        try tracker.look(after: last, heap: isRead ? heap(last, next) : nil)
      } catch {
        failure = failure ?? error
      }
    }
  }
}

/// The second pass: what was there after some events, and who had made it.
private struct MomentPass {
  private(set) var makers = MakerLog()
  private(set) var kept: [Int: ReplayWalk.Kept] = [:]
  private let wanted: Set<Int>
  private var map: EvolvingMap
  private var last = ReplayWalk.Place(number: 0, time: 0)

  init(_ map: EvolvingMap, at events: [Int]) {
    self.map = map
    wanted = Set(events)
  }

  mutating func take(_ number: Int, _ maker: UInt32, _ event: TraceEvent) {
    keep(before: number)
    last = ReplayWalk.Place(number: number, time: event.time)
    guard case .changed(let change) = event.outcome else { return }
    map.apply(change, by: maker)
    makers.note(number, maker, event) { [map] + kept.values.map(\.map) }
  }

  /// Takes notice that there are no more events.
  mutating func finish() { keep(before: nil) }

  private mutating func keep(before next: Int?) {
    guard wanted.contains(last.number) else { return }
    kept[last.number] = ReplayWalk.Kept(map: map, last: last, next: next)
  }
}
