import AddressSpace

/// How an answer to a rule is told.
struct CheckWording {
  let result: PolicyTrial.Result

  init(_ result: PolicyTrial.Result) {
    self.result = result
  }

  var answer: RuleAnswer { result.answer }
  var room: Room { result.room }
  var verdict: RuleAnswer.Verdict { result.verdict }
  var unit: PolicyRule.Subject.Unit { answer.rule.subject.unit }

  /// `174.2 MiB`, `at least 5`, `not known`; of several runs the worst.
  var actual: String { text(of: answer.actual) }

  func text(of measured: Measured) -> String {
    guard let value = measured.value, let bound = measured.bound else { return "not known" }
    return switch bound {
    case .exact: amount(value)
    case .atLeast: "at least \(amount(value))"
    case .atMost: "at most \(amount(value))"
    }
  }

  /// `225.8 MiB too little`, `1 too many`, `1.31 GiB to spare`; of several runs how many hold it.
  var margin: String { result.tally.map(count) ?? distance }

  private var distance: String {
    guard let margin = answer.margin else { return "could not be measured" }
    let isAtLeast = answer.rule.bound.isAtLeast
    if answer.verdict == .held {
      return margin == 0
        ? "nothing to spare" : (unit == .percent ? points(margin) : amount(margin)) + " to spare"
    }
    return switch unit {
    case .bytes: "\(amount(margin)) too \(isAtLeast ? "little" : "much")"
    case .count: "\(amount(margin)) too \(isAtLeast ? "few" : "many")"
    case .percent: "\(points(margin)) too \(isAtLeast ? "little" : "much")"
    }
  }

  private func points(_ count: UInt64) -> String { "\(count) point\(count == 1 ? "" : "s")" }

  /// `largest-free is 174.2 MiB, 225.8 MiB too little.`
  var message: String {
    let subject = answer.rule.subject.description.printable
    if let tally = result.tally {
      return "\(answer.rule.description.printable) was \(count(of: tally)): "
        + "\(distribution(of: tally))."
    }
    guard answer.verdict != .undecided else {
      return "\(subject) could not be measured: \(reason)"
    }
    let when = (verdict == .held ? nil : moment).map { ", \($0)" } ?? ""
    guard !isAskedOfRuns else {
      return "\(answer.rule.description.printable) is asked of many launches, and this is one: "
        + "\(subject) is \(actual). Count with \(Self.measure)."
    }
    return "\(subject) is \(actual), \(distance)\(when)."
  }

  /// Why an undecided rule is that, and what is known nevertheless.
  var reason: String {
    doubt + "." + (answer.actual.value == nil ? "" : " It is \(actual); the limit is \(limit).")
  }

  /// The limit as it is written in the rule.
  var limit: String { answer.rule.limitText }

  func amount(_ value: UInt64) -> String {
    switch unit {
    case .bytes: "\(ByteCount(value))"
    case .count: "\(value)"
    case .percent: "\(value)%"
    }
  }

  /// Why the source does not tell.
  private var doubt: String {
    if answer.lacksLooks { return "the target was not looked at often enough" }
    if room.isUpperBound { return "the source does not list all memory" }
    if room.facts.summary != nil { return "the source is a summary and does not list all memory" }
    if room.notListedBytes > .zero {
      return "the source does not tell what is in \(room.notListedBytes) of the space"
    }
    if room.layout.system == .wine, !room.facts.knowsTraits {
      return "this map does not tell Wine's reservations from the program's; a capture does"
    }
    if [.new, .newPins, .growth, .loss].contains(answer.rule.subject.name) {
      return "the source or what it is compared with does not tell"
    }
    return "the source does not tell what the program's heap would serve; a capture does"
  }

  /// The command that shows more of a target that the command line takes as `word`.
  func command(for word: String) -> String {
    command(for: word + (result.event.map { "@#\($0)" } ?? ""), answer.rule.subject)
  }

  private func command(for word: String, _ subject: PolicyRule.Subject) -> String {
    switch subject {
    case .change(let change): return command(for: word, change.subject)
    case .fits(let request, let family):
      var words = ["addrspace forecast", word, "--buffer", request.text]
      if let family { words += ["--allocator", family.rawValue] }
      if answer.verdict == .broken, subject == answer.rule.subject, answer.rule.bound.isAtLeast,
        let missing = answer.margin
      {
        words += ["--more", "\(max(1, missing))"]
      }
      return words.joined(separator: " ")
    case .owner(let owner):
      return "addrspace inspect \(word) --by \(owner.grouping.rawValue)"
    case .regions: return "addrspace inspect \(word) --by origin"
    case .kind: return "addrspace inspect \(word) --by name"
    case .largestFree, .free, .fragmentation, .pins, .new, .newPins:
      return "addrspace inspect \(word) --top 0"
    }
  }

  /// Who is to blame, a line each: what would help, then at most `rows` pins.
  func blame(
    _ style: Style, rows: Int, stack: (Pin) -> String?
  ) -> [String] {
    let wording = Wording(room: room)
    let shown = rows == 0 ? answer.pins[...] : answer.pins.prefix(rows)
    var lines: [String] = []
    if let plan = answer.plan {
      let count = plan.regions.count
      lines.append(
        "to hold it: clear \(plan.bytes) in \(count) region\(count == 1 ? "" : "s") at \(plan.window.lower)"
          .indented)
    }
    for pin in shown {
      lines.append(line(of: pin, wording, width: style.columns))
      if let maker = stack(pin) { lines.append(("           by " + maker).indented) }
    }
    if shown.count < answer.pins.count {
      lines.append("and \(answer.pins.count - shown.count) more".indented)
    }
    for usage in rows == 0 ? answer.owners[...] : answer.owners.prefix(rows) {
      let name = usage.name.isEmpty ? usage.kind.map(wording.kind) ?? "" : usage.name.printable
      lines.append("\(usage.regions) of \(name), \(usage.bytes)".indented)
    }
    if let forecast = answer.forecast, forecast.limitingWall != nil {
      let why = wording.why(forecast).wrapped(to: style.columns - String.indent.count)
      lines += why.split(separator: "\n").map { String($0).indented }
    }
    return lines
  }

  private func line(of pin: Pin, _ wording: Wording, width: Int) -> String {
    // Of what has grown, what it has grown by.
    let new = answer.newBytes(in: pin.regions)
    let isGrown = answer.rule.subject.tellsGrowth && new > .zero && new < pin.range.size
    let size = isGrown ? new : pin.range.size
    let head = "\(size)".padded(left: 10) + "   \(pin.range.lower) "
    let others = pin.regions.count > 1 ? " & \(pin.regions.count - 1) more" : ""
    var tail = others + " - " + Wording.deed(pin.action)
    switch answer.rule.subject {
    case .fits: if let gain = pin.bufferGain.first, gain > 0 { tail += ": +\(gain)" }
    case .largestFree, .fragmentation, .pins, .newPins: tail += ": leaves \(pin.joined)"
    case .new, .change: if isGrown { tail += ": has \(pin.range.size)" }
    case .free, .regions, .kind, .owner: break
    }
    let room = width - String.indent.count - head.count - tail.count
    let name = wording.name(of: self.room.largestRegion(in: pin.regions), width: max(8, room))
    return (head + name + tail).indented
  }
}

extension PolicyRule.Subject {
  /// Whether its answers tell how far things have grown.
  fileprivate var tellsGrowth: Bool { [.new, .growth, .loss].contains(name) }
}

extension String {
  static let indent = "          "
  /// The line below the one it belongs to.
  fileprivate var indented: String { Self.indent + self }
}
