import AddressSpace

extension ForecastReport {
  /// What was changed, above the answers.
  func lines(of changed: ChangedSpace, _ style: Style) -> [String] {
    let names = changed.changes.map(\.description).joined(separator: ", ")
    let when = changed.needsRestart ? "after a restart" : "from now on"
    var lines = [
      style.paint("With \(names.printable)", .heading) + ", \(when)"
        + (changed.isModelled ? " (modelled):" : ":")
    ]
    lines += changed.notes.map { ("  " + $0.printable + ".").wrapped(to: style.columns) }
    return lines
  }

  /// What would help, most first.
  func lines(of advice: [Advice], _ style: Style) -> [String] {
    let helping = advice.filter(\.gainsBuffers)
    guard !helping.isEmpty else { return ["No change that is known would make more fit."] }
    let shown = style.rows(helping, usual: 8)
    let numbers = shown.map { $0.forecasts.map(\.number).joined(separator: ", ") }
    let width = max(6, numbers.map(\.count).max() ?? 0)
    var lines = [style.paint("WAYS OUT", .heading)]
    for (one, number) in zip(shown, numbers) {
      lines.append(
        number.padded(left: width) + "  " + style.paint(one.change.description.printable, .good)
          + (one.space.needsRestart ? ", after a restart" : ", now")
          + (one.space.isModelled ? " (modelled)" : ""))
      let how =
        changeWording.command(for: one.change) + "; costs: " + changeWording.cost(of: one.change)
      let indent = String(repeating: " ", count: width + 2)
      lines += how.printable.wrapped(to: style.columns - width - 2).split(separator: "\n")
        .map { indent + $0 }
    }
    if shown.count < helping.count { lines.append("  and \(helping.count - shown.count) more") }
    return lines
  }
}

extension ChangedForecast {
  /// `7`, `7 (6 to 8)`, `at least 7`.
  var number: String {
    range.lowerBound < range.upperBound
      ? "\(buffer.fits) (\(range.lowerBound) to \(range.upperBound))"
      : Wording.number(of: buffer)
  }
}
