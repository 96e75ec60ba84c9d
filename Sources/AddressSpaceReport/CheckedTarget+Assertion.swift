public import AddressSpace

extension CheckedTarget {
  /// What an assertion on this target says where rules are not held, nil where all are: of each rule
  /// the limit and what is, the space in a line, who is to blame, and the command that shows more.
  ///
  /// - Parameter title: what to call the target, nil for its file, or its name and process id.
  public func assertionText(calling title: String? = nil) -> String? {
    let title = (title ?? source.calling).printable
    let failed =
      results.indices.filter { results[$0].verdict == .broken }
      + results.indices.filter { results[$0].verdict == .undecided }
    guard let first = failed.first else { return nil }
    let style = Style(width: 100, isUnicode: true)
    let strip = results[first].room.strip(style)
    let command = word.isEmpty ? [] : ["More:  " + command(ofRule: first).printable]
    var left = Self.mostAssertionLines - strip.count - command.count
    var lines: [String] = []
    for (index, rule) in failed.enumerated() {
      let result = results[rule]
      let stacks = stacks(ofRule: rule)
      let waiting = failed.count - index - 1
      guard left > 1 || waiting == 0 else {
        lines.append("and \(waiting + 1) more rules")
        break
      }
      let wording = CheckWording(result)
      lines.append(wording.assertion(on: title))
      if index == 0 { lines += strip }
      let blame = wording.blame(style, rows: failed.count == 1 ? 3 : 1) { pin in
        stacks[pin.range].map { Wording.name(of: $0, width: 40) }
      }
      let shown = blame.prefix(max(0, left - 1 - waiting))
      if result.verdict == .broken { lines += shown }
      left -= 1 + (result.verdict == .broken ? shown.count : 0)
    }
    return (lines + command).joined(separator: "\n")
  }

  private static let mostAssertionLines = 20
}

extension CheckWording {
  /// `photo.maps: largest-free is 174.2 MiB, 225.8 MiB too little for largest-free >= 400MiB.`
  fileprivate func assertion(on title: String) -> String {
    let rule = answer.rule.description.printable
    guard !isAskedOfRuns else { return "\(title): \(message)" }
    return answer.verdict == .undecided
      ? "could not measure \(rule) of \(title): \(reason)"
      : "\(title): \(message.dropLast()) for \(rule)."
  }
}

extension Room {
  /// The space in a line; nothing of one that is too large for it, or not listed.
  func strip(_ style: Style) -> [String] {
    layout.wordSize == .bits64 || facts.summary != nil
      ? [] : [MapPicture(room: self, style: style).strip()]
  }
}

extension Source {
  /// A file by its last part, a process by its name and id.
  public var calling: String {
    if let path { return Wording.short(path) }
    guard let pid else { return name ?? "the snapshot" }
    return name.map { "\($0) (pid \(pid))" } ?? "process \(pid)"
  }
}
