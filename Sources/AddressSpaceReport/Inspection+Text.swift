public import AddressSpace

extension Inspection {
  /// The first screen: the answer, the picture, where, whose fault.
  public func text(_ style: Style) -> String {
    let sections = [
      [header(style)], answer(style), picture(style), spanTable(style), pinTable(style),
      notes(style),
    ]
    return sections.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }
      .joined(separator: "\n\n") + "\n"
  }

  private var wording: Wording { Wording(room: room) }
  private var isWide: Bool { room.layout.wordSize == .bits64 }

  private func header(_ style: Style) -> String {
    let name = source.name ?? source.path.map(Wording.short) ?? "standard input"
    let pid = source.pid.map { "  pid \($0)" } ?? ""
    let assumed = room.layout.isAssumed ? " (assumed)" : ""
    return style.paint(name.printable.fitted(to: 24), .heading)
      + "\(pid)  \(room.layout.name)\(assumed)  \(room.layout.space)  \(room.regions.count) regions"
  }

  private func answer(_ style: Style) -> [String] {
    var lines = isWide ? ["  Address space is not your limit: this is a 64-bit process."] : []
    lines += buffers.first.map { [sentence(for: $0, style)] } ?? []
    let largest = room.largestFreeSpan
    lines.append(
      row("largest free", largest.map { "\($0.size)" } ?? "nothing", largest?.range.description))
    let request = largestRequests.first { $0.allocator == buffers.first?.allocator.family }
    if let largest, let request, request.bytes + .kibibytes(64) < largest.size {
      lines.append(
        row("largest request", "\(request.bytes)", "is all that one \(request.allocator) can get"))
    }
    let share = Double(room.freeBytes.value) / Double(room.layout.space.size.value)
    let spans = room.freeSpans.count
    lines.append(
      row(
        "free", "\(room.freeBytes)",
        "\(share.percent) of the space, in \(spans) span\(spans == 1 ? "" : "s")"))
    if room.reachableFreeBytes < room.freeBytes {
      lines.append(row("in reach", "\(room.reachableFreeBytes)", "of placement; the rest is not"))
    }
    lines.append(row("fits now", alternatives { $0.isExact ? "\($0.fits)" : ">=\($0.fits)" }, nil))
    lines.append(row("if unbroken", alternatives { "\($0.fitsIfContiguous)" }, nil))
    return lines
  }

  private func sentence(for buffer: BufferForecast, _ style: Style) -> String {
    let what = "\(buffer.request.text) (\(buffer.request.bytes), by \(buffer.allocator))"
    let number = buffer.isExact ? "\(buffer.fits)" : "at least \(buffer.fits)"
    return switch buffer.verdict {
    case .fits: "  " + style.paint("\(number) more", .good) + " of \(what) will fit."
    case .fragmented:
      "  " + style.paint("None", .bad)
        + " of \(what) will fit: enough is free, but not in one piece."
    case .exhausted: "  " + style.paint("None", .bad) + " of \(what) will fit: too little is free."
    case .limited: "  " + style.paint("None", .bad) + " of \(what) will fit."
    }
  }

  private func row(_ label: String, _ value: String, _ detail: String?) -> String {
    let line = "  " + label.padded(right: 16) + value.padded(left: 10)
    return detail.map { line + "   " + $0 } ?? "  " + label.padded(right: 16) + value
  }

  private func alternatives(_ number: (BufferForecast) -> String) -> String {
    buffers.prefix(4).map { buffer in
      (number(buffer) + " x \(buffer.request.bytes)").padded(right: 14)
    }.joined(separator: " or ").trimmingBlanks
  }

  private func picture(_ style: Style) -> [String] {
    isWide ? [] : MapPicture(room: room, style: style).lines()
  }

  private func spanTable(_ style: Style) -> [String] {
    let spans = room.freeSpansBySize
    let shown = style.rows(spans, usual: isWide ? 8 : 5)
    guard !shown.isEmpty else { return [] }
    let wide = isWide ? 31 : 23
    let head =
      "  FREE SPANS    " + "range".padded(right: wide) + "below".padded(right: 18) + "above"
    var lines = [style.paint(head, .heading)]
    for span in shown {
      lines.append(
        "\(span.size)".padded(left: 12) + "    " + span.range.description.padded(right: wide)
          + wording.name(of: room.neighbor(below: span), width: 17).padded(right: 18)
          + wording.neighbor(above: span, width: style.width - wide - 34))
    }
    if shown.count < spans.count { lines.append("    and \(spans.count - shown.count) more") }
    return lines
  }

  private func pinTable(_ style: Style) -> [String] {
    let usual = style.top == nil ? 3 : style.top ?? 0
    // Those that can go come first: they are what somebody can act on.
    let gaining = pins.filter { $0.largestGain > .zero || $0.bufferGain.contains { $0 > 0 } }
    let ranked = gaining.filter { $0.action != .fixed } + gaining.filter { $0.action == .fixed }
    let shown = usual == 0 ? ranked[...] : ranked.prefix(usual)
    guard !shown.isEmpty else { return [] }
    var lines = [
      style.paint("  WORST PINS    would leave   region", .heading)
    ]
    for pin in shown {
      let region = room.largestRegion(in: pin.regions)
      let count = pin.regions.count
      let others = count > 1 ? " and \(count - 1) more" : ""
      lines.append(
        "\(pin.range.size)".padded(left: 12) + "    " + "\(pin.joined)".padded(left: 11)
          + "   \(pin.range.lower) " + wording.name(of: region, width: style.width - 58) + others
          + " - " + Wording.deed(pin.action) + gain(of: pin))
    }
    return lines
  }

  private func gain(of pin: Pin) -> String {
    guard let gained = pin.bufferGain.first, gained > 0 else { return "" }
    return ": +\(gained)"
  }

  private func notes(_ style: Style) -> [String] {
    diagnostics.isEmpty
      ? [] : ["  \(diagnostics.count) remark\(diagnostics.count == 1 ? "" : "s") on the source"]
  }
}

extension String {
  fileprivate var trimmingBlanks: String {
    var text = self
    while text.last == " " { text.removeLast() }
    return text
  }
}
