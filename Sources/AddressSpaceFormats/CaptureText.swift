public import AddressSpace

/// Writes a capture: a map's own text behind comment lines that keep what decides its layout.
public struct CaptureText {
  /// The whole file for `snapshot`, whose map was read from `text`.
  public static func write(_ snapshot: Snapshot, maps text: [UInt8]) -> [UInt8] {
    header(of: snapshot) + (snapshot.facts.knowsTraits ? mappingLines(of: text) : text)
  }

  /// The whole file for a snapshot of any source, which is the same when it is read again: what a
  /// map's lines cannot say of its regions stands before them.
  public static func write(_ snapshot: Snapshot) -> [UInt8] {
    var text = header(of: snapshot)
    for region in snapshot.map.regions { text += MapsText.line(of: region).utf8 }
    return text
  }

  private static func header(of snapshot: Snapshot) -> [UInt8] {
    var lines = [CaptureHeader.firstLine + " " + CaptureHeader.version]
    for (field, value) in fields(of: snapshot) + regionFields(of: snapshot) {
      lines.append("# \(field.rawValue): \(oneLine(value))")
    }
    return Array((lines.joined(separator: "\n") + "\n").utf8)
  }

  private static func contents(_ contents: ContentFacts) -> [(CaptureHeader.Field, String)] {
    [(.contentsRead, contents.isComplete ? "all" : "part")]
      + contents.pieces.map { piece in
        (.contents, "\(piece.range) \(piece.origin.certainty.rawValue) \(piece.origin.name)")
      }
  }

  /// The lines of smaps text that maps text has too.
  private static func mappingLines(of text: [UInt8]) -> [UInt8] {
    var kept: [UInt8] = []
    var start = 0
    while start < text.count {
      let end = text[start...].firstIndex(of: 0x0A).map { $0 + 1 } ?? text.count
      let line = start..<(text[end - 1] == 0x0A ? end - 1 : end)
      if text[line].contains(0x2D), (try? MapsLine(text, line)) != nil { kept += text[start..<end] }
      start = end
    }
    return kept
  }

  /// What it keeps of a snapshot besides its regions.
  static func fields(of snapshot: Snapshot) -> [(CaptureHeader.Field, String)] {
    let facts = snapshot.facts
    var fields: [(CaptureHeader.Field, String)] = []
    func add(_ field: CaptureHeader.Field, _ value: String?) {
      if let value { fields.append((field, value)) }
    }
    add(.factsRead, facts.isRead ? nil : "no")
    add(.pid, snapshot.source.pid.map(String.init))
    add(.name, snapshot.source.name)
    add(.wordSize, facts.wordSize.map { "\($0.rawValue)" })
    add(.machine, facts.machine?.rawValue)
    add(.kernelMachine, facts.kernelMachine?.rawValue)
    add(.pageSize, facts.pageSize.map { "\($0.value)" })
    add(.personality, facts.personality.map { "0x" + String($0.rawValue, radix: 16) })
    add(.isRandomized, facts.isRandomized.map(yesOrNo))
    add(
      .stackLimit,
      facts.stackLimit.map { $0 == LayoutFacts.unlimitedStack ? "unlimited" : "\($0.value)" })
    add(.lowestMapping, facts.lowestMapping.map(\.description))
    add(.legacySysctl, facts.legacySysctl.map(yesOrNo))
    add(.startOfBreak, facts.startOfBreak.map(\.description))
    fields += facts.heap.map(CapturedHeap.lines) ?? []
    add(.firstMapping, facts.firstMapping.map(\.description))
    add(.threads, facts.threads.map(threads))
    for limit in facts.threads?.limits ?? [] { add(.taskLimit, taskLimit(limit)) }
    add(.libcVersion, facts.libcVersion.map(\.description))
    add(.wine, facts.wine.map(wine))
    for (field, value) in facts.windows.map(CaptureHeader.fields) ?? [] { add(field, value) }
    fields += facts.summary.map(SummaryText.fields) ?? []
    add(.lacksMappings, facts.lacksMappings ? "yes" : nil)
    add(.traits, facts.knowsTraits ? "yes" : nil)
    for (field, value) in facts.limits.map(LimitText.fields) ?? [] { add(field, value) }
    add(.held, facts.held.map(LimitText.text))
    fields += facts.contents.map(contents) ?? []
    for diagnostic in snapshot.diagnostics.kept { add(.diagnostic, diagnostic.withoutLine) }
    let rest = snapshot.diagnostics.count - snapshot.diagnostics.kept.count
    add(.diagnostic, rest > 0 ? "and \(rest) more" : nil)
    return fields
  }

  private static func wine(_ wine: WineFacts) -> String {
    let word = wine.isLargeAddressAware.map { $0 ? "large-address-aware" : "2g" } ?? "unknown"
    return wine.evidence.map { "\(word) \($0)" } ?? word
  }

  private static func yesOrNo(_ flag: Bool) -> String { flag ? "yes" : "no" }

  /// A name in one line: it comes from the process and may hold anything.
  private static func oneLine(_ text: String) -> String {
    text.contains(where: \.isNewline)
      ? text.split(whereSeparator: \.isNewline).joined(separator: " ") : text
  }
}

extension Diagnostic {
  /// The sentence with its line in it: in another file that stands elsewhere.
  var withoutLine: String { line.map { "line \($0): \(message)" } ?? message }
}
