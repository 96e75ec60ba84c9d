public import AddressSpace

/// A log of `strace`, replayed from its first line to its last.
///
/// What the kernel maps by itself is not in a log: the program, its loader, the stack and the
/// kernel's own pages. Later calls show a part of that.
public struct StraceReplay {
  /// The address spaces, in the order in which they began.
  public var spaces: [StraceSpace] { states.map(\.info) }
  /// All different frames of the log's stacks, in the order in which they came.
  public private(set) var frames: [StraceFrame] = []
  /// What could not be read.
  public private(set) var diagnostics = Diagnostics()
  /// When the last line was written, in nanoseconds from the first.
  public var duration: UInt64 { clock.now }
  /// When the first line was written, in seconds since 1970; nil where the log does not say.
  public var began: UInt64? { clock.began }

  private let bytes: [UInt8]
  /// Where the next line begins.
  private var position = 0
  private let found: [[Region]]
  var states: [StraceSpaceState] = []
  private var processes = StraceProcesses()
  private var returns = StraceReturns()
  private var memory = StraceSharedMemory()
  private var offsets = StraceOffsets()
  private var clock = StraceClock()
  private var places: [StraceFrame: Int] = [:]
  /// The steps of the last call: its stack stands in the lines below it.
  private var steps: [StraceStep] = []
  private var stack: [Int] = []
  /// Steps of calls whose return, and stack, the log shows later than their effect.
  private var early: [StraceStep] = []
  /// Of the spaces that have ended, the one whose map is kept.
  private var best: Int?
  /// How many threads' spaces the log does not tell.
  var guesses: Int { processes.guesses }

  /// A replay of `bytes`, which has not begun.
  ///
  /// - Parameter found: what is known of an earlier replay to be mapped when each space begins.
  public init(_ bytes: [UInt8], found: [[Region]] = []) {
    self.bytes = bytes
    self.found = found
  }

  /// What a replay hands out.
  public enum Event: Sendable {
    /// A space began, with this map: that of its parent where it was forked.
    case began(space: Int, map: EvolvingMap, time: UInt64)
    /// A call.
    case step(StraceStep)
  }

  /// Replays all of it.
  public mutating func run<Failure: Error>(
    _ body: (Event) throws(Failure) -> Void
  ) throws(Failure) {
    var number = 0
    var told = 0
    while let line = StraceLine.next(bytes, &position) {
      number += 1
      if case .frame(let place) = line.content {
        addFrame(place)
      } else {
        try flush(body)
        read(line, number: number)
      }
      while told < states.count {
        try body(.began(space: told, map: states[told].map, time: clock.now))
        told += 1
      }
      for space in processes.takeLeft() { forget(space) }
    }
    try flush(body)
  }

  /// Keeps of the spaces that have ended the one that changed most: a log of a build has thousands.
  private mutating func forget(_ ended: Int) {
    guard let other = best, other != ended else {
      best = ended
      return
    }
    let isBetter = isAhead(ended, of: other)
    states[isBetter ? other : ended].forget()
    if isBetter { best = ended }
  }

  /// Whether a space rather than another is meant where nobody says which.
  func isAhead(_ space: Int, of other: Int) -> Bool {
    (states[space].info.changes, other) > (states[other].info.changes, space)
  }

  /// Hands out the last call's steps.
  private mutating func flush<Failure: Error>(
    _ body: (Event) throws(Failure) -> Void
  ) throws(Failure) {
    for step in early { try body(.step(step)) }
    for var step in steps {
      step.stack = stack
      try body(.step(step))
    }
    early.removeAll(keepingCapacity: true)
    steps.removeAll(keepingCapacity: true)
    stack.removeAll(keepingCapacity: true)
  }

  private mutating func read(_ line: StraceLine, number: Int) {
    if let time = line.time { clock.pass(time, isRelative: line.isRelative) }
    let thread = processes.thread(line.pid)
    if let pid = processes.renamed, states.first?.info.pid == 0 { states[0].info.pid = pid }
    switch line.content {
    case .call(let name, let rest): call(thread, name, bytes, rest, number: number)
    case .begun(let name, let rest): begin(thread, text(name), Array(bytes[rest]))
    case .resumed(let rest):
      // Without its beginning nothing is known of it: the log was cut, or strace attached.
      guard let begun = processes.resume(thread) else { return }
      let joined = begun.arguments + bytes[rest]
      call(thread, begun.name, joined, 0..<joined.count, number: number)
    case .ended: processes.end(thread)
    case .superseded(let other): processes.supersede(thread, by: other)
    case .mode(let pid, let size): setMode(pid, size)
    case .notice: processes.note(bytes, line)
    case .frame: break
    case .unknown:
      diagnostics.append(Diagnostic(line: number, "not a line of strace; line skipped"))
    }
  }

