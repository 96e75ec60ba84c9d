public import AddressSpace

extension Inspection {
  /// A table of who takes how much, in place of the first screen.
  public func text(_ style: Style, by grouping: Usage.Grouping) -> String {
    let rows = room.usage(by: grouping)
    let wording = Wording(room: room)
    let title = source.name ?? source.path.map(Wording.short) ?? "standard input"
    let pid = source.pid.map { "  pid \($0)" } ?? ""
    var lines = [
      style.paint(title.printable.fitted(to: 24), .heading) + pid + "  \(room.layout.name)"
        + "  \(room.mappedBytes) taken in \(room.regions.count) "
        + "region\(room.regions.count == 1 ? "" : "s")",
      "",
      style.paint("       BYTES  REGIONS     LARGEST  " + grouping.rawValue.uppercased(), .heading),
    ]
    let shown = style.rows(rows, usual: Self.usualRows)
    for row in shown {
      let head =
        "\(row.bytes)".padded(left: 12) + "\(row.regions)".padded(left: 9)
        + "\(row.largest)".padded(left: 12) + "  "
      lines.append(head + wording.name(of: row, by: grouping, width: style.columns - head.count))
    }
    if shown.count < rows.count {
      let rest = rows.dropFirst(shown.count)
      lines.append(
        "\(rest.lazy.map(\.bytes).total())".padded(left: 12)
          + "\(rest.reduce(0) { $0 + $1.regions })".padded(left: 9) + "              "
          + "in \(rest.count) more; --top 0 shows all")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static let usualRows = 24
}

extension Wording {
  /// The version of a module, where the source tells it.
  func version(of usage: Usage, by grouping: Usage.Grouping) -> String? {
    grouping == .module ? room.facts.windows?.versions[usage.name] : nil
  }

  /// What a row of usage is of, with how sure that is where it is not.
  func name(of usage: Usage, by grouping: Usage.Grouping, width: Int) -> String {
    let doubt = usage.certainty.flatMap { $0 == .certain ? nil : " (\($0.rawValue))" } ?? ""
    guard usage.name.isEmpty else {
      let version = version(of: usage, by: grouping).map { "  " + $0.printable } ?? ""
      let name = usage.name.printable.fitted(to: max(8, width - doubt.count - version.count))
      return name + doubt + version
    }
    guard let kind = usage.kind else { return "unknown" }
    switch (grouping, kind) {
    case (.origin, .anonymous), (.origin, .reserved), (.origin, .stack):
      return self.kind(kind) + ", owner unknown"
    case (.origin, _): return self.kind(kind)
    case (.name, _): return self.kind(kind) + ", no name"
    case (.module, _): return self.kind(kind) + ", no module"
    }
  }
}

extension JSONValue {
  /// What regions add up to by owner, name or module.
  init(_ room: Room, by grouping: Usage.Grouping, _ style: Style) {
    self = [
      "key": .string(grouping.rawValue),
      "entries": .array(
        style.rows(room.usage(by: grouping), usual: 0).map { usage in
          [
            "name": usage.name.isEmpty ? .null : .string(usage.name),
            "kind": .optional(usage.kind?.rawValue),
            "certainty": .optional(usage.certainty?.rawValue),
            "version": .optional(
              grouping == .module ? room.facts.windows?.versions[usage.name] : nil),
            "regions": JSONValue(usage.regions),
            "bytes": JSONValue(usage.bytes),
            "largestBytes": JSONValue(usage.largest),
            "residentBytes": .null,
          ]
        }),
    ]
  }
}

extension Records {
  mutating func add(_ usage: Usage, by grouping: Usage.Grouping) {
    add(
      "by", grouping.rawValue, usage.name, usage.kind?.rawValue ?? "",
      usage.certainty?.rawValue ?? "", usage.regions, usage.bytes, usage.largest)
  }
}
