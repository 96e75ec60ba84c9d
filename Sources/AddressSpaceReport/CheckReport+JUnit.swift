import AddressSpace

extension CheckReport {
  /// The same as JUnit XML: a suite a target, a test case a rule. What is broken is a failure, what
  /// could not be measured an error.
  public func junit() -> String {
    let all = targets.flatMap(\.results)
    var lines = ["<?xml version=\"1.0\" encoding=\"UTF-8\"?>"]
    lines.append("<testsuites name=\"addrspace check\"\(Self.counts(all))>")
    for target in targets {
      let name = target.title.attribute
      lines.append("  <testsuite name=\"\(name)\"\(Self.counts(target.results))>")
      for (index, result) in target.results.enumerated() {
        lines += Self.testCase(result, index, target)
      }
      lines.append("  </testsuite>")
    }
    return (lines + ["</testsuites>"]).joined(separator: "\n") + "\n"
  }

  private static func counts(_ results: [PolicyTrial.Result]) -> String {
    let broken = results.count { $0.verdict == .broken }
    let undecided = results.count { $0.verdict == .undecided }
    return " tests=\"\(results.count)\" failures=\"\(broken)\" errors=\"\(undecided)\""
  }

  private static func testCase(
    _ result: PolicyTrial.Result, _ index: Int, _ target: CheckedTarget
  ) -> [String] {
    let answer = result.answer
    let head =
      "    <testcase classname=\"\(target.title.attribute)\" "
      + "name=\"\(answer.rule.description.attribute)\""
    let element =
      switch result.verdict {
      case .held: ""
      case .broken: "failure"
      case .undecided: "error"
      }
    let wording = CheckWording(result)
    let notes = wording.notes(isWhole: true)
    guard !element.isEmpty else {
      guard !notes.isEmpty else { return [head + "/>"] }
      let text = notes.map(\.attribute).joined(separator: "\n")
      return [head + ">", "      <system-out>\(text)</system-out>", "    </testcase>"]
    }
    let stacks = target.stacks(ofRule: index)
    let blame = wording.blame(Style(width: 100), rows: 3) { pin in
      stacks[pin.range].map { Wording.name(of: $0, width: 40) }
    }
    let detail = [wording.message] + notes + blame + ["More:  " + target.command(ofRule: index)]
    return [
      head + ">",
      "      <\(element) message=\"\(wording.message.attribute)\" type=\"\(result.verdict.rawValue)\">"
        + detail.map(\.attribute).joined(separator: "\n") + "</\(element)>",
      "    </testcase>",
    ]
  }
}

extension String {
  /// The text as XML takes it, in an attribute or between tags: what XML 1.0 cannot hold at all
  /// stands as `\xNN` (section 2.2), what it gives a meaning is escaped.
  fileprivate var attribute: String {
    printable.escaped([
      "&": "&amp;", "<": "&lt;", ">": "&gt;", "\"": "&quot;", "'": "&apos;",
    ])
  }
}
