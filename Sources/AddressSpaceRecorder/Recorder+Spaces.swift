import AddressSpace
import AddressSpaceTrace
import CAddressSpaceRecorder

extension Recorder {
  /// Attaches to all threads of a running process and begins to record it.
  func attach(to pid: Int32) throws(RecorderError) {
    mainPID = pid
    try log.begin(
      TraceHeader(command: [], began: asp_time(), isAttached: true, recorder: options.release))
    try seizeThreads(of: pid)
    let space = try beginSpace(of: pid, isMain: true)
    for tracee in tracees.values {
      tracee.space = space
      resume(tracee)
    }
    timeAttached = log.now
    if let duration = options.duration {
      log.keepAlarm(milliseconds: UInt32(clamping: max(1, min(duration / 1_000_000, 100))))
    }
  }

  /// Seizes threads until none is new, each stopped.
  private func seizeThreads(of pid: Int32) throws(RecorderError) {
    while true {
      var tids = [Int32](repeating: 0, count: 1 << 16)
      let count = asp_threads(pid, &tids, tids.count)
      guard count > 0 else { throw .noSuchProcess(pid) }
      let new = tids.prefix(count).filter { tracees[$0] == nil }
      if new.isEmpty { return }
      for tid in new {
        let result = asp_seize(tid)
        // It may have ended meanwhile.
        if -result == Errno.noProcess.number { continue }
        guard result == 0 else {
          throw -result == Errno.notPermitted.number
            ? tracedOrForbidden(pid) : .failed(what: "tracing \(pid)", errno: -result)
        }
        tracees[tid] = Tracee(tid: tid, pid: pid, space: nil)
        try waitForStop(of: tid)
      }
    }
  }

  private func tracedOrForbidden(_ pid: Int32) -> RecorderError {
    let tracer = asp_tracer_of(pid)
    return tracer > 0 ? .isTraced(pid, by: tracer) : .notPermitted(pid)
  }

  private func waitForStop(of tid: Int32) throws(RecorderError) {
    var stop = asp_stop()
    while true {
      let result = asp_wait_for(tid, &stop)
      if -result == Errno.interrupted.number { continue }
      guard result == 0 else { throw .failed(what: "stopping thread \(tid)", errno: -result) }
      switch asp_stop_kind(UInt32(stop.kind)) {
      case ASP_STOP_EXITED, ASP_STOP_KILLED:
        tracees[tid] = nil
        return
      case ASP_STOP_SIGNAL: asp_resume(tid, Int32(ASP_RESUME.rawValue), stop.signal)
      case ASP_STOP_INTERRUPTED, ASP_STOP_GROUP: return
      default: asp_resume(tid, Int32(ASP_RESUME.rawValue), 0)
      }
    }
  }

  /// Begins to record the address space of a stopped process as it is now.
  func beginSpace(of pid: Int32, isMain: Bool) throws(RecorderError) -> RecordedSpace<Sink> {
    let (snapshot, capture) = try read { try reader.snapshot(pid) }
    let wordSize = snapshot.facts.wordSize ?? .bits64
    let place = try log.add(
      TraceSpace(
        pid: pid, name: snapshot.source.name ?? "", wordSize: wordSize, isMain: isMain))
    let stacks = try StackTaker(
      pid: pid, wordSize: wordSize, options: options, log: log, modules: modules)
    let space = RecordedSpace<Sink>(
      place: place, pid: pid, isMain: isMain, snapshot: snapshot, stacks: stacks,
      tracker: tracker(of: snapshot, isMain: isMain))
    spaces[place] = space
    try add(capture, of: space, .start, at: log.now)
    return space
  }

  /// Another program began in a process: all other threads are gone.
  func beginProgram(_ tracee: Tracee<Sink>, calledBy former: Int32) throws(RecorderError) {
    let pid = tracee.tid
    let old = tracee.space ?? tracees[former]?.space
    let wasMain = pid == mainPID
    for other in tracees.values where other.pid == pid { forget(other) }
    let begun = Tracee<Sink>(tid: pid, pid: pid, space: nil)
    tracees[pid] = begun
    if let old, let last = old.mapBeforeExecute {
      old.mapBeforeExecute = nil
      if !isShared(old) {
        try add(last.capture, of: old, .end, at: last.time)
        spaces[old.place] = nil
      }
    }
    guard wasMain || options.followsChildren else { return }
    begun.space = try beginSpace(of: pid, isMain: wasMain)
  }

