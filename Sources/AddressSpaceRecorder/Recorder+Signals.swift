import CAddressSpaceRecorder

extension Recorder {
  /// The first Ctrl-C is the program's: it has it from the terminal as we have. A second ends both.
  /// A process that was attached to is let go at the first.
  func handleSignals() throws(RecorderError) {
    let interrupts = asp_signal_count(Signal.interrupt)
    let ends = asp_signal_count(Signal.terminate) + asp_signal_count(Signal.hangUp)
    if isAttached {
      let isOver = options.duration.map { log.now - timeAttached >= $0 } ?? false
      if interrupts + ends > 0 || isOver { try letGo() }
    } else if interrupts > 1 || ends > 0 {
      outcome.isStopped = true
      killAll()
    }
    try log.commitInTime()
    log.renewAlarm()
  }

  /// Ends the recording from our side: with what was started, for that cannot go on without us.
  func stop() throws(RecorderError) {
    if isAttached { return try letGo() }
    for space in spaces.values.sorted(by: { $0.place < $1.place }) { try endSpace(space) }
    killAll()
  }

  private func killAll() {
    for pid in Set(tracees.values.map(\.pid)) { asp_kill(pid) }
  }

  /// Asks every thread to stop so that it can be let go.
  private func letGo() throws(RecorderError) {
    guard !isLettingGo else { return }
    isLettingGo = true
    for space in spaces.values {
      // These stand before a call, which they will make without us.
      let waiting = space.waiting
      space.waiting.removeAll()
      for tracee in waiting {
        tracee.call = nil
        resume(tracee)
      }
    }
    for tracee in tracees.values where tracee.heldSignal == nil { asp_interrupt(tracee.tid) }
    try letGoTogether()
  }

  /// Lets all threads go once the last of them stands still, so that what is read of them before is
  /// of one moment.
  func letGoTogether() throws(RecorderError) {
    guard tracees.values.allSatisfy({ $0.heldSignal != nil }) else { return }
    for space in spaces.values.sorted(by: { $0.place < $1.place }) { try endSpace(space) }
    for tracee in tracees.values {
      asp_resume(tracee.tid, Int32(ASP_RESUME_DETACHED.rawValue), tracee.heldSignal ?? 0)
    }
    tracees.removeAll()
    early.removeAll()
  }
}

/// The signals that a recorder minds.
enum Signal {
  static let hangUp: Int32 = 1
  static let interrupt: Int32 = 2
  static let terminate: Int32 = 15
}
