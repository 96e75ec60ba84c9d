import AddressSpace
import AddressSpaceTrace

extension RecordingReport {
  /// The first screen: what was recorded, how the room went, what took it, who holds it, what to do.
  ///
  /// - Parameter stacks: whether whole stacks are shown and not only their most telling frames.
  public func text(_ style: Style, stacks: Bool = false) -> String {
    let screen = RecordingScreen(report: self, style: style, showsStacks: stacks)
    return screen.sections.map { $0.joined(separator: "\n") }.joined(separator: "\n\n") + "\n"
  }
}

/// What stands on the first screen: at most 30 lines, none longer than the terminal is wide.
private struct RecordingScreen {
  let report: RecordingReport
  let style: Style
  let showsStacks: Bool

  private var trace: TraceReport { report.report }
  private var room: Room { report.room }
  private var wording: Wording { Wording(room: room) }
  private var buffers: [BufferForecast] { trace.moment.buffers }
  private var isWide: Bool { room.layout.wordSize == .bits64 }

  /// How many rows the tables have where nothing else was asked.
  private struct Rows {
    var falls = 5
    var failures = 3
    var callers = 5
  }

  private static let mostLines = 30

  /// All that there is to say, the tables shortened until it fits a screen.
  var sections: [[String]] {
    var rows = Rows()
    while true {
      let sections = [
        header, answer, picture, falls(rows.falls), failures(rows.failures),
        callers(rows.callers), plan, notes,
      ].filter { !$0.isEmpty }
      let lines = sections.reduce(sections.count - 1) { $0 + $1.count }
      guard lines > Self.mostLines, style.top == nil, !showsStacks, rows.callers > 1 else {
        return sections
      }
      if rows.callers > rows.falls {
        rows.callers -= 1
      } else if rows.falls > rows.failures {
        rows.falls -= 1
      } else {
        rows = Rows(
          falls: max(1, rows.falls - 1), failures: rows.failures - 1, callers: rows.callers - 1)
      }
    }
  }

  private var header: [String] {
    let events = trace.calls.reduce(0) { $0 + $1.changes + $1.failures }
    let name = trace.space.name.printable.fitted(to: 20)
    let duration = report.duration.secondsText + (trace.end == nil ? " (cut short)" : "")
    return [
      style.paint(name, .heading) + "  pid \(trace.space.pid)  \(room.layout.name)"
        + "  \(duration)  \(events) event\(events == 1 ? "" : "s")" + outcome
    ]
  }

  /// How the program ended, where that is worth a word.
  private var outcome: String {
    guard trace.space.isMain else { return "" }
    if let signal = trace.end?.signal { return "  signal \(signal)" }
    if let status = trace.end?.status, status != 0 { return "  status \(status)" }
    return ""
  }

  private var moment: String {
    let time = trace.moment.time.secondsText
    return switch trace.moment.asked {
    case .end: "At the end"
    case .lowest: "At the lowest, \(time), #\(trace.moment.event)"
    case .time: "At \(time), #\(trace.moment.event)"
    case .event(let number): "At #\(number), \(time)"
    }
  }

  private var answer: [String] {
    let largest = room.largestFreeSpan.map { "\($0.size)" } ?? "nothing"
    let spans = room.freeSpans.count
    var lines = isWide ? ["  Address space is not your limit: this is a 64-bit process."] : []
    lines.append(
      "  \(moment): largest free \(largest) of \(room.freeBytes), in "
        + "\(spans) span\(spans == 1 ? "" : "s").")
    lines += buffers.prefix(1).map { "  " + wording.sentence(for: $0, style) }
    return lines
  }

  private var picture: [String] {
    guard !isWide else { return [] }
    let picture = TimelinePicture(
      points: trace.timeline.points, duration: report.duration, style: style)
    let lines = picture.lines(fitsLabel: buffers.isEmpty ? nil : "fits")
    guard !lines.isEmpty else { return [] }
    let name = buffers.first.map { ", and how many \($0.request.text) fit" } ?? ""
    return [style.paint("  LARGEST FREE SPAN over time" + name, .heading)] + lines
  }

  // MARK: What took it

  /// Falls alike: of one call from one stack.
  private struct FallGroup {
    let first: RecordingReport.Fall
    var count = 0
    var step: UInt64 = 0
    /// How many of the first buffer they took.
    var lost: UInt64 = 0
    var isLive = false

    /// What is gone again comes last; then those that make buffers unfit, then those that take most.
    var weight: (Int, UInt64, UInt64) { (isLive ? 1 : 0, lost, step) }
  }

  private var fallGroups: [FallGroup] {
    struct Key: Hashable {
      let call: MapCall
      let stack: StackID?
      /// Told apart where every fall was asked for, or its stack is not known.
      let number: Int?
    }
    var places: [Key: Int] = [:]
    var groups: [FallGroup] = []
    for fall in report.falls {
      let isAlone = style.top != nil || fall.cause.stack == nil
      let key = Key(
        call: fall.cause.event.call, stack: fall.cause.stack?.id,
        number: isAlone ? fall.cause.number : nil)
      let place = places[key] ?? groups.count
      if place == groups.count {
        places[key] = place
        groups.append(FallGroup(first: fall))
      }
      groups[place].count += 1
      groups[place].step &+= fall.largest?.step ?? 0
      groups[place].lost &+= fall.buffers[0]?.step ?? 0
      groups[place].isLive = groups[place].isLive || fall.liveBytes > .zero
    }
    return groups
  }