  private func text(_ place: Range<Int>) -> String { String(decoding: bytes[place], as: UTF8.self) }

  private mutating func call(
    _ thread: Int32, _ place: Range<Int>, _ bytes: [UInt8], _ rest: Range<Int>, number: Int
  ) {
    call(thread, text(place), bytes, rest, number: number)
  }

  private mutating func call(
    _ thread: Int32, _ name: String, _ bytes: [UInt8], _ rest: Range<Int>, number: Int
  ) {
    let isMaking = StraceProcesses.makers.contains(name)
    let call = MapCall(inLog: name)
    guard
      call != nil || isMaking || name == "shmget" || name == "execve" || name == "execveat"
        || StraceSpaceState.noted.contains(name)
    else { return }
    guard let arguments = StraceArguments(bytes, rest) else {
      if call != nil {
        diagnostics.append(Diagnostic(line: number, "the call of \(name) is cut off; line skipped"))
      }
      return
    }
    if name == "execve" || name == "execveat" {
      execute(thread, arguments, first: name == "execve" ? 0 : 1)
      return
    }
    let space = space(of: thread)
    if isMaking {
      make(thread, space, name, arguments)
    } else if name == "shmget" {
      memory.note(arguments)
    } else if let call {
      apply(call, arguments, thread, space)
    } else {
      states[space].note(name, arguments)
    }
  }

  private mutating func begin(_ thread: Int32, _ name: String, _ arguments: [UInt8]) {
    guard isOfInterest(name) else { return }
    var begun = StraceBegunCall(name: name, arguments: arguments)
    if let call = MapCall(inLog: name), StraceSpaceState.freeing.contains(call) {
      let space = processes.likelySpace(of: thread) ?? space(of: thread)
      begun.freed = begun.joined(with: ") = ?".utf8)
        .flatMap { states[space].freed(by: call, $0) }
    }
    processes.begin(thread, begun)
  }

  private func isOfInterest(_ name: String) -> Bool {
    MapCall(inLog: name) != nil || StraceProcesses.makers.contains(name)
      || name == "shmget" || name == "execve" || name == "execveat"
      || StraceSpaceState.noted.contains(name)
  }

  private mutating func apply(
    _ call: MapCall, _ arguments: StraceArguments, _ thread: Int32, _ shared: Int
  ) {
    var space = shared
    if call == .brk, states[space].isOfAnother(arguments) {
      space = begin(thread, isWhole: true)
    } else if let range = states[space].taken(by: call, arguments, memory) {
      settle(range, in: space, besides: thread)
      if processes.isGuessed(thread), states[space].map.first(in: range) != nil {
        space = fork(space, as: thread)
      }
    }
    if call == .mmap2 || call == .oldMmap { states[space].info.wordSize = .bits32 }
    let effects = states[space].apply(call, arguments, &memory, offsets: &offsets)
    steps = made(effects, space, thread)
  }

  private func made(_ effects: [StraceEffect], _ space: Int, _ thread: Int32) -> [StraceStep] {
    effects.map { effect in
      StraceStep(
        time: clock.now, space: space, thread: thread, call: effect.call, outcome: effect.outcome,
        stack: [])
    }
  }

  /// A call with its result, which stands further on in the log.
  private typealias LaterCall = (thread: Int32, call: MapCall, arguments: StraceArguments)

  /// Applies calls of other threads that the log shows to return later but that must have given up
  /// what was handed out in `range`.
  private mutating func settle(_ range: AddressRange, in space: Int, besides thread: Int32) {
    // What such a call was handed out may have been given up by one that returns later still.
    var needs: [(range: AddressRange?, by: LaterCall?)] = [(range, nil)]
    while let need = needs.last {
      if let range = need.range, let later = giver(of: range, in: space, besides: thread) {
        needs.append((states[space].taken(by: later.call, later.arguments, memory), later))
        continue
      }
      needs.removeLast()
      guard let later = need.by else { continue }
      let effects = states[space].apply(
        later.call, later.arguments, &memory, offsets: &offsets)
      early += made(effects, space, later.thread)
    }
  }

