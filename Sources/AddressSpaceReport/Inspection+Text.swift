public import AddressSpace
public import AddressSpaceTrace

extension Inspection {
  /// The first screen: the answer, the picture, where, whose fault.
  ///
  /// - Parameter stacks: who made the pins, by where they lie, as far as it is known.
  public func text(_ style: Style, stacks: [AddressRange: ReportStack] = [:]) -> String {
    let screen = InspectionScreen(inspection: self, style: style, stacks: stacks)
    return screen.sections.filter { !$0.isEmpty }
      .map { $0.joined(separator: "\n") }.joined(separator: "\n\n") + "\n"
  }
}

/// What stands on the first screen: at most 30 lines, none longer than the terminal is wide.
private struct InspectionScreen {
  let inspection: Inspection
  let style: Style
  let stacks: [AddressRange: ReportStack]
  private let shownPins: [Pin]

  init(inspection: Inspection, style: Style, stacks: [AddressRange: ReportStack]) {
    self.inspection = inspection
    self.style = style
    self.stacks = stacks
    wording = Wording(room: inspection.room)
    shownPins = Array(style.rows(inspection.worstPins, usual: 3))
  }

  private var room: Room { inspection.room }
  private let wording: Wording
  private var isWide: Bool { room.layout.wordSize == .bits64 }

  var sections: [[String]] { [header, answer, picture, spanTable, pinTable, notes] }

  private var header: [String] {
    let source = inspection.source
    let name = source.name ?? source.path.map(Wording.short) ?? "standard input"
    var line = source.pid.map { "  pid \($0)" } ?? ""
    line += "  " + room.layout.name + (room.layout.isAssumed ? " (assumed)" : "")
    let regions =
      room.regionCount.map { "  \($0) region\($0 == 1 ? "" : "s")" } ?? ""
    let space = "  \(room.layout.space)"
    let title = name.printable.fitted(to: 24)
    if title.count + line.count + space.count + regions.count <= style.columns { line += space }
    return [style.paint(title, .heading) + line + regions]
  }

  private var answer: [String] {
    let buffers = inspection.buffers
    var lines = isWide ? ["  Address space is not your limit: this is a 64-bit process."] : []
    lines += buffers.prefix(1).map { "  " + wording.sentence(for: $0, style) }
    if room.isUpperBound {
      lines.append("  The source does not list all memory: what is free is free at most.")
    }
    let largest = room.largestFreeSpan
    let none = room.isFragmentationKnown ? "nothing" : "not told"
    lines.append(
      row("largest free", largest.map { "\($0.size)" } ?? none, largest?.range.description))
    let family = buffers.first?.allocator.family
    let request = inspection.largestRequests.first { $0.allocator == family }
    if let largest, let request, request.bytes + .kibibytes(64) < largest.size {
      lines.append(
        row("largest request", "\(request.bytes)", "is all that one \(request.allocator) can get"))
    }
    let share = Double(room.freeBytes.value) / Double(room.spaceBytes.value)
    let spans = room.freeSpanCount.map { ", in \($0) span\($0 == 1 ? "" : "s")" } ?? ""
    lines.append(row("free", "\(room.freeBytes)", "\(share.percent) of the space" + spans))
    lines += notListed
    if room.layout.system == .windows {
      if room.facts.summary == nil, room.unusableBytes > .zero {
        lines.append(
          row(
            "unusable", "\(room.unusableBytes)",
            "of that: mappings begin at multiples of \(room.layout.granularity)"))
      }
    } else if "\(room.reachableFreeBytes)" != "\(room.freeBytes)" {
      lines.append(row("in reach", "\(room.reachableFreeBytes)", "of placement; the rest is not"))
    }
    if let buffer = buffers.first, let wall = buffer.limitingWall {
      lines.append(row("nearest wall", Wording.headroom(wall), Wording.setter(wall)))
    } else if let buffer = buffers.first, buffer.unusableFree > .zero, !isWide {
      lines.append(
        row("of no use", "\(buffer.unusableFree)", "of what is free, for \(buffer.request.text)"))
    }
    if let buffer = buffers.first, let warning = buffer.warnings.first {
      lines.append(
        row("once touched", "\(warning.fits)", Wording.danger(warning, of: buffer.fits)))
    }
    lines.append(row("taken", "\(room.mappedBytes)", usage.isEmpty ? nil : usage))
    lines.append(
      row("fits now", alternatives(Self.fitsNow), nil))
    lines.append(row("if unbroken", alternatives { "\($0.fitsIfContiguous)" }, nil))
    return lines + ownHeap + wayOut
  }

  /// What the source says nothing of.
  private var notListed: [String] {
    if room.facts.summary != nil {
      let known = room.freeSpans.isEmpty ? "totals alone" : "totals and the largest free span"
      return ["  from a summary: \(known); the rest counts as taken"]
    }
    let bytes = room.notListedBytes
    guard bytes > .zero else { return [] }
    return [row("not listed", "\(bytes)", "counts as taken: what fits is the least that will")]
  }

