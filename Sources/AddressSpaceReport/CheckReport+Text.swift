import AddressSpace

extension CheckReport {
  /// For people: a line a rule, below a broken one who is to blame; 20 lines at most unless all rows
  /// are asked for.
  public func text(_ style: Style) -> String {
    let isWhole = style.top == 0
    var left = isWhole ? Int.max : Self.mostLines
    // A target that holds takes one line where there are several.
    let full = targets.indices.filter { index in
      targets.count == 1 || targets[index].verdict != .held
        || targets[index].results.contains { $0.randomisation != nil }
    }
    var lines: [String] = []
    var shown = 0
    for (index, target) in targets.enumerated() {
      let screen = CheckScreen(target: target, style: style)
      let rest = targets.count - shown
      // The last line says how many targets have none.
      guard isWhole || left > 1 || left == 1 && rest == 1 else {
        lines.append("and \(rest) more targets")
        break
      }
      let waiting = full.count { $0 >= index }
      let share = max(1, (left - (rest - waiting)) / max(1, waiting))
      let section =
        full.contains(index) ? screen.lines(atMost: isWhole ? .max : share) : [screen.header]
      lines += section
      left -= section.count
      shown += 1
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static let mostLines = 20
}

/// What is told of one target.
private struct CheckScreen {
  let target: CheckedTarget
  let style: Style

  /// Which target it is, and how many rules it holds.
  var header: String {
    let held = target.results.count { $0.verdict == .held }
    let all = target.results.count
    let count =
      all == 1
      ? Self.alone(target.verdict)
      : held == all
        ? "all \(all) rules are held"
        : "\(held) of \(all) rules \(held == 1 ? "is" : "are") held"
    let isNamed = target.source.path != nil || target.source.name != nil
    // Each launch was another process.
    let isOne = target.results.first?.tally == nil
    let pid = isNamed && isOne ? target.source.pid.map { "  pid \($0)" } ?? "" : ""
    let runs = target.results.first?.tally.map { ", \($0.runs) launches" } ?? ""
    let samples =
      target.trial.looks > 1 && runs.isEmpty ? ", the worst of \(target.trial.looks) moments" : runs
    let layout = target.layout.name + (target.layout.isAssumed ? " (assumed)" : "")
    let rest = "\(pid)  \(layout)  \(count)\(samples)"
    let title = target.title.printable.fitted(to: max(12, style.columns - rest.count))
    return style.paint(title, .heading) + rest
  }

  private static func alone(_ verdict: RuleAnswer.Verdict) -> String {
    switch verdict {
    case .held: "the rule is held"
    case .broken: "the rule is broken"
    case .undecided: "the rule is not decided"
    }
  }

  func lines(atMost most: Int) -> [String] {
    let commands = self.commands
    let room = most == .max ? most : max(0, most - 1 - commands.count)
    let chosen = chosenResults(room)
    let widths = self.widths
    var lines = [header]
    // What the rules leave is shared out among those that there is more to say of.
    let rest = target.results.count - chosen.count
    var left = room == .max ? room : room - chosen.count - (rest > 0 ? 1 : 0)
    let details = chosen.map { self.details(ofRule: $0) }
    var waiting = details.count { !$0.isEmpty }
    for (place, index) in chosen.enumerated() {
      lines.append(line(of: target.results[index], widths))
      guard !details[place].isEmpty else { continue }
      let count = details[place].count
      let share = left == .max ? count : min(max(0, left), max(1, left / max(1, waiting)))
      lines += details[place].prefix(share)
      if left != .max { left -= min(share, count) }
      waiting -= 1
    }
    if rest > 0, most > 2 {
      lines.append("  and \(rest) more; --top 0 shows all")
    }
    return most == .max ? lines + commands : Array((lines + commands).prefix(max(1, most)))
  }

  /// The lines below a rule's own: what is to be known of it, and who is to blame where it is broken.
  private func details(ofRule index: Int) -> [String] {
    let result = target.results[index]
    let wording = CheckWording(result)
    let notes = wording.notes(isWhole: style.top == 0).map { String.indent + $0 }
    guard result.verdict == .broken else { return notes }
    let stacks = target.stacks(ofRule: index)
    return notes
      + wording.blame(style, rows: style.top ?? 3) { pin in
        stacks[pin.range].map { Wording.name(of: $0, width: 40) }
      }
  }

  /// The rules that `room` lines can tell of: the worse before the others, in their own order.
  private func chosenResults(_ room: Int) -> [Int] {
    let all = Array(target.results.indices)
    guard all.count > room else { return all }
    let order: [RuleAnswer.Verdict] = [.broken, .undecided, .held]
    let byVerdict = order.flatMap { verdict in
      all.filter { target.results[$0].verdict == verdict }
    }
    return byVerdict.prefix(max(0, room - 1)).sorted()
  }

  /// How wide what was measured is, and the rules: what is left beside the verdict and the margin.
  private var widths: (rule: Int, actual: Int) {
    let wordings = target.results.map { CheckWording($0) }
    let actual = max(10, wordings.map(\.actual.count).max() ?? 0)
    let margin = max(21, wordings.map(\.margin.count).max() ?? 0)
    let longest = target.results.map { $0.answer.rule.description.printable.count }.max() ?? 0
    return (max(12, min(longest, style.columns - 15 - margin - actual)), actual)
  }

  private func line(of result: PolicyTrial.Result, _ widths: (rule: Int, actual: Int)) -> String {
    let wording = CheckWording(result)
    let rule = result.answer.rule.description.printable
    let name = rule.count > widths.rule ? rule.prefix(widths.rule - 3) + "..." : rule[...]
    let verdict =
      switch result.verdict {
      case .held: style.paint("held    ", .good)
      case .broken: style.paint("BROKEN  ", .bad)
      case .undecided: style.paint("unknown ", .pin)
      }
    return "  " + verdict + String(name).padded(right: widths.rule) + "  "
      + wording.actual.padded(left: widths.actual) + "   " + wording.margin
  }

  /// The command that shows more, of the first rule that is not held.
  private var commands: [String] {
    let index =
      target.results.firstIndex { $0.verdict == .broken }
      ?? target.results.firstIndex { $0.verdict == .undecided }
    guard let index else { return [] }
    return ["More:  \(target.command(ofRule: index).printable)"]
  }
}
