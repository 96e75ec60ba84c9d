public import AddressSpace
public import AddressSpaceTrace

/// Everything that `report` says of a recording, to be rendered.
public struct RecordingReport: Sendable {
  let report: TraceReport
  /// The file it was read from.
  let path: String

  /// A report on the recording in the file at `path`.
  public init(_ report: TraceReport, path: String) {
    self.report = report
    self.path = path
  }

  var room: Room { report.moment.room }

  var source: Source {
    var source = report.moment.snapshot.source
    source.path = path
    return source
  }

  /// How long it took, as far as is known.
  var duration: UInt64 {
    report.end?.duration ?? report.timeline.points.last?.time ?? 0
  }

  /// What fell by one event.
  struct Fall {
    let cause: TraceReport.EventRecord
    /// What is still there of what it mapped.
    let liveBytes: ByteCount
    var largest: TraceReport.Drop?
    var buffers: [Int: TraceReport.Drop] = [:]

    /// Those that make buffers unfit, then those that take most of the largest span; what is gone
    /// again comes last.
    var weight: (Int, Int, UInt64) {
      (liveBytes > .zero ? 1 : 0, buffers.isEmpty ? 0 : 1, largest?.step ?? 0)
    }
  }

  /// The drops by the event that caused them, in their order.
  var falls: [Fall] {
    var falls: [Fall] = []
    for drop in report.drops {
      if falls.last?.cause.number != drop.cause.number {
        falls.append(Fall(cause: drop.cause, liveBytes: drop.liveBytes))
      }
      switch drop.subject {
      case .largestSpan: falls[falls.count - 1].largest = drop
      case .buffer(let index): falls[falls.count - 1].buffers[index] = drop
      }
    }
    return falls
  }
}

extension TraceReport {
  /// Who made the pins, by where they lie, as far as it is known.
  public var stacksOfPins: [AddressRange: ReportStack] {
    var stacks: [AddressRange: ReportStack] = [:]
    for traced in pins { stacks[traced.pin.range] = traced.principal?.maker.stack }
    return stacks
  }
}

extension UInt64 {
  /// Nanoseconds as seconds.
  var seconds: Double { Double(self) / 1e9 }

  /// Nanoseconds for people: three decimals below 100 seconds, one above.
  var secondsText: String {
    let unit: UInt64 = self < 100_000_000_000 ? 1_000_000 : 100_000_000
    let digits = unit == 1_000_000 ? 3 : 1
    let rounded = self / unit + (self % unit >= unit / 2 ? 1 : 0)
    let scale: UInt64 = digits == 3 ? 1000 : 10
    let part = String(rounded % scale)
    return "\(rounded / scale)." + String(repeating: "0", count: digits - part.count) + part + " s"
  }
}