  private func falls(_ usual: Int) -> [String] {
    let groups = fallGroups
    let ranked = groups.indices.sorted { groups[$1].weight < groups[$0].weight }
    let shown = style.rows(ranked, usual: usual).sorted()
    guard !shown.isEmpty else { return [] }
    var lines = [
      style.paint(
        "  WHAT TOOK IT" + "largest".padded(left: 9) + "fits".padded(left: 6) + "   event"
          + "by".padded(left: 16), .heading)
    ]
    for index in shown {
      let group = groups[index]
      let cause = group.first.cause
      let event = "\(cause.event.call.rawValue) \(cause.bytes)"
      lines += row(
        cause.event.time.secondsText.padded(left: 10) + "  "
          + (group.step > 0 ? "-\(ByteCount(group.step))" : "").padded(left: 11)
          + (group.lost > 0 ? "-\(group.lost)" : "").padded(left: 6) + "   "
          + (group.count > 1 ? "\(event) x\(group.count)" : event).padded(right: 18) + " ",
        cause.stack)
    }
    if shown.count < groups.count { lines.append("    and \(groups.count - shown.count) more") }
    return lines
  }

  /// A row that ends with a stack, whole below it where that is asked for.
  private func row(_ head: String, _ stack: ReportStack?) -> [String] {
    let name = Wording.name(of: stack, width: max(12, style.columns - head.count))
    return [head + style.paint(name, .pin)]
      + (showsStacks ? Wording.lines(of: stack, indent: 6, width: style.columns) : [])
  }

  private struct FailureGroup {
    let first: TraceReport.Failure
    var count = 1
  }

  /// Those that failed alike from one stack, by the first of them.
  private var failureGroups: [FailureGroup] {
    struct Key: Hashable {
      let call: MapCall
      let errno: Int32
      let stack: StackID?
      let wall: String
    }
    var places: [Key: Int] = [:]
    var groups: [FailureGroup] = []
    for failure in trace.failures {
      let key = Key(
        call: failure.cause.event.call, errno: failure.errno, stack: failure.cause.stack?.id,
        wall: failure.wall.word)
      if let place = places[key] {
        groups[place].count += 1
      } else {
        places[key] = groups.count
        groups.append(FailureGroup(first: failure))
      }
    }
    return groups
  }

  private func failures(_ usual: Int) -> [String] {
    let groups = failureGroups
    let shown = style.rows(groups, usual: usual)
    guard !shown.isEmpty else { return [] }
    var lines = [
      style.paint(
        "  REFUSED   call".padded(right: 32) + "why".padded(right: 28) + "by", .heading)
    ]
    for group in shown {
      let failure = group.first
      let call = "\(failure.cause.event.call.rawValue) \(failure.asked)"
      let error = failure.errno == 12 ? "" : Wording.name(ofError: failure.errno) + ": "
      lines += row(
        failure.cause.event.time.secondsText.padded(left: 10) + "  "
          + (group.count > 1 ? "\(call) x\(group.count)" : call).padded(right: 18) + "  "
          + (error + wording.wall(of: failure, width: 26 - error.count)).padded(right: 26) + "  ",
        failure.cause.stack)
    }
    if shown.count < groups.count { lines.append("    and \(groups.count - shown.count) more") }
    return lines
  }

  // MARK: Who holds it

  private func callers(_ usual: Int) -> [String] {
    let shown = style.rows(trace.callers, usual: usual)
    guard !shown.isEmpty else { return [] }
    var lines = [
      style.paint(
        "  WHO HOLDS IT    bytes   in    largest  fits   without what is held by", .heading)
    ]
    for caller in shown {
      let gain = caller.bufferGain.first ?? 0
      let head =
        "\(caller.bytes)".padded(left: 21) + "\(caller.regions)".padded(left: 5)
        + (caller.largestGain > .zero ? "+\(caller.largestGain)" : "").padded(left: 11)
        + (gain > 0 ? "+\(gain)" : "").padded(left: 6) + "   "
      guard trace.grouping != .stack else {
        lines += row(head, caller.stack)
        continue
      }
      let name = name(of: caller, width: style.columns - head.count)
      lines.append(head + style.paint(name, .pin))
    }
    if shown.count < trace.callers.count {
      lines.append("    and \(trace.callers.count - shown.count) more")
    }
    return lines
  }

  private func name(of caller: TraceReport.Caller, width: Int) -> String {
    guard let frame = caller.stack.interestingFrame ?? caller.stack.frames.first else { return "-" }
    if trace.grouping == .module, let module = frame.module {
      return Wording.short(module).printable.fitted(to: width)
    }
    return Wording.name(of: frame, width: width)
  }

  // MARK: What to do

  private var plan: [String] {
    guard !isWide, let buffer = buffers.first else { return [] }
    guard let traced = trace.plans.first ?? nil else {
      return ["  To fit one more \(buffer.request.text): nothing that can be cleared is enough."]
    }
    let count = traced.makers.count
    let owners = traced.owners.prefix(3).map { owner -> String in
      let name = owner.stack.map { Wording.name(of: $0, width: 40) } ?? "somebody without a stack"
      if owner.regions == count { return (count == 1 ? "from " : "all from ") + name }
      return "\(owner.regions) from \(name)"
    }
    let others = traced.owners.count > 3 ? ", and others" : ""
    let what = count == 1 ? "this mapping" : "these \(count) mappings"
    let text =
      "To fit one more \(buffer.request.text): free \(what) (\(traced.plan.bytes)), "
      + owners.joined(separator: ", ") + others + "."
    return text.wrapped(to: style.columns - 2).split(separator: "\n").map { "  " + $0 }
  }

  private var notes: [String] {
    let count = trace.diagnostics.count
    return count == 0 ? [] : ["  \(count) remark\(count == 1 ? "" : "s") on the recording"]
  }
}
