import AddressSpace
import AddressSpaceTrace

/// What stands on the first screen: at most 30 lines, none longer than the terminal is wide.
struct RecordingScreen {
  let report: RecordingReport
  let style: Style
  let showsStacks: Bool

  var trace: TraceReport { report.report }
  var room: Room { report.room }
  var wording: Wording { Wording(room: room) }
  var buffers: [BufferForecast] { trace.moment.buffers }
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
