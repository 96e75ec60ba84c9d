public import AddressSpace

extension Inspection {
  /// One record a line, fields separated by tabs, sizes in bytes: for scripts without JSON.
  public func plain(top: Int? = nil, by: Usage.Grouping? = nil) -> String {
    let style = Style(top: top)
    let origins = OriginRules(room)
    var records = Records()
    records.add("layout", room.layout.name, room.layout.space.lower, room.layout.space.upper)
    records.add("total", "space", room.spaceBytes)
    records.add("total", "mapped", room.mappedBytes)
    if room.facts.summary.map({ $0.reserved != nil }) ?? true {
      records.add("total", "reserved", room.reservedBytes)
    }
    records.add("total", "free", room.freeBytes)
    if room.facts.summary == nil {
      records.add("total", "reachable", room.reachableFreeBytes)
      records.add("total", "unusable", room.unusableBytes)
    }
    if room.notListedBytes > .zero { records.add("total", "not-listed", room.notListedBytes) }
    let held = room.facts.held
    for (name, bytes) in [
      ("committed", held?.committed), ("resident", held?.resident), ("swap", held?.swapped),
    ] {
      if let bytes { records.add("total", name, bytes) }
    }
    for usage in room.usageByKind() {
      records.add("kind", usage.kind.rawValue, usage.regions, usage.bytes)
    }
    for request in largestRequests {
      records.add("largest-request", request.allocator.rawValue, request.bytes)
    }
    for buffer in buffers { records.add(buffer) }
    for span in style.rows(room.freeSpansBySize, usual: 0) {
      records.add(
        "span", span.range.lower, span.range.upper, span.size, span.reachable,
        room.neighbor(below: span)?.name ?? "", room.neighbor(above: span)?.name ?? "")
    }
    for pin in style.rows(pins, usual: 0) {
      let index = room.largestIndex(in: pin.regions)
      let origin = index.flatMap { origins.origin(at: $0) }
      records.add(
        "pin", pin.range.lower, pin.range.upper, pin.range.size, pin.joined, pin.largestGain,
        pin.action.rawValue, index.map { room.regions[$0].name } ?? "", origin?.name ?? "",
        origin?.certainty.rawValue ?? "")
    }
    if let by {
      for usage in style.rows(room.usage(by: by), usual: 0) { records.add(usage, by: by) }
    }
    return records.text
  }
}

/// Lines of fields separated by tabs; a tab or newline inside a field is escaped.
struct Records {
  private(set) var text = ""

  mutating func add(_ fields: any CustomStringConvertible...) {
    text += fields.map(Self.field).joined(separator: "\t") + "\n"
  }

  mutating func add(_ buffer: BufferForecast) {
    add(
      "buffer", buffer.request.text, buffer.request.bytes, buffer.allocator, buffer.footprint,
      buffer.fits, buffer.fitsIfContiguous, buffer.verdict.rawValue,
      buffer.bound.rawValue)
    for wall in buffer.walls where wall.name != .addressSpace { add("limit", wall, of: buffer) }
    for wall in buffer.warnings { add("warning", wall, of: buffer) }
  }

  private mutating func add(_ kind: String, _ wall: Wall, of buffer: BufferForecast) {
    add(
      kind, buffer.request.text, wall.name.rawValue, wall.limit.value, wall.used.value, wall.fits)
  }

  private static func field(_ value: any CustomStringConvertible) -> String {
    (value as? ByteCount).map { String($0.value) } ?? value.description.printable
  }
}
