import AddressSpace
import AddressSpaceRecorder
import AddressSpaceReport
import AddressSpaceStore
import AddressSpaceTrace

/// Runs a program, once or often, and holds each launch against a policy, at every moment of it.
struct PolicyRun {
  let policy: Policy
  let baseline: Baseline?
  /// The program and its arguments.
  let command: [String]
  let options: RunOptions
  let launches: LaunchOptions
  let layout: LayoutOptions
  let isQuiet: Bool

  /// What Ctrl-C sends to the program as well.
  private static let interrupt: Int32 = 2

  /// What came of all launches.
  struct Outcome {
    /// The program, then with `-f` its children, in the order in which they first came.
    var targets: [CheckedTarget] = []
    /// How the program failed, a sentence; nil where it did not.
    var failure: String?
  }

  func outcome() throws -> Outcome {
    let count = launches.count ?? 1
    var programs = CheckedPrograms(policy, required: launches.required)
    var failures: [(launch: Int, how: String)] = []
    for launch in 1...count {
      var isInterrupted = false
      try recorded(launch) { path, outcome in
        programs.add(try targets(of: path, isKept: options.keep != nil))
        if let how = Self.failure(outcome) { failures.append((launch, how)) }
        isInterrupted = outcome.isStopped || outcome.signal == Self.interrupt
      }
      // Who stops one launch means all of them.
      if isInterrupted { break }
    }
    return Outcome(
      targets: programs.targets, failure: Self.sentence(failures, launches: count))
  }

  /// Records the program into a file, which is there while `body` runs.
  private func recorded(
    _ launch: Int, _ body: (_ path: String, RecorderOutcome) throws -> Void
  ) throws {
    if let keep = options.keep {
      let path = launches.count == nil ? keep : "\(keep).\(launch)"
      try body(path, try record(to: path, force: options.force))
    } else {
      let file = try TemporaryFile(named: "run.addrspace")
      try body(file.path, try record(to: file.path, force: false))
    }
  }

  private func record(to path: String, force: Bool) throws -> RecorderOutcome {
    var recording = RecorderOptions(.program(command), release: Version.text)
    recording.followsChildren = options.followsChildren
    do {
      let sink = try RecordingWriter(path: path, force: force)
      return try Recorder(recording, to: sink, reader: .live, notify: tell).run()
    } catch let error as RecorderError {
      throw Failure(recording: error)
    } catch let error as RecordingError {
      throw Failure(.notRecorded, "\(error)")
    }
  }

  private func tell(_ notice: RecorderNotice) {
    switch notice {
    case .lostPrivileges(let program):
      guard !isQuiet else { return }
      Console.note(
        "addrspace: \(program) is setuid or setgid and runs without these privileges, because it is "
          + "recorded.")
    case .notRecorded(let pid, let why):
      Console.note("addrspace: process \(pid) is not recorded and not checked: \(why)")
    case .descendantsGoOn(let count):
      guard !isQuiet else { return }
      Console.note(
        "addrspace: the program has ended; waiting for \(count) "
          + "process\(count == 1 ? "" : "es") that it started.")
    case .mismatch, .progress, .fewerFit, .stoppedBelow: break
    }
  }

  /// What is held against the policy of a recording: the program, and with `-f` each other process.
  private func targets(of path: String, isKept: Bool) throws -> [CheckedTarget] {
    let reader = try RecordingReader(path: path)
    let main = reader.spaces.last(where: \.isMain)?.pid
    var pids: [Int32] = []
    for space in reader.spaces where options.followsChildren || space.pid == main {
      if !pids.contains(space.pid) { pids.append(space.pid) }
    }
    return try pids.compactMap { pid in
      var recording = RecordingTarget(path: path, moment: nil)
      recording.pid = pid
      do {
        var target = try recording.checked(policy, baseline, layout)
        // It is known by the program's name; the file may be gone when this is read.
        target.source.path = nil
        if !isKept {
          target.commands = policy.rules.map { _ in again }
        } else if pid != main {
          let command = "addrspace report \(path.shellWord) --pid \(pid)"
          target.commands = policy.rules.map { _ in command }
        }
        return target
      } catch let error as TraceReportError<RecordingError> {
        guard case .noStart = error, pid != main else { throw error }
        Console.note("addrspace: process \(pid) is not checked: \(error)")
        return nil
      }
    }
  }

  /// The command that records the program, to be asked then.
  private var again: String {
    let words = ["record"] + (options.followsChildren ? ["-f"] : []) + ["--"] + command
    return "addrspace " + words.map(\.shellWord).joined(separator: " ")
  }

  /// How a program failed, nil where it did not.
  private static func failure(_ outcome: RecorderOutcome) -> String? {
    if let signal = outcome.signal { return "was ended by signal \(signal)" }
    return outcome.status.flatMap { $0 == 0 ? nil : "ended with status \($0)" }
  }

  private static func sentence(
    _ failures: [(launch: Int, how: String)], launches: Int
  ) -> String? {
    guard let first = failures.first else { return nil }
    let rest = "What it would have done otherwise is not known."
    guard launches > 1 else { return "the program \(first.how). \(rest)" }
    return "the program failed in \(failures.count) of \(launches) launches: in launch "
      + "\(first.launch) it \(first.how). \(rest)"
  }
}
