public import AddressSpace

/// Reads logs of strace; `docs/strace.md` says what they tell.
enum StraceReader: SavedReader {
  /// Whether a call that is of interest stands in one of the first lines: text that only looks so has
  /// no result behind it.
  static func recognises(_ head: [UInt8]) -> Bool {
    var start = 0
    for _ in 0..<mostLines where start < head.count {
      let end = head[start...].firstIndex(of: 0x0A) ?? head.count
      switch StraceLine(head, start..<end).content {
      case .call(let name, let rest):
        let text = String(decoding: head[name], as: UTF8.self)
        let isKnown = MapCall(inLog: text) != nil || text == "execve"
        if isKnown, StraceArguments(head, rest)?.outcome != nil { return true }
      case .begun(let name, _):
        if MapCall(inLog: String(decoding: head[name], as: UTF8.self)) != nil {
          return true
        }
      default: break
      }
      start = end + 1
    }
    return false
  }

  /// How many lines are looked at: a log of all calls may begin with others.
  private static let mostLines = 1000

  static func read(
    _ file: some FileBytes, options: SavedFile.Options
  ) throws(FormatError) -> Snapshot {
    guard file.size <= SavedFile.largestText else { throw .tooLarge }
    var replay = StraceReplay(file.all())
    replay.run { _ in }
    guard let place = replay.main else { throw nothing }
    let state = replay.states[place]
    let map = state.map.map
    guard !map.regions.isEmpty else { throw nothing }
    return Snapshot(
      source: Source(
        kind: .strace, pid: state.info.pid > 0 ? state.info.pid : nil, path: options.path,
        name: state.info.name),
      map: map, facts: state.info.facts, diagnostics: replay.remarks(about: place))
  }

  private static let nothing = FormatError.foreign(
    "a log of strace in which nothing is mapped",
    remedy: "Make it by strace -f -y -e trace=memory,process.")
}

extension StraceSpace {
  /// The program's name, nil where its beginning is not in the log.
  public var name: String? {
    program.map { path in
      path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[path.index(after: $0)...]) }
        ?? path
    }
  }

  /// What the log tells of the layout.
  public var facts: LayoutFacts {
    var facts = LayoutFacts()
    facts.wordSize = wordSize
    facts.machine = machine
    facts.startOfBreak = startOfBreak
    facts.lacksMappings = true
    return facts
  }
}

extension StraceReplay {
  /// The space that is meant where nobody says which: the one that changed most, of equal ones the
  /// first. A shell that starts a program, or a program that asks others for a moment, changes less.
  public var main: Int? {
    states.indices.max { isAhead($1, of: $0) }
  }

  /// What is to be said of a space besides what could not be read.
  func remarks(about place: Int) -> Diagnostics {
    var remarks = diagnostics
    let info = states[place].info
    remarks.append(
      Diagnostic(
        "what the kernel maps by itself is not in a log: program, loader, stack and [vdso] lie in "
          + "what looks free"))
    if !states[place].isWhole {
      remarks.append(
        Diagnostic(
          "the program's beginning is not in the log; what it had mapped before lies in what looks "
            + "free"))
    }
    if states.count > 1 {
      remarks.append(
        Diagnostic(
          "the log is of \(states.count) address spaces; this one, of \(info.name ?? "process") "
            + "\(info.pid), changed most"))
    }
    if guesses > 0 {
      remarks.append(
        Diagnostic(
          "of \(guesses) threads the log does not say who started them; they were taken for threads "
            + "of the process before them: trace clone, fork and execve too (trace=memory,process)")
      )
    }
    return remarks
  }
}
