import AddressSpace
import AddressSpaceTrace

/// The tables: what took the room, what was refused, who holds what.
extension RecordingScreen {
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

  func falls(_ usual: Int) -> [String] {
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

  func failures(_ usual: Int) -> [String] {
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

  func callers(_ usual: Int) -> [String] {
    let shown = style.rows(trace.callers, usual: usual)
    guard !shown.isEmpty else { return [] }
    var lines = [
      style.paint(
        "  WHO HOLDS IT   bytes    in    largest  fits   without what is held by", .heading)
    ]
    for caller in shown {
      let gain = caller.bufferGain.first ?? 0
      let head =
        "\(caller.bytes)".padded(left: 22) + "\(caller.regions)".padded(left: 6)
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
}
