import AddressSpace
import AddressSpaceTrace
import CAddressSpaceRecorder

extension Recorder {
  /// Attaches to all threads of a running process and begins to record it.
  func attach(to pid: Int32) throws(RecorderError) {
    mainPID = pid
    try log.begin(
      TraceHeader(command: [], began: asp_time(), isAttached: true, recorder: options.release))
    var arrest = Arrest(pid: pid)
    try seizeAll(&arrest)
    let space = try beginSpace(of: pid, isMain: true)
    let threads = Array(tracees.values)
    for thread in threads { thread.space = space }
    for (child, maker) in arrest.children {
      if let maker = tracees[maker] { try adopt(child, of: maker) }
    }
    for thread in threads {
      if arrest.stoppedBefore.contains(thread.tid) {
        asp_resume(thread.tid, Int32(ASP_RESUME_LISTENING.rawValue), 0)
      } else {
        resume(thread)
      }
    }
    timeAttached = log.now
    if let duration = options.duration {
      log.keepAlarm(milliseconds: UInt32(clamping: max(1, min(duration / 1_000_000, 100))))
    }
  }

  /// Seizes threads until none is new and all stand still.
  private func seizeAll(_ arrest: inout Arrest) throws(RecorderError) {
    while true {
      var tids = [Int32](repeating: 0, count: 1 << 16)
      let count = asp_threads(arrest.pid, &tids, tids.count)
      guard count > 0 else { throw .noSuchProcess(arrest.pid) }
      let new = tids.prefix(count).filter { tracees[$0] == nil && !arrest.ended.contains($0) }
      // A list that is read while a thread ends may lack another.
      if new.isEmpty, count == asp_thread_count(arrest.pid) { return }
      for tid in new { try seize(tid, &arrest) }
      while !arrest.awaited.isEmpty { try awaitStop(&arrest) }
    }
  }

  private func seize(_ tid: Int32, _ arrest: inout Arrest) throws(RecorderError) {
    let result = asp_seize(tid)
    switch -result {
    case 0: arrest.awaited.insert(tid)
    case Errno.noProcess.number: break
    // The first thread is listed as long as there are others.
    case Errno.notPermitted.number where asp_has_ended(tid) != 0: arrest.ended.insert(tid)
    // Its maker was seized before it was made.
    case Errno.notPermitted.number where asp_is_traced_by_us(tid) != 0: break
    case Errno.notPermitted.number: throw tracedOrForbidden(arrest.pid)
    default: throw .failed(what: "tracing \(arrest.pid)", errno: -result)
    }
  }

  private func tracedOrForbidden(_ pid: Int32) -> RecorderError {
    let tracer = asp_tracer_of(pid)
    return tracer > 0 ? .isTraced(pid, by: tracer) : .notPermitted(pid)
  }

  /// Waits until one more thread stands still, wherever that is: at a child's birth its maker cannot
  /// go on before the child can.
  private func awaitStop(_ arrest: inout Arrest) throws(RecorderError) {
    var stop = asp_stop()
    let result = asp_wait(&stop)
    if -result == Errno.interrupted.number, asp_take_signals() == 0 { return }
    guard result == 0 else { throw .failed(what: "stopping \(arrest.pid)", errno: -result) }
    let kind = asp_stop_kind(UInt32(stop.kind))
    let isAwaited = arrest.awaited.contains(stop.tid)
    switch kind {
    case ASP_STOP_EXITED, ASP_STOP_KILLED:
      arrest.awaited.remove(stop.tid)
      early.remove(stop.tid)
      tracees[stop.tid] = nil
    case ASP_STOP_SIGNAL: asp_resume(stop.tid, Int32(ASP_RESUME.rawValue), stop.signal)
    case ASP_STOP_EXEC:
      // All other threads are gone, and who called it has the first one's number.
      arrest.awaited.remove(Int32(truncatingIfNeeded: stop.message))
      halt(stop.tid, kind, &arrest)
    case ASP_STOP_FORK, ASP_STOP_VFORK, ASP_STOP_CLONE:
      halt(stop.tid, kind, &arrest)
      noteChild(Int32(truncatingIfNeeded: stop.message), of: stop.tid, &arrest)
    case _ where isAwaited: halt(stop.tid, kind, &arrest)
    case ASP_STOP_EXITING: asp_resume(stop.tid, Int32(ASP_RESUME.rawValue), 0)
    default: early.insert(stop.tid)
    }
  }

  private func halt(_ tid: Int32, _ kind: asp_stop_kind, _ arrest: inout Arrest) {
    arrest.awaited.remove(tid)
    let tracee = Tracee<Sink>(tid: tid, pid: arrest.pid, space: nil)
    tracee.isEnding = kind == ASP_STOP_EXITING
    tracees[tid] = tracee
    if kind == ASP_STOP_GROUP { arrest.stoppedBefore.insert(tid) }
  }

  /// Takes in what a thread made just when it was seized: that is traced from its beginning.
  private func noteChild(_ child: Int32, of maker: Int32, _ arrest: inout Arrest) {
    if asp_process_of(child) != arrest.pid {
      arrest.children.append((child, maker))
    } else if early.remove(child) != nil {
      halt(child, ASP_STOP_INTERRUPTED, &arrest)
    } else {
      arrest.awaited.insert(child)
    }
  }
}

/// The state of attaching to a process, thread by thread.
private struct Arrest {
  let pid: Int32
  /// Threads that are seized but do not stand still yet.
  var awaited: Set<Int32> = []
  /// Those that stood before, by job control, and have to go on doing so.
  var stoppedBefore: Set<Int32> = []
  /// Those that have ended but are still listed.
  var ended: Set<Int32> = []
  /// Processes that one of them made meanwhile.
  var children: [(child: Int32, maker: Int32)] = []
}
