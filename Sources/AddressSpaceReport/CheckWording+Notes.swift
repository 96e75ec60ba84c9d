import AddressSpace

/// What is to be known of a result besides its figure: the moment, the runs, randomisation.
extension CheckWording {
  /// Lines below the rule's own.
  ///
  /// - Parameter isWhole: whether the moment is told of what is held, too.
  func notes(isWhole: Bool) -> [String] {
    var notes: [String] = []
    let moment = verdict == .held && !isWhole ? nil : self.moment
    if let tally = result.tally {
      notes.append(distribution(of: tally))
      let launch = "the worst was launch \(tally.worst)" + (moment.map { ", \($0)" } ?? "")
      if tally.held < tally.runs { notes.append(launch) }
    } else if let moment {
      notes.append(moment)
    }
    if isAskedOfRuns { notes.append("one launch does not tell; \(Self.measure) does") }
    if let spread { notes.append("\(spread); \(Self.measure) counts how often") }
    return notes
  }

  /// How it is measured what randomisation does.
  static let measure = "--run --launches 20"

  /// `at 0.412 s, after event 35`; nil where no moment of a recording was looked for.
  var moment: String? {
    result.event.map { event in
      event == 0
        ? "before the first event"
        : "at \(UInt64((result.seconds * 1e9).rounded()).secondsText), after event \(event)"
    }
  }

  /// Whether it is a share of runs that is asked for, and there is one only.
  var isAskedOfRuns: Bool { result.tally == nil && answer.rule.probability != nil }

  /// `randomisation: 9 or 10`; nil where it does not matter.
  var spread: String? {
    result.randomisation.map { spread in
      let word = unit == .count && spread.most - spread.least == 1 ? "or" : "to"
      return "randomisation: \(amount(spread.least)) \(word) \(amount(spread.most))"
    }
  }

  /// `held in 13 of 20, 19 have to`.
  func count(of tally: RunTally) -> String {
    let unknown = tally.undecided > 0 ? ", unknown in \(tally.undecided)" : ""
    let needed =
      tally.needed == tally.runs
      ? "all have to" : "\(tally.needed) ha\(tally.needed == 1 ? "s" : "ve") to"
    return "held in \(tally.held) of \(tally.runs)\(unknown), \(needed)"
  }

  /// `9 in 7, 10 in 13 launches`; of many different figures the least and the most.
  func distribution(of tally: RunTally) -> String {
    var counts: [(text: String, runs: Int)] = []
    // Figures that read alike are told together.
    for figure in tally.figures {
      let text = text(of: figure.actual)
      if counts.last?.text == text {
        counts[counts.count - 1].runs += figure.runs
      } else {
        counts.append((text, figure.runs))
      }
    }
    guard let first = counts.first, let last = counts.last else { return "not known" }
    guard counts.count <= Self.mostFigures else {
      return "\(first.text) to \(last.text) in \(tally.runs) launches"
    }
    let all = counts.dropLast().map { "\($0.text) in \($0.runs), " }.joined()
    return all + "\(last.text) in \(last.runs) launch\(last.runs == 1 ? "" : "es")"
  }

  private static let mostFigures = 5
}
