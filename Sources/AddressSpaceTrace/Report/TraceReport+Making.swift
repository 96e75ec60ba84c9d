public import AddressSpace

extension TraceReport {
  /// The report on one space of a recording.
  ///
  /// - Parameters:
  ///   - parse: reads a snapshot's capture; nil where it cannot be read.
  ///   - layout: the rules for the last map that was read.
  public init<Recording: TraceSource>(
    of recording: Recording, options: TraceReportOptions = TraceReportOptions(),
    parse: @escaping (TraceSnapshot) -> Snapshot?,
    layout: (Snapshot) -> Layout = { .inferred(from: $0.map, facts: $0.facts) }
  ) throws(TraceReportError<Recording.Failure>) {
    let replay = try SpaceReplay(
      recording, space: options.space, parse: parse, layout: layout)
    try self.init(of: replay, options: options)
  }

  /// The report on a space that is ready to be replayed.
  public init<Recording: TraceSource>(
    of replay: SpaceReplay<Recording>, options: TraceReportOptions = TraceReportOptions()
  ) throws(TraceReportError<Recording.Failure>) {
    let buffers = Self.buffers(options, in: replay.layout)
    var pass: ReportPass
    do throws(AllocatorError) {
      let tracker = try RoomTracker(
        EvolvingMap(replay.start.map), layout: replay.layout, facts: replay.facts,
        buffers: buffers)
      pass = ReportPass(tracker, options: options, time: replay.startTime)
    } catch {
      throw .allocator(error)
    }
    try replay.events { number, maker, event in pass.take(number, maker, event) }
    let state = try replay.state(of: pass.walk)
    do throws(AllocatorError) {
      self = try Self(pass, state, options, buffers, replay)
    } catch {
      throw .allocator(error)
    }
  }

  private static func buffers(
    _ options: TraceReportOptions, in layout: Layout
  ) -> [(BufferRequest, Allocator)] {
    let allocator = options.allocator ?? .usual(in: layout)
    let usual = (try? BufferRequest(text: Inspection.usualBuffer)).map { [$0] } ?? []
    return (options.requests.isEmpty ? usual : options.requests).map { ($0, allocator) }
  }

  private init<Recording: TraceSource>(
    _ pass: ReportPass, _ state: ReplayedState, _ options: TraceReportOptions,
    _ buffers: [(BufferRequest, Allocator)], _ replay: SpaceReplay<Recording>
  ) throws(AllocatorError) {
    let moment = try Moment(state, layout: replay.layout, buffers: buffers)
    let room = moment.room
    var makers = MakerNames(
      map: state.map, makers: pass.makers, names: StackNames(replay.recording))
    let ranking = CallerRanking(
      state.map, grouping: options.grouping, makers: pass.makers, names: &makers.names)
    header = replay.recording.header
    end = replay.recording.end
    space = replay.space
    spaceIndex = replay.spaceIndex
    layout = replay.layout
    diagnostics = moment.snapshot.diagnostics(under: room)
    calls = pass.calls()
    timeline = pass.finishedTimeline()
    let live = makers.liveBytes()
    drops = pass.drops.finished().map { drop in
      Drop(
        subject: drop.subject, from: drop.from, to: drop.to, step: drop.step,
        largestFree: drop.largestFree, cause: makers.record(drop.number, drop.event),
        liveBytes: live[drop.maker] ?? .zero)
    }
    failures = pass.failures.found.map { failure in
      Failure(
        cause: makers.record(failure.number, failure.event), errno: failure.errno,
        asked: failure.asked, largestFree: failure.largestFree, freeBytes: failure.freeBytes,
        wall: failure.wall)
    }
    self.moment = moment
    callers = ranking.ranked(by: try ClearingGains(room, for: buffers))
    grouping = options.grouping
    unattributed = ranking.unattributed
    pins = try PinRanking(room, for: buffers).pins().map { pin in
      TracedPin(pin: pin, makers: makers.stretches(in: pin.range))
    }
    var plans: [TracedPlan?] = []
    for (request, allocator) in buffers {
      let planner = try ClearingPlanner(room, for: request, allocator: allocator)
      plans.append(planner.cheapest().map { makers.traced($0, in: room) })
    }
    self.plans = plans
  }
}

extension TraceReport.Moment {
  fileprivate init(
    _ state: ReplayedState, layout: Layout, buffers requests: [(BufferRequest, Allocator)]
  ) throws(AllocatorError) {
    asked = state.moment
    event = state.event
    time = state.time
    snapshot = state.snapshot
    pieceCount = state.map.pieceCount
    room = Room(map: snapshot.map, layout: layout, facts: snapshot.facts)
    var buffers: [BufferForecast] = []
    for (request, allocator) in requests {
      buffers.append(try Forecaster(room).forecast(request, allocator: allocator))
    }
    self.buffers = buffers
  }
}
