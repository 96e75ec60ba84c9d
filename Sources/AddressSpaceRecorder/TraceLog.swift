import AddressSpaceTrace
import CAddressSpaceRecorder

/// Writes a recording as it is made: numbers what others refer to, and commits in time.
final class TraceLog<Sink: TraceSink> {
  private let sink: Sink
  private let beginning = asp_now()
  private var frames: [Frame: Int] = [:]
  /// The frames that lie in no module.
  private var named: [Symbol: Int] = [:]
  private var stacks = StackTable()
  private var spaces = 0
  private var threads = 0
  private var modules = 0
  /// How many events were recorded.
  private(set) var events = 0
  private var lastCommit: UInt64 = 0
  private var isDirty = false
  /// In milliseconds, 0 for none.
  private var idleAlarm: UInt32 = 0

  init(_ sink: Sink) { self.sink = sink }

  /// Nanoseconds since the recording began.
  var now: UInt64 { asp_now() - beginning }

  /// How many different frames there are.
  var frameCount: Int { frames.count }

  func begin(_ header: TraceHeader) throws(RecorderError) {
    try write { () throws(Sink.Failure) in try sink.begin(header) }
  }

  func add(_ space: TraceSpace) throws(RecorderError) -> Int {
    try write { () throws(Sink.Failure) in try sink.add(space) }
    spaces += 1
    return spaces - 1
  }

  func add(_ thread: TraceThread) throws(RecorderError) -> Int {
    try write { () throws(Sink.Failure) in try sink.add(thread) }
    threads += 1
    return threads - 1
  }

  func add(_ module: TraceModule) throws(RecorderError) -> Int {
    try write { () throws(Sink.Failure) in try sink.add(module) }
    modules += 1
    return modules - 1
  }

  func place(of frame: Frame) throws(RecorderError) -> Int {
    if let place = frames[frame] { return place }
    try write { () throws(Sink.Failure) in try sink.add(frame) }
    frames[frame] = frames.count
    return frames.count - 1
  }

  /// The place of a frame that lies in no module, but of which everything is known.
  func place(of symbol: Symbol, _ origin: Frame.Origin) throws(RecorderError) -> Int {
    if let place = named[symbol] { return place }
    let place = try place(of: Frame(module: nil, offset: UInt64(named.count), origin: origin))
    try add([symbol], of: place)
    named[symbol] = place
    return place
  }

  /// Says what is known of a frame.
  func add(_ symbols: [Symbol], of frame: Int) throws(RecorderError) {
    try write { () throws(Sink.Failure) in try sink.add(symbols, ofFrame: frame) }
  }

  /// The stack of some frames, by their places, innermost first.
  func stack(of frames: [Int]) throws(RecorderError) -> StackID? {
    var parent: Int?
    for frame in frames.reversed() {
      let node = StackTable.Node(parent: parent, frame: frame)
      let (place, isNew) = stacks.place(of: node)
      if isNew { try write { () throws(Sink.Failure) in try sink.add(node) } }
      parent = place
    }
    return parent.map(StackID.init)
  }

  func add(_ snapshot: TraceSnapshot) throws(RecorderError) {
    try write { () throws(Sink.Failure) in try sink.add(snapshot) }
  }

  /// Records an event and answers its number, from 1.
  @discardableResult
  func add(_ event: TraceEvent) throws(RecorderError) -> Int {
    try write { () throws(Sink.Failure) in try sink.add(event) }
    events += 1
    return events
  }

  /// Calls `body` for every frame that lies in a module, and records what it knows.
  func addSymbols(_ body: (Frame) -> [Symbol]) throws(RecorderError) {
    for (frame, place) in frames.sorted(by: { $0.value < $1.value }) {
      let symbols = body(frame)
      guard !symbols.isEmpty else { continue }
      try write { () throws(Sink.Failure) in try sink.add(symbols, ofFrame: place) }
    }
  }

  /// Commits what was added, if that was not done for some time.
  func commitInTime() throws(RecorderError) {
    guard isDirty, now - lastCommit >= Self.longestUncommitted else { return }
    try commit()
  }

  func commit() throws(RecorderError) {
    try write { () throws(Sink.Failure) in try sink.commit() }
    isDirty = false
    lastCommit = now
    asp_set_alarm(idleAlarm)
  }

  /// Has the alarm come as it should, after a signal that asked for an early one.
  func renewAlarm() { asp_set_alarm(isDirty ? Self.alarmMilliseconds : idleAlarm) }

  /// Ends waits every so many milliseconds also while there is nothing to commit.
  func keepAlarm(milliseconds: UInt32) {
    idleAlarm = milliseconds
    asp_set_alarm(milliseconds)
  }

  func finish(_ end: TraceEnd) throws(RecorderError) {
    asp_set_alarm(0)
    try write { () throws(Sink.Failure) in try sink.finish(end) }
  }

  private func write(_ body: () throws(Sink.Failure) -> Void) throws(RecorderError) {
    if !isDirty {
      isDirty = true
      // The next wait must end in time to commit.
      asp_set_alarm(Self.alarmMilliseconds)
    }
    do throws(Sink.Failure) {
      try body()
    } catch {
      throw .notWritten(error)
    }
  }

  /// In nanoseconds: a quarter of a second is promised.
  private static var longestUncommitted: UInt64 { 150_000_000 }
  private static var alarmMilliseconds: UInt32 { 100 }
}
