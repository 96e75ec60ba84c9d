import AddressSpace

extension CheckReport {
  /// One record a line, fields separated by tabs, sizes in bytes.
  public func plain(top: Int? = nil) -> String {
    let style = Style(top: top)
    var records = Records()
    for target in targets {
      records.add(
        "target", target.word, target.layout.name, target.verdict.rawValue, target.trial.looks)
      for result in target.results {
        let answer = result.answer
        records.add(
          "rule", answer.rule.description, result.verdict.rawValue, answer.rule.bound.limit,
          answer.actual.value.map { "\($0)" } ?? "", answer.actual.bound?.rawValue ?? "",
          answer.margin.map { "\($0)" } ?? "")
        if let event = result.event { records.add("moment", result.seconds, event) }
        if let tally = result.tally {
          records.add(
            "runs", tally.held, tally.broken, tally.undecided, tally.needed, tally.worst)
          for figure in tally.figures {
            records.add(
              "figure", figure.actual.value.map { "\($0)" } ?? "",
              figure.actual.bound?.rawValue ?? "", figure.runs)
          }
        }
        if let spread = result.randomisation {
          records.add("randomisation", spread.least, spread.most)
        }
        for pin in style.rows(answer.pins, usual: 3) {
          records.add(
            "pin", pin.range.lower, pin.range.upper, pin.range.size, pin.joined, pin.largestGain,
            pin.action.rawValue, result.room.largestRegion(in: pin.regions)?.name ?? "")
        }
      }
    }
    return records.text
  }
}
