import AddressSpace
import AddressSpaceTrace

extension RecordingReport {
  /// One record a line, fields separated by tabs, sizes in bytes, times in nanoseconds.
  ///
  /// A `frame` belongs to the record before it, innermost first.
  public func plain(top: Int? = nil) -> String {
    let style = Style(top: top)
    var records = Records()
    records.add("layout", room.layout.name, room.layout.space.lower, room.layout.space.upper)
    records.add("moment", report.moment.asked, report.moment.time, report.moment.event)
    for call in report.calls {
      records.add("events", call.call.rawValue, call.changes, call.failures)
    }
    for buffer in report.moment.buffers { records.add(buffer) }
    for fall in style.rows(report.drops, usual: 0) {
      records.add(
        "drop", fall.cause.event.time, fall.cause.number, subject(of: fall), fall.from, fall.to,
        fall.cause.event.call.rawValue, fall.cause.bytes)
      records.add(fall.cause.stack)
    }
    for failure in style.rows(report.failures, usual: 0) {
      records.add(
        "failure", failure.cause.event.time, failure.cause.number,
        failure.cause.event.call.rawValue, failure.asked, Wording.name(ofError: failure.errno),
        failure.wall.word, failure.largestFree)
      records.add(failure.cause.stack)
    }
    for caller in style.rows(report.callers, usual: 0) {
      records.add(
        "caller", caller.regions, caller.bytes, caller.largestGain, caller.bufferGain.first ?? 0)
      records.add(caller.stack)
    }
    let origins = OriginRules(room)
    for traced in style.rows(report.pins, usual: 0) {
      let index = room.largestIndex(in: traced.pin.regions)
      let origin = index.flatMap { origins.origin(at: $0) }
      records.add(
        "pin", traced.pin.range.lower, traced.pin.range.upper, traced.pin.range.size,
        traced.pin.joined, traced.pin.largestGain, traced.pin.action.rawValue,
        index.map { room.regions[$0].name } ?? "", origin?.name ?? "",
        origin?.certainty.rawValue ?? "")
      records.add(traced.principal?.maker.stack)
    }
    return records.text
  }

  private func subject(of drop: TraceReport.Drop) -> String {
    guard case .buffer(let index) = drop.subject, report.moment.buffers.indices.contains(index)
    else { return "largest" }
    return report.moment.buffers[index].request.text
  }
}

extension Records {
  /// The frames of a stack.
  mutating func add(_ stack: ReportStack?) {
    for frame in stack?.frames ?? [] {
      add(
        "frame", frame.function ?? "", frame.module ?? "",
        frame.offset.map { Address($0).description } ?? "", frame.file ?? "",
        frame.line.map { "\($0)" } ?? "")
    }
  }
}
