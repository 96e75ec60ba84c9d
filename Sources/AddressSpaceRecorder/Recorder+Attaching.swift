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
}
