import AddressSpace
import AddressSpaceFormats
import AddressSpaceTrace

/// Makes a recording of a log of strace, so that `report` works where only strace runs: its calls are
/// the events, its stacks (`-k`) theirs.
///
/// What the kernel mapped by itself is not in a log. Each space begins with what later calls show to
/// have been there, and the recording says that mappings may be missing.
struct StraceRecording<Sink: TraceSink> {
  private let sink: Sink
  private let log: [UInt8]
  private let first: (main: Int?, spaces: [StraceSpace], frames: [StraceFrame], began: UInt64?)
  /// The places in the recording of the log's spaces; those in which nothing happened have none.
  private var spaces: [Int: Int] = [:]
  private var threads: [Int32: Int] = [:]
  private var modules: [String: Int] = [:]
  private var stacks = StackTable()
  private var frames = 0
  private var events = 0

  /// Writes the recording of `log` to `sink`; answers what in the log could not be read, and how
  /// many events there are.
  ///
  /// - Parameter release: of this program, for the header.
  static func write(
    _ log: [UInt8], to sink: Sink, release: String
  ) throws(Sink.Failure) -> (events: Int, diagnostics: Diagnostics) {
    // Only the end of a log tells what was there at its beginning.
    var first = StraceReplay(log)
    first.run { _ in }
    var recording = StraceRecording(
      sink, log, (first.main, first.spaces, first.frames, first.began))
    try recording.write(release: release)
    return (recording.events, first.diagnostics)
  }

  private init(
    _ sink: Sink, _ log: [UInt8],
    _ first: (main: Int?, spaces: [StraceSpace], frames: [StraceFrame], began: UInt64?)
  ) {
    self.sink = sink
    self.log = log
    self.first = first
  }

  private mutating func write(release: String) throws(Sink.Failure) {
    let main = first.main.map { first.spaces[$0] }
    try sink.begin(
      TraceHeader(
        // Of long arguments a log has the beginning only; of the program it has the path.
        command: main.flatMap { space in
          space.program.map { [$0] + space.arguments.dropFirst() }
        } ?? [],
        began: first.began ?? 0, isAttached: main?.program == nil, recorder: release))
    try addFrames()
    var replay = StraceReplay(log, found: first.spaces.map(\.found))
    try replay.run { (event) throws(Sink.Failure) in
      switch event {
      case .began(let space, let map, let time): try begin(space, map.map, at: time)
      case .step(let step): try add(step)
      }
    }
    try sink.finish(TraceEnd(duration: replay.duration))
    try sink.commit()
  }

  private mutating func addFrames() throws(Sink.Failure) {
    for frame in first.frames {
      let module = try frame.module.map { (path) throws(Sink.Failure) in try place(of: path) }
      let origin: Frame.Origin = frame.note == nil ? .unwound : .note
      // A note says why the stack ends: its offset is the place of its symbol.
      try sink.add(
        Frame(
          module: module, offset: frame.note == nil ? frame.offset : UInt64(frames), origin: origin)
      )
      if let text = frame.note ?? frame.function {
        try sink.add([Symbol(function: text)], ofFrame: frames)
      }
      frames += 1
    }
  }

  private mutating func place(of path: String) throws(Sink.Failure) -> Int {
    if let place = modules[path] { return place }
    try sink.add(TraceModule(path: path))
    modules[path] = modules.count
    return modules.count - 1
  }

  private mutating func begin(
    _ place: Int, _ map: AddressMap, at time: UInt64
  ) throws(Sink.Failure) {
    guard first.spaces.indices.contains(place) else { return }
    let space = first.spaces[place]
    guard space.changes > 0 else { return }
    try sink.add(
      TraceSpace(
        pid: space.pid, name: space.name ?? "", wordSize: space.wordSize,
        isMain: place == first.main))
    let source = Source(kind: .strace, pid: space.pid, name: space.name)
    let snapshot = Snapshot(source: source, map: map, facts: space.facts)
    try sink.add(
      TraceSnapshot(
        space: spaces.count, time: time, events: events, occasion: .start,
        capture: CaptureText.write(snapshot)))
    spaces[place] = spaces.count
  }

  private mutating func add(_ step: StraceStep) throws(Sink.Failure) {
    guard let space = spaces[step.space] else { return }
    try sink.add(
      TraceEvent(
        time: step.time, space: space, thread: try place(of: step.thread), call: step.call,
        outcome: step.outcome, stack: try stack(of: step.stack)))
    events += 1
  }

  private mutating func place(of thread: Int32) throws(Sink.Failure) -> Int {
    if let place = threads[thread] { return place }
    try sink.add(TraceThread(tid: thread, name: ""))
    threads[thread] = threads.count
    return threads.count - 1
  }

  private mutating func stack(of frames: [Int]) throws(Sink.Failure) -> StackID? {
    var parent: Int?
    for frame in frames.reversed() {
      let node = StackTable.Node(parent: parent, frame: frame)
      let (place, isNew) = stacks.place(of: node)
      if isNew { try sink.add(node) }
      parent = place
    }
    return parent.map(StackID.init)
  }
}