  /// A thread made another one, or a child.
  func adopt(_ child: Int32, of maker: Tracee<Sink>) throws(RecorderError) {
    let process = asp_process_of(child)
    let pid = process > 0 ? process : child
    let tracee = Tracee<Sink>(tid: child, pid: pid, space: nil)
    tracees[child] = tracee
    let hasStopped = early.remove(child) != nil
    if pid == maker.pid || asp_shares_memory(maker.tid, child) == 1 {
      tracee.space = maker.space
    } else if options.followsChildren, maker.space != nil {
      do throws(RecorderError) {
        tracee.space = try beginSpace(of: pid, isMain: false)
      } catch {
        notify(.notRecorded(pid: pid, why: "\(error)"))
      }
    }
    if hasStopped { resume(tracee) }
  }

  /// A thread is about to end; with the last one of its process goes the map.
  func end(_ tracee: Tracee<Sink>) throws(RecorderError) {
    tracee.isEnding = true
    tracee.call = nil
    guard let space = tracee.space else { return }
    space.waiting.removeAll { $0 === tracee }
    if space.caller === tracee { space.caller = nil }
    let isLast = !tracees.values.contains { $0.space === space && !$0.isEnding }
    if isLast {
      try endSpace(space)
    } else {
      try admitNext(to: space)
    }
  }

  /// Reads a space for the last time.
  func endSpace(_ space: RecordedSpace<Sink>) throws(RecorderError) {
    // A process that is being killed may have no map any more; what was recorded stays.
    guard spaces[space.place] != nil, let (snapshot, capture) = try? reader.snapshot(space.pid)
    else { return }
    try reconcile(space, with: snapshot.map) { self.found($0, in: space) }
    try add(capture, of: space, .end, at: log.now)
    spaces[space.place] = nil
  }

  /// Keeps a map of a moment with little room.
  func keepLow(_ space: RecordedSpace<Sink>) throws(RecorderError) {
    guard let (_, capture) = try? reader.snapshot(space.pid) else { return }
    try add(capture, of: space, .low, at: log.now)
  }

  /// Keeps the map as it is when `execve` is called: if it succeeds, that was the last of it.
  func noteMap(of space: RecordedSpace<Sink>) throws(RecorderError) {
    guard let (snapshot, capture) = try? reader.snapshot(space.pid) else { return }
    try reconcile(space, with: snapshot.map) { self.found($0, in: space) }
    space.mapBeforeExecute = (log.now, capture)
  }

  /// Reads the map and records what is different from what was replayed.
  func reconcile(
    _ space: RecordedSpace<Sink>, event: (MapChange) -> TraceEvent
  ) throws(RecorderError) {
    let map = try read { try reader.map(space.pid) }
    try reconcile(space, with: map, event: event)
  }

  private func reconcile(
    _ space: RecordedSpace<Sink>, with map: AddressMap, event: (MapChange) -> TraceEvent
  ) throws(RecorderError) {
    for change in space.map.differences(from: map) {
      space.apply(change, by: try log.add(event(change)))
    }
  }

  /// Holds the replayed map against the kernel's.
  func verify(_ space: RecordedSpace<Sink>) throws(RecorderError) {
    let map = try read { try reader.map(space.pid) }
    let found = space.map.differences(from: map)
    // A stack that grew is no mistake: no call makes it grow.
    let mistakes = found.filter { change in
      if case .map(let region) = change { region.name != "[stack]" } else { true }
    }
    for change in found { space.apply(change, by: try log.add(self.found(change, in: space))) }
    guard !mistakes.isEmpty else { return }
    outcome.mismatches += 1
    notify(.mismatch(event: log.events, found: mistakes))
  }

  private func found(_ change: MapChange, in space: RecordedSpace<Sink>) -> TraceEvent {
    TraceEvent(
      time: log.now, space: space.place, thread: nil, call: .found, outcome: .changed(change))
  }

  private func add(
    _ capture: [UInt8], of space: RecordedSpace<Sink>, _ occasion: TraceSnapshot.Occasion,
    at time: UInt64
  ) throws(RecorderError) {
    try log.add(
      TraceSnapshot(
        space: space.place, time: time, events: log.events, occasion: occasion, capture: capture))
  }

  private func isShared(_ space: RecordedSpace<Sink>) -> Bool {
    tracees.values.contains { $0.space === space }
  }

  private func read<Value>(_ body: () throws -> Value) throws(RecorderError) -> Value {
    do {
      return try body()
    } catch {
      throw .unreadable(error)
    }
  }
}
