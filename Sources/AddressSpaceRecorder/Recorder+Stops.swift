import AddressSpaceTrace
import CAddressSpaceRecorder

extension Recorder {
  /// Does what a stop asks for, and lets the thread go on.
  func handle(_ stop: asp_stop) throws(RecorderError) {
    let kind = asp_stop_kind(UInt32(stop.kind))
    guard let tracee = tracees[stop.tid] else { return handleStranger(stop, kind) }
    switch kind {
    case ASP_STOP_CALL: try enter(tracee)
    case ASP_STOP_SYSCALL: try handleSyscall(tracee)
    case ASP_STOP_FORK, ASP_STOP_VFORK, ASP_STOP_CLONE:
      try adopt(Int32(truncatingIfNeeded: stop.message), of: tracee)
      resume(tracee)
    case ASP_STOP_EXEC:
      try beginProgram(tracee, calledBy: Int32(truncatingIfNeeded: stop.message))
      if let now = tracees[stop.tid] { resume(now) }
    case ASP_STOP_EXITING:
      try end(tracee)
      resume(tracee)
    case ASP_STOP_EXITED, ASP_STOP_KILLED: try remove(tracee, stop)
    case ASP_STOP_SIGNAL: resume(tracee, signal: stop.signal)
    case ASP_STOP_GROUP where !isLettingGo:
      asp_resume(tracee.tid, Int32(ASP_RESUME_LISTENING.rawValue), 0)
    default: resume(tracee)
    }
    if isLettingGo { try letGoTogether() }
  }

  /// A thread that nobody told of yet: its maker will.
  private func handleStranger(_ stop: asp_stop, _ kind: asp_stop_kind) {
    switch kind {
    case ASP_STOP_EXITED, ASP_STOP_KILLED: early.remove(stop.tid)
    default: early.insert(stop.tid)
    }
  }

  /// Lets a thread go on to the next stop that matters.
  func resume(_ tracee: Tracee<Sink>, signal: Int32 = 0) {
    // A call that has begun is followed to its end.
    if isLettingGo, tracee.call == nil {
      // Who lent its memory by vfork cannot stop before it gets it back.
      if tracee.borrowsMemory { return letGo(tracee, signal) }
      tracee.heldSignal = signal
      return
    }
    // A child that is not recorded can go on alone, where it carries no filter.
    if isAttached, tracee.space == nil { return letGo(tracee, signal) }
    // In a call it has to stop at its end; without a filter, at every call.
    let how = tracee.call != nil || isAttached ? ASP_RESUME_TO_SYSCALL : ASP_RESUME
    asp_resume(tracee.tid, Int32(how.rawValue), signal)
  }

  private func letGo(_ tracee: Tracee<Sink>, _ signal: Int32) {
    asp_resume(tracee.tid, Int32(ASP_RESUME_DETACHED.rawValue), signal)
    forget(tracee)
  }

  private func handleSyscall(_ tracee: Tracee<Sink>) throws(RecorderError) {
    var call = asp_call()
    guard asp_call_info(tracee.tid, &call) == 0 else { return resume(tracee) }
    if tracee.call != nil {
      try leave(tracee, call)
    } else if isAttached, call.is_exit == 0 {
      try enter(tracee, call)
    } else {
      resume(tracee)
    }
  }

  /// Forgets a thread that is gone, and lets those go on that waited for it.
  func forget(_ tracee: Tracee<Sink>) {
    tracees[tracee.tid] = nil
    guard let space = tracee.space else { return }
    space.waiting.removeAll { $0 === tracee }
    if space.caller === tracee { space.caller = nil }
  }

  private func remove(_ tracee: Tracee<Sink>, _ stop: asp_stop) throws(RecorderError) {
    let space = tracee.space
    forget(tracee)
    if stop.tid == mainPID {
      if stop.kind == Int32(ASP_STOP_EXITED.rawValue) {
        outcome.status = stop.status
      } else {
        outcome.signal = stop.signal
      }
    }
    if let space { try admitNext(to: space) }
  }
}
