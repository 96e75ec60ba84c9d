import AddressSpace
import AddressSpaceProcess
import AddressSpaceReport
import Glibc

/// Holds targets against a policy, once or for some time.
struct PolicyWatch {
  let policy: Policy
  let baseline: Baseline?
  let targets: [Target]
  let choice: SnapshotOptions
  let layout: LayoutOptions

  /// What came of it; each target is looked at once, then every so often until the time is over or
  /// all of them have ended.
  func look(
    for period: Double, every step: Double, ended: (Target) -> Void
  ) throws -> [CheckedTarget] {
    let begin = ContinuousClock.now
    var checked = try targets.map(first)
    var living = Array(targets.indices)
    var next = step
    while next <= period, !living.isEmpty {
      sleep(until: begin + .seconds(next))
      var left: [Int] = []
      for index in living {
        do {
          let room = try layout.room(for: targets[index].snapshot(layout, choice))
          try look(at: room, in: &checked[index].trial, after: next)
          left.append(index)
        } catch let error as ProcessError where error.isOfEnded {
          ended(targets[index])
        }
      }
      living = left
      // What took longer than a step is not made up for.
      let now = (ContinuousClock.now - begin) / .seconds(1)
      next += step * max(1, ((now - next) / step).rounded(.up))
    }
    return checked
  }

  private func first(_ target: Target) throws -> CheckedTarget {
    let recording = try target.recording(choice)
    if let recording, recording.isThroughout {
      return try recording.checked(policy, baseline, layout)
    }
    let snapshot = try target.snapshot(layout, choice)
    let room = try layout.room(for: snapshot)
    if let baseline { try baseline.refuse(others: room, of: target.name) }
    var trial = PolicyTrial(policy, baseline: baseline)
    try look(at: room, in: &trial)
    var checked = CheckedTarget(
      source: snapshot.source, word: target.words, layout: room.layout, trial: trial,
      diagnostics: snapshot.diagnostics(under: room))
    if checked.verdict == .broken, let recording {
      let report = try recording.report(requests: [], allocator: nil, layout: layout)
      checked.stacks = policy.rules.map { _ in report.stacksOfPins }
    }
    return checked
  }

  private func look(
    at room: Room, in trial: inout PolicyTrial, after seconds: Double = 0
  ) throws {
    do throws(AllocatorError) {
      try trial.look(at: room, after: seconds)
    } catch {
      throw Failure(asking: error)
    }
  }

  private func sleep(until time: ContinuousClock.Instant) {
    while true {
      let left = (time - ContinuousClock.now) / .seconds(1)
      guard left > 0 else { return }
      var rest = timespec(tv_sec: Int(left), tv_nsec: Int((left - left.rounded(.down)) * 1e9))
      // A signal may end it early.
      nanosleep(&rest, nil)
    }
  }
}

extension Baseline {
  /// Refuses what it cannot be compared with.
  func refuse(others room: Room, of name: String) throws {
    guard !isComparable(with: room) else { return }
    throw Failure(
      .usage,
      "\(name) cannot be compared with the baseline, which is of another system: "
        + "\(self.room.layout.name), not \(room.layout.name). Name a baseline of its own.")
  }
}

extension Failure {
  /// What an allocator that does not exist means where a rule names it.
  init(asking error: AllocatorError) {
    guard case .foreign(let family, let layout) = error else {
      self.init(.usage, error.description)
      return
    }
    self.init(
      .usage,
      "\(family.rawValue) does not exist in the layout \(layout). Name another allocator after "
        + "'by'.")
  }
}

extension ProcessError {
  /// Whether a process that was there is no more.
  fileprivate var isOfEnded: Bool {
    switch self {
    case .noSuchProcess, .hasNoUserSpace: true
    default: false
    }
  }
}
