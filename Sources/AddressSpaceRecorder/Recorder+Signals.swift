import CAddressSpaceRecorder

extension Recorder {
  /// The first Ctrl-C is the program's: it has it from the terminal as we have. A second ends both.
  /// A process that was attached to is let go at the first.
  func handleSignals() throws(RecorderError) {
    let interrupts = asp_signal_count(Signal.interrupt)
    let ends = asp_signal_count(Signal.terminate) + asp_signal_count(Signal.hangUp)
    if isAttached {
      let isOver = options.duration.map { log.now >= $0 } ?? false
      if interrupts + ends > 0 || isOver { letGo() }
    } else if interrupts > 1 || ends > 0 {
      for pid in Set(tracees.values.map(\.pid)) { asp_kill(pid) }
    }
    try log.commitInTime()
  }

  /// Asks every thread to stop so that it can be let go.
  private func letGo() {
    guard !isLettingGo else { return }
    isLettingGo = true
    for tid in tracees.keys { asp_interrupt(tid) }
  }
}

/// The signals that a recorder minds.
enum Signal {
  static let hangUp: Int32 = 1
  static let interrupt: Int32 = 2
  static let terminate: Int32 = 15
}