  /// What the target's own heap serves, where that is anything.
  private var ownHeap: [String] {
    guard let buffer = inspection.buffers.first, let fits = buffer.heapFits, fits > 0 else {
      return []
    }
    if buffer.request.isThread {
      return [row("idle stacks", "\(fits)", "of them take stacks that ended threads left")]
    }
    return [row("in its heap", "\(fits)", "of them, of \(freeInHeap) that is free in it")]
  }

  private var freeInHeap: ByteCount { room.facts.heap?.arenas.first?.free ?? .zero }

  /// The best change that is known, where one gains anything.
  private var wayOut: [String] {
    guard let advice = inspection.advice, let now = inspection.buffers.first?.fits else {
      return []
    }
    let changes = ChangeWording(room: room, source: inspection.source)
    let line = changes.line(for: advice, insteadOf: now).printable.fitted(to: style.columns - 18)
    return ["  " + "way out".padded(right: 16) + style.paint(line, .good)]
  }

  /// What takes most, by kind.
  private var usage: String {
    let parts = room.usageByKind().map { "\(wording.kind($0.kind)) \($0.bytes)" }
    let fitting = (1...3).map { parts.prefix($0).joined(separator: ", ") }
    return fitting.last { $0.count + 31 <= style.columns } ?? ""
  }

  private func row(_ label: String, _ value: String, _ detail: String?) -> String {
    let head = "  " + label.padded(right: 16)
    return detail.map { head + value.padded(left: 10) + "   " + $0 } ?? head + value
  }

  private func alternatives(_ number: (BufferForecast) -> String) -> String {
    let columns = inspection.buffers.prefix(3).map { buffer in
      number(buffer) + " x \(buffer.request.bytes)"
    }
    var text = columns.first ?? ""
    for column in columns.dropFirst() {
      let longer = text.padded(right: text == columns.first ? 16 : 36) + " or " + column
      guard longer.count + 18 <= style.columns else { break }
      text = longer
    }
    return text
  }

  private static func fitsNow(_ buffer: BufferForecast) -> String {
    switch buffer.bound {
    case .exact: "\(buffer.fits)"
    case .atLeast: ">=\(buffer.fits)"
    case .atMost: "<=\(buffer.fits)"
    }
  }

  private var picture: [String] {
    isWide || room.facts.summary != nil ? [] : MapPicture(room: room, style: style).lines()
  }

  private var spanTable: [String] {
    let spans = room.freeSpansBySize
    // The screen has 30 lines: what the answer takes more the table gets less.
    let makers = shownPins.count { stacks[$0.range] != nil }
    let shown = style.rows(spans, usual: max(1, (isWide ? 8 : 12 - answer.count) - makers))
    guard !shown.isEmpty else { return [] }
    let range = isWide ? 30 : 23
    let below = isWide ? 15 : 18
    let above = style.columns - 16 - range - below
    var lines = [
      style.paint(
        "  FREE SPANS    " + "range".padded(right: range) + "below".padded(right: below) + "above",
        .heading)
    ]
    for span in shown {
      lines.append(
        "\(span.size)".padded(left: 12) + "    " + span.range.description.padded(right: range)
          + wording.name(of: room.neighbor(below: span), width: below - 1).padded(right: below)
          + wording.neighbor(above: span, width: above))
    }
    if shown.count < spans.count { lines.append("    and \(spans.count - shown.count) more") }
    return lines
  }

  private var pinTable: [String] {
    let shown = shownPins
    guard !shown.isEmpty else { return [] }
    return [style.paint("  WORST PINS    would leave   region", .heading)]
      + shown.flatMap { [line(of: $0)] + maker(of: $0) }
  }

  /// Who made a pin, in a line below it.
  private func maker(of pin: Pin) -> [String] {
    guard let stack = stacks[pin.range] else { return [] }
    let name = Wording.name(of: stack, width: style.columns - 33)
    return [String(repeating: " ", count: 30) + "by " + style.paint(name, .pin)]
  }

  private func line(of pin: Pin) -> String {
    let head =
      "\(pin.range.size)".padded(left: 12) + "    " + "\(pin.joined)".padded(left: 11) + "   "
      + "\(pin.range.lower) "
    let others = pin.regions.count > 1 ? " & \(pin.regions.count - 1) more" : ""
    let gained = pin.bufferGain.first ?? 0
    let tail = others + " - " + deed(of: pin) + (gained > 0 ? ": +\(gained)" : "")
    let name = wording.name(
      of: room.largestRegion(in: pin.regions), width: style.columns - head.count - tail.count)
    return head + name + tail
  }

  /// What to do; of a heap that cannot go, how much of it is in nobody's use.
  private func deed(of pin: Pin) -> String {
    let isHeap = pin.regions.count == 1 && room.regions[pin.regions.lowerBound].kind == .heap
    guard pin.action == .fixed, isHeap, freeInHeap.value > pin.range.size.value / 2 else {
      return Wording.deed(pin.action)
    }
    return "\(freeInHeap) of it is free"
  }

  private var notes: [String] {
    let count = inspection.diagnostics.count
    return count == 0 ? [] : ["  \(count) remark\(count == 1 ? "" : "s") on the source"]
  }
}
