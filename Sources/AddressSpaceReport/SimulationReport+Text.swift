import AddressSpace
import AddressSpaceSimulation

extension SimulationReport {
  /// For people, on one screen: what is left after every step, how it is spread after the step
  /// that remedies are compared by, and what these are worth.
  public func text(_ style: Style) -> String {
    let screen = SimulationScreen(answer: answer, word: word, style: style)
    return screen.sections.filter { !$0.isEmpty }
      .map { $0.joined(separator: "\n") }.joined(separator: "\n\n") + "\n"
  }
}

/// What stands on the screen: at most 30 lines, unless all rows are asked for.
private struct SimulationScreen {
  let answer: ScenarioAnswer
  let word: String
  let style: Style

  private var tally: ScenarioTally { answer.tally }
  private var compared: Int { answer.comparedStep }
  private var buffer: String { tally.buffers.first?.text ?? "" }

  var sections: [[String]] { [header, steps, spread, remedies, commands] }

  private var header: [String] {
    let launches = tally.count == 1 ? "1 launch" : "\(tally.count) launches"
    return [
      style.paint(answer.name.printable, .heading)
        + "  \(answer.layout.name)  \(launches)  \(Layout.modelledBasis)"
    ]
  }

  // MARK: what is left after every step

  private static let stepWidth = 25

  private var steps: [String] {
    let head =
      "  AFTER" + "largest free 5%".padded(left: Self.stepWidth + 3) + "half".padded(left: 10)
      + "95%".padded(left: 10)
    let title = buffer.isEmpty ? head : head + "   \(buffer) fit"
    return [style.paint(title, .heading)]
      + rows(Array(tally.steps.indices), most: 9) { step in
        let name = tally.steps[step].printable.cut(to: Self.stepWidth - 3)
        return "  " + name.padded(right: Self.stepWidth - 2) + sizes(of: step) + "   "
          + (failure(in: step) ?? counts(of: step))
      }
  }

  private func sizes(of step: Int) -> String {
    let largest = tally.distribution(ofStep: step) { $0.largestFree.value }
    return [5, 50, 95].map { percent in
      (largest.map { "\(ByteCount($0.percentile(percent)))" } ?? "").padded(left: 10)
    }.joined()
  }

  /// How many fit in how many launches: `1: 62%  2: 38%`.
  private func counts(of step: Int) -> String {
    guard !tally.buffers.isEmpty, let fits = tally.fits(0, afterStep: step) else { return "" }
    let rows = fits.histogram
    if rows.count == 1 { return "\(fits.least)" }
    guard rows.count > 2 else {
      return rows.map { "\($0.figure): \(share($0.count))" }.joined(separator: "  ")
    }
    return "\(fits.least) to \(fits.most), half \(fits.median)"
  }

  private func failure(in step: Int) -> String? {
    guard let first = tally.failures(inStep: step).first else { return nil }
    let text =
      "fails in \(share(tally.failedRuns(inStep: step))): \(first.failure.purpose.printable)"
    return style.paint(text.cut(to: style.columns - Self.stepWidth - 33), .bad)
  }

  /// A share of the launches as whole per cent, never 0% of some nor 100% of not all.
  private func share(_ count: Int) -> String {
    let percent = (count * 100 + tally.count / 2) / max(1, tally.count)
    if percent == 0, count > 0 { return "<1%" }
    if percent == 100, count < tally.count { return ">99%" }
    return "\(percent)%"
  }

  // MARK: how it is spread

