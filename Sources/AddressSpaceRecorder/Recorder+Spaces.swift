import AddressSpace
import AddressSpaceTrace
import CAddressSpaceRecorder

extension Recorder {
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
    let space = try beginSpace(of: pid, isMain: wasMain)
    begun.space = space
    if asp_lost_privileges(pid) != 0 { notify(.lostPrivileges(program: space.name)) }
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
    try nameGeneratedCode(of: space)
    guard spaces[space.place] != nil, let (snapshot, capture) = try? reader.snapshot(space.pid)
    else { return }
    try reconcile(space, with: snapshot.map) { self.found($0, in: space) }
    try add(capture, of: space, .end, at: log.now)
    spaces[space.place] = nil
  }

  /// Names the frames that lie in code that was made at run time.
  func nameGeneratedCode(of space: RecordedSpace<Sink>) throws(RecorderError) {
    guard !space.stacks.unnamed.isEmpty, let text = reader.perfMap(space.pid) else { return }
    try space.stacks.nameFrames(by: PerfMap(text))
  }

  /// Keeps a map of a moment with little room.
  func keepLow(_ space: RecordedSpace<Sink>) throws(RecorderError) {
    guard let (_, capture) = try? reader.snapshot(space.pid) else { return }
    try add(capture, of: space, .low, at: log.now)
  }
}
