public import AddressSpace

/// Everything that `diff` answers of two rooms.
public struct DiffReport: Sendable {
  /// One side of the comparison.
  public struct Side: Sendable {
    /// Where it comes from.
    public let source: Source
    /// What is taken and what is free.
    public let room: Room

    /// A side.
    public init(source: Source, room: Room) {
      self.source = source
      self.room = room
    }
  }

  let from: Side
  let to: Side
  let diff: MapDiff
  let buffers: [(from: BufferForecast, to: BufferForecast)]

  /// A report on a difference and on what it did to some buffers.
  public init(
    from: Side, to: Side, diff: MapDiff, buffers: [(from: BufferForecast, to: BufferForecast)]
  ) {
    self.from = from
    self.to = to
    self.diff = diff
    self.buffers = buffers
  }

  /// For people: the forecast first, then the spans, then the regions.
  public func text(_ style: Style) -> String {
    var lines = buffers.map { buffer in
      let role: Style.Role = buffer.to.fits < buffer.from.fits ? .bad : .good
      return "  \(buffer.from.request.text): "
        + style.paint("\(buffer.from.fits) -> \(buffer.to.fits)", role) + " more will fit"
    }
    lines.append(
      "  largest free  \(largest(from)) -> \(largest(to))      free  "
        + "\(from.room.freeBytes) -> \(to.room.freeBytes)")
    if diff.isEmpty { return (lines + ["  no difference"]).joined(separator: "\n") + "\n" }
    lines += spanLines(style)
    lines += regionLines("GONE", diff.gone, in: from.room, style)
    lines += regionLines("NEW", diff.new, in: to.room, style)
    let resized = style.rows(diff.resized, usual: 6)
    if !resized.isEmpty { lines += ["", style.paint("  RESIZED", .heading)] }
    let wording = Wording(room: to.room)
    for (before, after) in resized {
      lines.append(
        "\(before.size) -> \(after.size)".padded(left: 26) + "   \(after.range.lower) "
          + wording.name(of: after, width: 36))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func largest(_ side: Side) -> String {
    side.room.largestFreeSpan.map { "\($0.size)" } ?? "nothing"
  }

  private func spanLines(_ style: Style) -> [String] {
    let shown = style.rows(diff.spans.sorted { Self.weight($0) > Self.weight($1) }, usual: 8)
    guard !shown.isEmpty else { return [] }
    var lines = ["", style.paint("  FREE SPANS", .heading)]
    for change in shown {
      let before = change.before.map { "\($0.size)" }.joined(separator: " + ")
      let after = change.after.map { "\($0.size)" }.joined(separator: " + ")
      let place = (change.before + change.after).map(\.range.lower).min()
      lines.append(
        "  " + change.change.rawValue.padded(right: 8) + "\(place ?? 0)  "
          + [before, after].filter { !$0.isEmpty }.joined(separator: " -> "))
    }
    if shown.count < diff.spans.count {
      lines.append("  and \(diff.spans.count - shown.count) more")
    }
    return lines
  }

  private static func weight(_ change: MapDiff.SpanChange) -> ByteCount {
    max(change.before.lazy.map(\.size).total(), change.after.lazy.map(\.size).total())
  }

  private func regionLines(
    _ title: String, _ regions: [Region], in room: Room, _ style: Style
  ) -> [String] {
    let shown = style.rows(regions.sorted { $0.size > $1.size }, usual: 6)
    guard !shown.isEmpty else { return [] }
    var lines = ["", style.paint("  \(title)", .heading)]
    let wording = Wording(room: room)
    for region in shown {
      lines.append(
        "\(region.size)".padded(left: 12) + "   \(region.range)  \(region.access.letters) "
          + wording.name(of: region, width: 32))
    }
    if shown.count < regions.count { lines.append("     and \(regions.count - shown.count) more") }
    return lines
  }

  /// The document `addrspace.diff/1`.
  public func json() -> String {
    JSONValue.object([
      ("schema", "addrspace.diff/1"),
      ("from", value(of: from)),
      ("to", value(of: to)),
      (
        "spans",
        .array(
          diff.spans.map { change in
            [
              "change": .string(change.change.rawValue),
              "before": .array(change.before.map { JSONValue($0, in: from.room) }),
              "after": .array(change.after.map { JSONValue($0, in: to.room) }),
            ]
          })
      ),
      (
        "regions",
        [
          "gone": .array(diff.gone.map(JSONValue.init)),
          "new": .array(diff.new.map(JSONValue.init)),
          "resized": .array(
            diff.resized.map { ["before": JSONValue($0.before), "after": JSONValue($0.after)] }),
        ]
      ),
      (
        "buffers",
        .array(
          buffers.map { buffer in
            [
              "request": .string(buffer.from.request.text),
              "from": .integer(buffer.from.fits),
              "to": .integer(buffer.to.fits),
            ]
          })
      ),
    ]).document()
  }

  private func value(of side: Side) -> JSONValue {
    [
      "source": JSONValue(side.source),
      "layout": JSONValue(side.room.layout),
      "totals": JSONValue(totalsOf: side.room),
    ]
  }

  /// One record a line, fields separated by tabs, sizes in bytes.
  public func plain() -> String {
    var records = Records()
    for buffer in buffers {
      records.add("buffer", buffer.from.request.text, buffer.from.fits, buffer.to.fits)
    }
    for change in diff.spans {
      for (side, spans) in [("before", change.before), ("after", change.after)] {
        for span in spans {
          records.add("span", change.change.rawValue, side, span.range.lower, span.range.upper)
        }
      }
    }
    for (title, regions) in [("gone", diff.gone), ("new", diff.new)] {
      for region in regions {
        records.add(
          title, region.range.lower, region.range.upper, region.kind.rawValue, region.name)
      }
    }
    for (before, after) in diff.resized {
      records.add("resized", before.range.lower, before.range.upper, after.range.upper, after.name)
    }
    return records.text
  }
}
