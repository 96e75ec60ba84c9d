import AddressSpace

/// Reads what decides how many more threads a process can start.
struct ThreadProbe {
  let pid: Int32
  let map: AddressMap
  let wordSize: WordSize
  let threads: GlibcThreads

  /// What is known, nil where not even its threads can be counted.
  func facts(_ known: LayoutFacts) -> ThreadFacts? {
    guard let status = ProcessStatus(pid: pid) else { return nil }
    var facts = ThreadFacts(count: status.threads, limits: TaskLimits(of: pid, status).all())
    if known.wine != nil {
      let wine = WineProbe(pid: pid, map: map, wordSize: wordSize)
      facts.defaultStack = wine.stackReserve()
      facts.environments = wine.environments()
      return facts
    }
    let stacks = GlibcStacks(threads: threads, map: map, wordSize: wordSize)
    facts.defaultStack = stacks.defaultSize()
    if let lists = stacks.lists() {
      facts.idleStacks = lists.idle
      facts.vectorBytes = lists.vectorBytes
    }
    return facts
  }
}

/// What `/proc/PID/status` says of a process.
struct ProcessStatus {
  /// How many threads it has.
  let threads: UInt64
  /// Whose it is: the real user.
  let user: UInt64
  /// What it may do (`CapEff`).
  let capabilities: UInt64

  init?(pid: Int32) {
    guard let text = ProcFile(pid: pid).textIfReadable("status") else { return nil }
    self.init(text)
  }

  init?(_ text: String) {
    var fields: [Substring: Substring] = [:]
    for line in text.split(separator: "\n") {
      guard let colon = line.firstIndex(of: ":") else { continue }
      let value = line[line.index(after: colon)...].drop(while: \.isWhitespace)
      fields[line[..<colon]] = value.split(whereSeparator: \.isWhitespace).first ?? ""
    }
    guard let threads = fields["Threads"].flatMap({ UInt64($0) }),
      let user = fields["Uid"].flatMap({ UInt64($0) })
    else { return nil }
    self.threads = threads
    self.user = user
    capabilities = fields["CapEff"].flatMap { UInt64($0, radix: 16) } ?? 0
  }
}