  /// Takes a call of another thread that has not returned and gave up a part of `range`.
  private mutating func giver(
    of range: AddressRange, in space: Int, besides thread: Int32
  ) -> LaterCall? {
    while let other = processes.freeing(range, in: space, besides: thread) {
      guard self.space(of: other) == space else { continue }
      let later = returned(other)
      let freed = later.flatMap { states[space].freed(by: $0.call, $0.arguments) }
      if let later, let freed, freed.overlaps(range) {
        processes.resume(other)
        return later
      }
      processes.note(freed: freed, by: other)
    }
    return nil
  }

  /// The call that a thread has begun, as it returns. Where the log does not show that, one that can
  /// only answer 0 is taken to have succeeded: what it gives up was handed out.
  private mutating func returned(_ thread: Int32) -> LaterCall? {
    guard let begun = processes.call(of: thread), let call = MapCall(inLog: begun.name) else {
      return nil
    }
    if let rest = returns.next(of: thread, in: bytes, from: position),
      let arguments = begun.joined(with: bytes[rest]), arguments.outcome != nil
    {
      return (thread, call, arguments)
    }
    guard call == .munmap || call == .shmdt else { return nil }
    return begun.joined(with: ") = 0".utf8).map { (thread, call, $0) }
  }
}

extension StraceReplay {
  /// The space that a thread is in; one that nobody was seen to start is taken for a thread of the
  /// process that was last active, until it does what such a one cannot.
  private mutating func space(of thread: Int32) -> Int {
    if let space = processes.space(of: thread) { return space }
    if let parent = processes.parent(of: thread), let space = processes.space(of: parent.thread) {
      if parent.sharesMemory {
        processes.put(thread, in: space)
        return space
      }
      return fork(space, as: thread)
    }
    guard let last = processes.lastSpace else { return begin(thread, isWhole: false) }
    processes.put(thread, in: last, isGuessed: true)
    return last
  }

  /// A new program in a process.
  private mutating func begin(_ thread: Int32, isWhole: Bool) -> Int {
    let place = states.count
    let found = self.found.indices.contains(place) ? self.found[place] : []
    states.append(StraceSpaceState(StraceSpace(pid: thread), isWhole: isWhole, found: found))
    processes.put(thread, in: place)
    return place
  }

  /// A copy of a space for a process that begins with it.
  private mutating func fork(_ space: Int, as thread: Int32) -> Int {
    let place = states.count
    var state = states[space]
    state.info.pid = thread
    state.info.changes = 0
    state.info.found = []
    states.append(state)
    processes.put(thread, in: place)
    return place
  }

  private mutating func execute(_ thread: Int32, _ arguments: StraceArguments, first: Int) {
    guard arguments.outcome == .value(0) else { return }
    let space = begin(thread, isWhole: true)
    states[space].info.program = arguments.text(first)
    states[space].info.arguments = arguments.texts(first + 1)
  }

  private mutating func make(
    _ thread: Int32, _ space: Int, _ name: String, _ arguments: StraceArguments
  ) {
    guard case .value(let value) = arguments.outcome, let child = Int32(exactly: value), child > 0,
      processes.space(of: child) == nil || processes.isGuessed(child)
    else { return }
    if name == "vfork" || arguments.mentions("CLONE_VM") {
      processes.put(child, in: space)
    } else if processes.space(of: child) == nil {
      _ = fork(space, as: child)
    }
  }

  /// strace tells when a process runs in another mode than before: then it is another program.
  private mutating func setMode(_ pid: Int32, _ size: WordSize) {
    var space = space(of: pid)
    if states[space].hasCalls, states[space].info.wordSize != size {
      space = begin(pid, isWhole: true)
    }
    states[space].info.wordSize = size
  }

  private mutating func addFrame(_ place: Range<Int>) {
    guard !steps.isEmpty, let frame = StraceFrame(bytes, place) else { return }
    let known = places[frame]
    stack.append(known ?? frames.count)
    if known == nil {
      places[frame] = frames.count
      frames.append(frame)
    }
  }
}
