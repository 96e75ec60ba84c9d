import AddressSpace
import AddressSpaceTrace

extension RecordingReport {
  /// The document `addrspace.report/1`; lists have at most `top` entries, all where it is nil or 0.
  public func json(top: Int? = nil) -> String {
    let style = Style(top: top)
    let origins = OriginRules(room)
    let trace = report
    let unattributed = trace.unattributed
    let all = [unattributed.before, unattributed.found, unattributed.withoutStack]
    let lows = trace.lows
    let drops = trace.drops.filter { $0.subject != .largestSpan }
    return JSONValue.object([
      ("schema", "addrspace.report/1"),
      ("source", JSONValue(source)),
      ("layout", JSONValue(trace.layout)),
      ("command", .array(trace.header.command.map(JSONValue.string))),
      ("durationSeconds", trace.end == nil ? .null : .number(duration.seconds)),
      (
        "events",
        .object(
          trace.calls.map { (key: $0.call.rawValue, value: JSONValue($0.changes + $0.failures)) })
      ),
      ("moment", moment),
      ("totals", JSONValue(totalsOf: room)),
      ("buffers", .array(trace.moment.buffers.indices.map(buffer))),
      ("drops", .array(style.rows(drops, usual: 0).map(drop))),
      ("lows", .array(style.rows(lows, usual: 0).map(low))),
      ("failures", .array(style.rows(trace.failures, usual: 0).map(failure))),
      ("callers", .array(style.rows(trace.callers, usual: 0).map(caller))),
      (
        "pins",
        .array(
          style.rows(trace.pins, usual: 0).map {
            JSONValue($0.pin, in: room, origins, stack: $0.principal?.maker.stack)
          })
      ),
      (
        "unattributed",
        [
          "regions": JSONValue(all.reduce(0) { $0 + $1.regions }),
          "bytes": JSONValue(all.lazy.map(\.bytes).total()),
          "before": JSONValue(unattributed.before),
          "found": JSONValue(unattributed.found),
          "withoutStack": JSONValue(unattributed.withoutStack),
        ]
      ),
      ("timeline", .array(trace.timeline.points.map(JSONValue.init))),
      ("diagnostics", JSONValue(trace.diagnostics)),
    ]).document()
  }

  private var moment: JSONValue {
    [
      "asked": .string(report.moment.asked.description),
      "seconds": .number(report.moment.time.seconds),
      "event": JSONValue(report.moment.event),
    ]
  }

  private func buffer(_ index: Int) -> JSONValue {
    let plan = report.plans.indices.contains(index) ? report.plans[index] : nil
    return .object(
      JSONValue.members(of: report.moment.buffers[index], in: room) + [
        ("nextFit", plan.map(nextFit) ?? .null)
      ])
  }

  private func nextFit(_ traced: TraceReport.TracedPlan) -> JSONValue {
    [
      "low": JSONValue(traced.plan.window.lower),
      "high": JSONValue(traced.plan.window.upper),
      "clear": .array(
        traced.makers.map { made in
          .object([
            ("low", JSONValue(made.range.lower)), ("high", JSONValue(made.range.upper)),
            ("bytes", JSONValue(made.range.size)), ("stack", JSONValue(made.maker.stack)),
          ])
        }),
      "clearBytes": JSONValue(traced.plan.bytes),
      "gain": .integer(traced.plan.gain),
      "owners": .array(
        traced.owners.map {
          [
            "stack": JSONValue($0.stack), "regions": JSONValue($0.regions),
            "bytes": JSONValue($0.bytes),
          ]
        }),
    ]
  }

  private func drop(_ drop: TraceReport.Drop) -> JSONValue {
    var name = JSONValue.null
    if case .buffer(let index) = drop.subject, report.moment.buffers.indices.contains(index) {
      name = .string(report.moment.buffers[index].request.text)
    }
    return [
      "seconds": .number(drop.cause.event.time.seconds),
      "buffer": name,
      "from": .integer(drop.from),
      "to": .integer(drop.to),
      "largestFreeBytes": JSONValue(drop.largestFree),
      "liveBytes": JSONValue(drop.liveBytes),
      "event": JSONValue(drop.cause),
      "stack": JSONValue(drop.cause.stack),
    ]
  }

  private func low(_ drop: TraceReport.Drop) -> JSONValue {
    [
      "seconds": .number(drop.cause.event.time.seconds),
      "largestFreeBytes": JSONValue(drop.largestFree),
      "fromBytes": .integer(drop.from),
      "liveBytes": JSONValue(drop.liveBytes),
      "event": JSONValue(drop.cause),
      "stack": JSONValue(drop.cause.stack),
    ]
  }

  private func failure(_ failure: TraceReport.Failure) -> JSONValue {
    [
      "seconds": .number(failure.cause.event.time.seconds),
      "call": .string(failure.cause.event.call.rawValue),
      "bytes": JSONValue(failure.asked),
      "errno": .string(Wording.name(ofError: failure.errno)),
      "largestFreeBytes": JSONValue(failure.largestFree),
      "freeBytes": JSONValue(failure.freeBytes),
      "wall": .string(failure.wall.word),
      "event": JSONValue(failure.cause),
      "stack": JSONValue(failure.cause.stack),
    ]
  }

  private func caller(_ caller: TraceReport.Caller) -> JSONValue {
    [
      "stack": JSONValue(caller.stack),
      "stacks": JSONValue(caller.stacks),
      "regions": JSONValue(caller.regions),
      "bytes": JSONValue(caller.bytes),
      "largestGainBytes": JSONValue(caller.largestGain),
      "bufferGain": .array(caller.bufferGain.map(JSONValue.integer)),
    ]
  }
}

extension JSONValue {
  /// The frames of a stack, innermost first; null where there is none.
  init(_ stack: ReportStack?) {
    self = stack.map { .array($0.frames.map(JSONValue.init)) } ?? .null
  }

  init(_ frame: ReportFrame) {
    self = [
      "function": .optional(frame.function),
      "module": .optional(frame.module),
      "offset": .optional(frame.offset.map { Address($0).description }),
      "file": .optional(frame.file),
      "line": .optional(frame.line.flatMap { UInt64(exactly: $0) }),
      "inlined": .bool(frame.isInlined),
      "origin": .string(frame.origin.rawValue),
    ]
  }

  init(_ record: TraceReport.EventRecord) {
    self = [
      "number": JSONValue(record.number),
      "call": .string(record.event.call.rawValue),
      "low": record.range.map { JSONValue($0.lower) } ?? .null,
      "high": record.range.map { JSONValue($0.upper) } ?? .null,
      "bytes": JSONValue(record.bytes),
      "thread": .optional(record.thread.map { UInt64(max(0, $0.tid)) }),
      "threadName": .optional(record.thread?.name),
    ]
  }

  init(_ tally: TraceReport.Unattributed.Tally) {
    self = ["regions": JSONValue(tally.regions), "bytes": JSONValue(tally.bytes)]
  }

  init(_ point: Timeline.Point) {
    self = [
      "seconds": .number(point.time.seconds),
      "event": JSONValue(point.event),
      "largestFreeBytes": JSONValue(point.largestFree),
      "freeBytes": JSONValue(point.freeBytes),
      "fits": .array(point.fits.map(JSONValue.integer)),
    ]
  }
}
