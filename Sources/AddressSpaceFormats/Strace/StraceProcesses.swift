import AddressSpace

/// Who is who in a log: threads, and the spaces they are in.
struct StraceProcesses {
  /// Calls that make a process or a thread.
  static let makers: Set<String> = ["clone", "clone2", "clone3", "fork", "vfork"]

  private var spaces: [Int32: Int] = [:]
  /// Threads whose space is not told by the log.
  private var guessed: Set<Int32> = []
  private var begun: [Int32: StraceBegunCall] = [:]
  /// The threads that have not ended.
  private var living: Set<Int32> = []
  /// Threads that strace said it had attached to.
  private var announced: Set<Int32> = []
  /// The number of the first process where its lines have none: on a terminal only those of several
  /// have, and then those of the first too.
  private var first: Int32?
  private static let nameless: Int32 = 0
  /// More calls at one time than these are not searched.
  private static let mostAtOnce = 1 << 10
  /// How many threads each space has.
  private var members: [Int: Int] = [:]
  /// Spaces that have lost their last thread, since they were last asked for.
  private var left: [Int] = []
  /// The number that the first process turned out to have.
  private(set) var renamed: Int32?
  /// The space of the last call.
  private(set) var lastSpace: Int?
  /// How many threads' spaces were guessed, all in all.
  private(set) var guesses = 0

  /// The thread that a line is of.
  mutating func thread(_ pid: Int32?) -> Int32 {
    guard let pid else {
      if let first { return living.count == 1 ? living.first ?? first : first }
      return living.count == 1 ? living.first ?? Self.nameless : Self.nameless
    }
    if first == nil, spaces[Self.nameless] != nil, spaces[pid] == nil, !announced.contains(pid) {
      rename(Self.nameless, pid)
      first = pid
      renamed = pid
    }
    living.insert(pid)
    return pid
  }

  private mutating func rename(_ old: Int32, _ new: Int32) {
    spaces[new] = spaces.removeValue(forKey: old)
    begun[new] = begun.removeValue(forKey: old)
    if living.remove(old) != nil { living.insert(new) }
  }

  mutating func space(of thread: Int32) -> Int? {
    let space = spaces[thread]
    if let space { lastSpace = space }
    return space
  }

  func isGuessed(_ thread: Int32) -> Bool { guessed.contains(thread) }

  mutating func put(_ thread: Int32, in space: Int, isGuessed: Bool = false) {
    let old = spaces.updateValue(space, forKey: thread)
    if old != space {
      members[space, default: 0] += 1
      if let old { leave(old) }
    }
    living.insert(thread)
    if isGuessed {
      if guessed.insert(thread).inserted { guesses += 1 }
    } else {
      guessed.remove(thread)
    }
    lastSpace = space
  }

  /// The space that a thread is in, as far as can be said before its first call has returned.
  func likelySpace(of thread: Int32) -> Int? { spaces[thread] ?? lastSpace }

  mutating func begin(_ thread: Int32, _ call: StraceBegunCall) { begun[thread] = call }

  /// A thread's call that has not returned; nil where there is none, or where its effect is known.
  func call(of thread: Int32) -> StraceBegunCall? { begun[thread] }

  /// Takes the call that a thread returns from, or whose effect is known before it does.
  @discardableResult
  mutating func resume(_ thread: Int32) -> StraceBegunCall? { begun.removeValue(forKey: thread) }

  /// The first thread, besides one, that may be in a space and has begun to give up a part of
  /// `range`.
  func freeing(_ range: AddressRange, in space: Int, besides thread: Int32) -> Int32? {
    guard begun.count <= Self.mostAtOnce else { return nil }
    return begun.filter {
      $0.value.freed?.overlaps(range) == true && $0.key != thread
        && (spaces[$0.key] ?? space) == space
    }.keys.min()
  }

  /// Notes what a call is known to give up before it returns.
  mutating func note(freed: AddressRange?, by thread: Int32) { begun[thread]?.freed = freed }

  /// Who makes a thread whose first line comes before that maker's call has returned, if only one
  /// can be.
  func parent(of thread: Int32) -> (thread: Int32, sharesMemory: Bool)? {
    guard begun.count <= Self.mostAtOnce else { return nil }
    let makers = begun.filter { $0.key != thread && Self.makers.contains($0.value.name) }
    guard makers.count == 1, let maker = makers.first else { return nil }
    let text = String(decoding: maker.value.arguments, as: UTF8.self)
    return (maker.key, maker.value.name == "vfork" || text.contains("CLONE_VM"))
  }

  private mutating func leave(_ space: Int) {
    members[space, default: 1] -= 1
    if members[space] == 0 {
      members[space] = nil
      left.append(space)
    }
  }

  /// The spaces that have lost their last thread meanwhile.
  mutating func takeLeft() -> [Int] {
    guard !left.isEmpty else { return [] }
    defer { left = [] }
    return left
  }

  mutating func end(_ thread: Int32) {
    living.remove(thread)
    if let space = spaces.removeValue(forKey: thread) { leave(space) }
    begun.removeValue(forKey: thread)
    guessed.remove(thread)
    announced.remove(thread)
  }

  /// Another thread of the process began a program, and has this one's number from then on.
  mutating func supersede(_ thread: Int32, by other: Int32) {
    end(thread)
    rename(other, thread)
    living.insert(thread)
  }

  /// `strace: Process 5 attached`
  mutating func note(_ bytes: [UInt8], _ line: StraceLine) {
    var scanner = StraceScanner(bytes, line.place)
    scanner.skipBlanks()
    scanner.skip("strace: ")
    guard scanner.skip("Process "), let pid = scanner.decimal().flatMap({ Int32(exactly: $0) }),
      scanner.skip(" attached")
    else { return }
    announced.insert(pid)
  }
}

/// A call that has not returned.
struct StraceBegunCall {
  var name: String
  /// As far as they stand in the line in which it began.
  var arguments: [UInt8]
  /// What it gives up at most.
  var freed: AddressRange?

  /// All that is said of it, with `rest` of another line.
  func joined(with rest: some Sequence<UInt8>) -> StraceArguments? {
    let text = arguments + rest
    return StraceArguments(text, text.indices)
  }
}

/// The time in a log, from its first line on.
struct StraceClock {
  private(set) var now: UInt64 = 0
  /// In seconds since 1970, by `-ttt`.
  private(set) var began: UInt64?
  private var first: UInt64?
  private var day: UInt64 = 0
  private var last: UInt64 = 0

  private static let second: UInt64 = 1_000_000_000
  private static let hour = 3600 * second
  /// No log is of more days than these, in nanoseconds.
  private static let longest: UInt64 = 1 << 60

  mutating func pass(_ time: UInt64, isRelative: Bool) {
    if isRelative {
      now = now.addingReportingOverflow(time).partialValue
      return
    }
    // `-t` and `-tt` begin anew at midnight.
    if time < 24 * Self.hour, last > time, last - time > 12 * Self.hour {
      day = min(day + 24 * Self.hour, Self.longest)
    }
    last = time
    let start = first ?? time
    if first == nil {
      first = time
      began = time >= 24 * Self.hour ? time / Self.second : nil
    }
    let (sum, overflows) = time.addingReportingOverflow(day)
    // Lines of several processes may be out of order by a little.
    if !overflows, sum >= start { now = max(now, sum - start) }
  }
}
