import AddressSpace

/// Sees all events of a space once and notes what a report tells of them.
struct ReportPass {
  private(set) var walk: ReplayWalk
  private(set) var makers = MakerLog()
  private(set) var drops: DropFinder
  private(set) var failures = FailureFinder()
  private var timeline: Timeline.Builder
  /// By the call's place in `MapCall.allCases`.
  private var counts: [(changes: Int, failures: Int)]
  private var lastTime: UInt64

  init(_ tracker: RoomTracker, options: TraceReportOptions, time: UInt64) {
    walk = ReplayWalk(tracker, to: options.moment)
    drops = DropFinder(tracker)
    timeline = Timeline.Builder(
      mostPoints: max(50, options.mostPoints), buffers: tracker.fits.count)
    counts = MapCall.allCases.map { _ in (0, 0) }
    lastTime = time
    timeline.add(point(0))
  }

  mutating func take(_ number: Int, _ maker: UInt32, _ event: TraceEvent) {
    let call = Self.places[event.call] ?? 0
    lastTime = max(lastTime, event.time)
    if case .failed = event.outcome {
      counts[call].failures += 1
      failures.note(number, event, walk.tracker)
      walk.take(number, maker, event)
    } else {
      counts[call].changes += 1
      walk.take(number, maker, event)
      makers.note(number, maker, event) { [walk.tracker.map, walk.kept().map] }
      drops.note(number, maker, event, walk.tracker)
    }
    timeline.add(point(number))
  }

  private static let places = Dictionary(
    uniqueKeysWithValues: zip(MapCall.allCases, MapCall.allCases.indices))

  private func point(_ number: Int) -> Timeline.Point {
    let tracker = walk.tracker
    return Timeline.Point(
      time: lastTime, event: number, largestFree: tracker.largestFree,
      freeBytes: tracker.freeBytes, pieces: tracker.map.pieceCount, fits: tracker.fits)
  }

  func finishedTimeline() -> Timeline { timeline.finished() }

  func calls() -> [TraceReport.CallCount] {
    zip(MapCall.allCases, counts).compactMap { call, count in
      count.changes + count.failures == 0
        ? nil
        : TraceReport.CallCount(call: call, changes: count.changes, failures: count.failures)
    }
  }
}
