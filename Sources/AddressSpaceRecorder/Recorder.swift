public import AddressSpaceTrace
import CAddressSpaceRecorder

/// Records every call that changes the address space of a program, with its stack, from outside.
///
/// All of it happens on the thread that calls `run`: the kernel binds a tracee to its tracer's
/// thread. A started program dies with its recorder, for the filter it carries lets nothing
/// pass without one; a process that was attached to is let go.
public final class Recorder<Sink: TraceSink> {
  let options: RecorderOptions
  let reader: ProcessReader
  let notify: (RecorderNotice) -> Void
  let log: TraceLog<Sink>
  let modules: ModuleTable<Sink>
  /// Every thread that is traced, by its id.
  var tracees: [Int32: Tracee<Sink>] = [:]
  /// New threads that stopped before their maker told of them.
  var early: Set<Int32> = []
  /// The spaces that are recorded, by their place in the recording.
  var spaces: [Int: RecordedSpace<Sink>] = [:]
  /// The process that everything is about.
  var mainPID: Int32 = 0
  var outcome = RecorderOutcome(status: nil, signal: nil, events: 0, mismatches: 0)
  /// When a process that runs already was traced with all its threads.
  var timeAttached: UInt64 = 0
  var isLettingGo = false
  /// Whether the room fell below the limit that ends the recording.
  var isStopping = false
  var lastProgress: UInt64 = 0
  private var hasToldOfDescendants = false
  private var hasStopped = false

  /// A recorder that writes to `sink`.
  public init(
    _ options: RecorderOptions, to sink: Sink, reader: ProcessReader,
    notify: @escaping (RecorderNotice) -> Void = { _ in }
  ) {
    self.options = options
    self.reader = reader
    self.notify = notify
    log = TraceLog(sink)
    modules = ModuleTable(log)
  }

  var isAttached: Bool {
    if case .process = options.subject { true } else { false }
  }

  /// Records until the program and all that it started have ended, or until it is asked to stop.
  public func run() throws(RecorderError) -> RecorderOutcome {
    asp_watch_signals()
    switch options.subject {
    case .program(let command): try start(command)
    case .process(let pid): try attach(to: pid)
    }
    try follow()
    try resolveSymbols()
    outcome.events = log.events
    try log.finish(
      TraceEnd(duration: log.now, status: outcome.status, signal: outcome.signal))
    return outcome
  }

  private func header(_ command: [String]) -> TraceHeader {
    TraceHeader(
      command: command, began: asp_time(), isAttached: isAttached, recorder: options.release)
  }

  private func start(_ command: [String]) throws(RecorderError) {
    guard let program = command.first else { throw .noSuchProgram("") }
    try log.begin(header(command))
    var failures: Int32 = -1
    let arguments = command.flatMap(\.utf8CString)
    let result = asp_spawn(arguments, arguments.count, &mainPID, &failures)
    guard result == 0 else { throw .failed(what: "starting \(program)", errno: -result) }
    tracees[mainPID] = Tracee(tid: mainPID, pid: mainPID, space: nil)
    // Until the program runs there is nothing to record: what fails, fails before.
    while tracees[mainPID] != nil, spaces.isEmpty {
      try handleNextStop()
    }
    var failure = asp_start_failure()
    guard asp_start_failed(failures, &failure) == 0 else {
      throw Self.error(failure, program: program)
    }
  }

  private static func error(_ failure: asp_start_failure, program: String) -> RecorderError {
    if failure.stage == Int32(ASP_START_FILTER.rawValue) { return .noFilter(errno: failure.error) }
    return failure.error == Errno.noEntry.number
      ? .noSuchProgram(program) : .cannotExecute(program: program, errno: failure.error)
  }

  /// Handles stops until no thread is left, or all were let go.
  private func follow() throws(RecorderError) {
    while !tracees.isEmpty || !early.isEmpty {
      try handleNextStop()
      try log.commitInTime()
      if isStopping, !hasStopped {
        hasStopped = true
        try stop()
      }
      tellOfDescendants()
      tellProgress()
    }
  }

  private func handleNextStop() throws(RecorderError) {
    var stop = asp_stop()
    let result = asp_wait(&stop)
    switch -result {
    case 0: try handle(stop)
    case Errno.interrupted.number: break
    case Errno.noChild.number:
      tracees.removeAll()
      early.removeAll()
    default: throw .failed(what: "waiting for the program", errno: -result)
    }
    if asp_take_signals() != 0 { try handleSignals() }
  }

  private func tellOfDescendants() {
    guard !isAttached, !hasToldOfDescendants, outcome.status != nil || outcome.signal != nil,
      !tracees.isEmpty
    else { return }
    hasToldOfDescendants = true
    notify(.descendantsGoOn(count: Set(tracees.values.map(\.pid)).count))
  }

  private func resolveSymbols() throws(RecorderError) {
    try log.commit()
    try log.addSymbols { modules.symbols(of: $0) }
  }
}