  /// The largest free span after that step: a histogram of some bars.
  private var spread: [String] {
    guard
      let largest = tally.distribution(ofStep: compared, { $0.largestFree.value }),
      largest.least < largest.most
    else { return [] }
    let bars = Histogram(largest, bars: 4)
    let most = bars.rows.map(\.count).max() ?? 1
    let width = style.columns - 36
    let title = "  LARGEST FREE SPAN, after \(tally.steps[compared].printable)"
    return [style.paint(title.cut(to: style.columns), .heading)]
      + bars.rows.map { row in
        let length = row.count == 0 ? 0 : max(1, row.count * width / most)
        let bar = String(repeating: style.isUnicode ? "█" : "#", count: length)
        let start =
          "  from " + "\(ByteCount(row.lower))".padded(left: 10) + share(row.count).padded(left: 6)
        return bar.isEmpty ? start : start + "  " + style.paint(bar, .free)
      }
  }

  // MARK: what remedies are worth

  private static let remedyWidth = 30

  private var remedies: [String] {
    guard !answer.remedies.isEmpty else { return [] }
    let after = "  REMEDIES, after \(tally.steps[compared].printable)"
    let title =
      after.cut(to: Self.remedyWidth + 3).padded(right: Self.remedyWidth + 3)
      + (buffer.isEmpty ? "" : "fit").padded(left: 6) + "largest".padded(left: 12)
      + "fails".padded(left: 8) + "  first at"
    return [style.paint(title, .heading)]
      + rows(answer.remedies, most: spread.isEmpty ? 13 : 8) { remedied in
        "  " + remedied.name.printable.cut(to: Self.remedyWidth).padded(right: Self.remedyWidth)
          + fit(of: remedied.tally).padded(left: 7) + largest(of: remedied.tally).padded(left: 12)
          + outcome(of: remedied.tally)
      }
  }

  /// How many fit on average, with two decimals where that says something.
  private func fit(of tally: ScenarioTally) -> String {
    guard !tally.buffers.isEmpty,
      let mean = tally.fits(0, afterStep: compared)?.meanInThousandths
    else { return "" }
    guard mean < 1_000_000 else { return "\((mean + 500) / 1000)" }
    let hundredths = (mean + 5) / 10
    let rest = hundredths % 100
    return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
  }

  private func largest(of tally: ScenarioTally) -> String {
    tally.distribution(ofStep: compared) { $0.largestFree.value }
      .map { "\(ByteCount($0.median))" } ?? ""
  }

  /// In how many launches a step fails, and which is the first to.
  private func outcome(of tally: ScenarioTally) -> String {
    let share = share(tally.count - tally.wholeRuns).padded(left: 8)
    guard let first = tally.steps.indices.first(where: { tally.failedRuns(inStep: $0) > 0 }) else {
      return style.paint(share, .good)
    }
    let name = tally.steps[first].printable.cut(to: style.columns - Self.remedyWidth - 31)
    return style.paint(share, .bad) + "  " + name
  }

  /// A line for each of some rows, as many as fit, and how many more there are.
  private func rows<Row>(_ all: [Row], most: Int, _ line: (Row) -> String) -> [String] {
    let shown = style.rows(all, usual: all.count > most ? most - 1 : most)
    let rest = all.count - shown.count
    return shown.map(line) + (rest > 0 ? ["  and \(rest) more; --top 0 shows all"] : [])
  }

  private var commands: [String] {
    ["One launch:  addrspace simulate \(word.printable) --seed \(answer.seed) --run 1"]
  }
}

/// Bars of equal width over a distribution.
private struct Histogram {
  let rows: [(lower: UInt64, count: Int)]

  init(_ distribution: Distribution, bars: UInt64) {
    let range = distribution.most - distribution.least
    let width = range / bars + 1
    rows = (0..<bars).map { bar in
      let lower = distribution.least + bar * width
      let (above, next) = (distribution.count(atLeast: lower), lower.addingReportingOverflow(width))
      return (lower, above - (next.overflow ? 0 : distribution.count(atLeast: next.partialValue)))
    }
  }
}

extension String {
  /// At most `width` characters: of a longer text its beginning.
  fileprivate func cut(to width: Int) -> String {
    count > width ? String(prefix(max(0, width - 3))) + "..." : self
  }
}
