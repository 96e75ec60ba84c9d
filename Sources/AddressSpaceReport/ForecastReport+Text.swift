import AddressSpace

extension ForecastReport {
  /// For people: the count, the places, why no more, what to clear.
  public func text(_ style: Style) -> String {
    var lines = changed.map { self.lines(of: $0, style) } ?? []
    if let sequence {
      lines += self.lines(of: sequence, style)
    } else {
      for answer in answers { lines += self.lines(of: answer, style) + [""] }
      if lines.last == "" { lines.removeLast() }
    }
    if let advice { lines += [""] + self.lines(of: advice, style) }
    return lines.joined(separator: "\n") + "\n"
  }

  var changeWording: ChangeWording { ChangeWording(room: room, source: source) }

  private func lines(of answer: Answer, _ style: Style) -> [String] {
    let buffer = answer.buffer
    var number = Wording.number(of: buffer)
    if let range = answer.range, range.lowerBound < range.upperBound {
      number = "\(buffer.fits) (\(range.lowerBound) to \(range.upperBound))"
    }
    let what = buffer.request.isThread ? "" : " by \(buffer.allocator)"
    var lines = [
      style.paint(buffer.fits > 0 ? number : "No", buffer.fits > 0 ? .good : .bad)
        + " more of \(buffer.request.text) will fit\(what), "
        + "\(buffer.footprint) of addresses each."
    ]
    if let heap = buffer.heapFits, heap > 0 {
      lines.append(
        buffer.request.isThread
          ? "  \(heap) of them on stacks that ended threads left"
          : "  \(heap) of them from what is free in its heap")
    }
    // What the heap serves has no place of its own; a stack that was left has.
    let unplaced = buffer.request.isThread ? 0 : buffer.heapFits ?? 0
    let places = style.rows(buffer.placements, usual: 12)
    for (index, place) in places.enumerated() {
      lines.append("\(index + 1)".padded(left: 6) + "  \(place)  \(place.size)")
    }
    let rest = buffer.fits - min(buffer.fits, UInt64(places.count) + unplaced)
    if rest > 0, !places.isEmpty { lines.append("        and \(rest) more; --top 0 shows all") }
    lines.append(("Why no more: " + wording.why(buffer)).wrapped(to: style.columns))
    return lines + self.lines(of: answer.nextFit, style)
  }

  private func lines(of plan: ClearingPlan?, _ style: Style) -> [String] {
    let wanted = more == 1 ? "one more" : "\(more) more"
    guard let plan else {
      return ["To fit \(wanted): nothing that can be cleared would be enough."]
    }
    let count = plan.regions.count
    var lines = [
      ("To fit \(wanted): clear \(plan.bytes) in \(count) region\(count == 1 ? "" : "s"); "
        + "\(plan.window.size) in one piece would be free at \(plan.window.lower).")
        .wrapped(to: style.columns)
    ]
    let actions = room.actions(of: plan)
    let shown = style.rows(actions, usual: 8)
    for (region, action) in shown {
      lines.append(
        "  \(region.range.lower)  " + "\(region.size)".padded(left: 10) + "  "
          + wording.name(of: region, width: 32).padded(right: 32) + "  "
          + style.paint(Wording.deed(action), .pin))
    }
    if shown.count < actions.count { lines.append("  and \(actions.count - shown.count) more") }
    return lines
  }

  private func lines(of sequence: SequenceForecast, _ style: Style) -> [String] {
    let placed = sequence.steps.count { $0.range != nil }
    var lines = [
      sequence.isComplete
        ? style.paint("All \(placed)", .good) + " of the sequence's buffers fit:"
        : style.paint(placed == 0 ? "No" : "Only \(placed)", .bad)
          + " of the sequence's buffers fit:"
    ]
    let shown = style.rows(sequence.steps, usual: 20)
    for (index, step) in shown.enumerated() {
      lines.append(
        "\(index + 1)".padded(left: 6) + "  " + step.request.text.padded(right: 18) + "  "
          + (step.range.map { "\($0)  \($0.size)" } ?? style.paint("refused", .bad)))
    }
    if shown.count < sequence.steps.count {
      lines.append("        and \(sequence.steps.count - shown.count) more; --top 0 shows all")
    }
    return lines
  }
}
