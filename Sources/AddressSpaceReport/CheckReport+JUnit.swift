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
      for result in target.results { lines += Self.testCase(result, target) }
      lines.append("  </testsuite>")
    }
    return (lines + ["</testsuites>"]).joined(separator: "\n") + "\n"
  }

  private static func counts(_ results: [PolicyTrial.Result]) -> String {
    let broken = results.count { $0.answer.verdict == .broken }
    let undecided = results.count { $0.answer.verdict == .undecided }
    return " tests=\"\(results.count)\" failures=\"\(broken)\" errors=\"\(undecided)\""
  }

  private static func testCase(_ result: PolicyTrial.Result, _ target: CheckedTarget) -> [String] {
    let answer = result.answer
    let head =
      "    <testcase classname=\"\(target.title.attribute)\" "
      + "name=\"\(answer.rule.description.attribute)\""
    let element =
      switch answer.verdict {
      case .held: ""
      case .broken: "failure"
      case .undecided: "error"
      }
    guard !element.isEmpty else { return [head + "/>"] }
    let wording = CheckWording(answer, result.room)
    let blame = wording.blame(Style(width: 100), rows: 3) { pin in
      target.stacks[pin.range].map { Wording.name(of: $0, width: 40) }
    }
    let detail = [wording.message] + blame + ["More:  " + wording.command(for: target)]
    return [
      head + ">",
      "      <\(element) message=\"\(wording.message.attribute)\" type=\"\(answer.verdict.rawValue)\">"
        + detail.map(\.attribute).joined(separator: "\n") + "</\(element)>",
      "    </testcase>",
    ]
  }
}

extension String {
  /// The text as XML takes it, in an attribute or between tags: what XML 1.0 cannot hold at all
  /// stands as `\xNN` (section 2.2), what it gives a meaning is escaped.
  fileprivate var attribute: String {
    var text = ""
    for character in printable.unicodeScalars {
      switch character {
      case "&": text += "&amp;"
      case "<": text += "&lt;"
      case ">": text += "&gt;"
      case "\"": text += "&quot;"
      case "'": text += "&apos;"
      default: text.unicodeScalars.append(character)
      }
    }
    return text
  }
}
