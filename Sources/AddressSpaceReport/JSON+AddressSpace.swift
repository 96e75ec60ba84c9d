import AddressSpace

/// The parts that several documents share; the names are fixed by `docs/json.md`.
extension JSONValue {
  init(_ address: Address) { self = .string(address.description) }
  init(_ bytes: ByteCount) { self = .integer(bytes.value) }
  init(_ count: Int) { self = .integer(UInt64(count)) }

  init(_ source: Source) {
    self = [
      "kind": .string(source.kind.rawValue),
      "pid": .optional(source.pid.map { UInt64($0) }),
      "path": .optional(source.path),
      "name": .optional(source.name),
    ]
  }

  init(_ layout: Layout) {
    self = [
      "name": .string(layout.name),
      "low": JSONValue(layout.space.lower),
      "high": JSONValue(layout.space.upper),
      "pageBytes": JSONValue(layout.pageSize),
      "granularityBytes": JSONValue(layout.granularity),
      "placement": .string(layout.placement.rawValue),
      "guardGapBytes": JSONValue(layout.guardGap),
      "basis": .string(layout.basis),
      "assumed": .bool(layout.isAssumed),
    ]
  }

  init(totalsOf room: Room) {
    self = [
      "spaceBytes": JSONValue(room.spaceBytes),
      "mappedBytes": JSONValue(room.mappedBytes),
      "reservedBytes": .optional(
        room.facts.summary.map { $0.reserved?.value } ?? room.reservedBytes.value),
      "freeBytes": JSONValue(room.freeBytes),
      "reachableFreeBytes": room.facts.summary == nil
        ? JSONValue(room.reachableFreeBytes) : .null,
      "unusableBytes": room.facts.summary == nil ? JSONValue(room.unusableBytes) : .null,
      "regionCount": .optional(room.regionCount.map { UInt64($0) }),
      "notListedBytes": JSONValue(room.notListedBytes),
      "committedBytes": .optional(room.facts.held?.committed?.value),
      "residentBytes": .optional(room.facts.held?.resident?.value),
      "swapBytes": .optional(room.facts.held?.swapped?.value),
    ]
  }

  init(_ span: FreeSpan, in room: Room) {
    self = [
      "low": JSONValue(span.range.lower),
      "high": JSONValue(span.range.upper),
      "bytes": JSONValue(span.size),
      "reachableBytes": JSONValue(span.reachable),
      "below": JSONValue(neighbor: room.neighbor(below: span)),
      "above": JSONValue(neighbor: room.neighbor(above: span)),
    ]
  }

  private init(neighbor region: Region?) {
    guard let region else {
      self = .null
      return
    }
    self = ["kind": .string(region.kind.rawValue), "name": .string(region.name)]
  }

  init(_ region: Region) { self = .object(Self.members(of: region)) }

  /// The members of a region that every document with regions has.
  static func members(of region: Region) -> [(key: String, value: JSONValue)] {
    [
      ("low", JSONValue(region.range.lower)),
      ("high", JSONValue(region.range.upper)),
      ("bytes", JSONValue(region.size)),
      ("kind", .string(region.kind.rawValue)),
      ("access", .string(region.access.letters)),
      ("name", .string(region.name)),
    ]
  }

  init(_ range: AddressRange) {
    self = ["low": JSONValue(range.lower), "high": JSONValue(range.upper)]
  }

  /// The members of a buffer's forecast that every document with buffers has.
  static func members(
    of buffer: BufferForecast, in room: Room
  ) -> [(key: String, value: JSONValue)] {
    [
      ("request", .string(buffer.request.text)),
      ("bytes", JSONValue(buffer.request.bytes)),
      ("allocator", .string(buffer.allocator.description)),
      ("footprintBytes", JSONValue(buffer.footprint)),
      ("fits", .integer(buffer.fits)),
      ("fitsIfContiguous", .integer(buffer.fitsIfContiguous)),
      ("verdict", .string(buffer.verdict.rawValue)),
      ("unusableFreeBytes", JSONValue(buffer.unusableFree)),
      ("alignmentBytes", .optional(buffer.request.alignment?.value)),
      ("exact", .bool(buffer.isExact)),
      ("bound", .string(buffer.bound.rawValue)),
      ("heapFits", .optional(buffer.heapFits)),
      ("limits", .array(buffer.walls.map(JSONValue.init))),
      ("warnings", .array(buffer.warnings.map(JSONValue.init))),
    ]
  }

  init(_ wall: Wall) {
    var members: [(key: String, value: JSONValue)] = [("name", .string(wall.name.rawValue))]
    switch (wall.limit, wall.used) {
    case (.bytes(let limit), .bytes(let used)):
      members += [("limitBytes", JSONValue(limit)), ("usedBytes", JSONValue(used))]
    default:
      members += [("limitBytes", .null), ("usedBytes", .null)]
      members += [
        ("limitCount", .integer(wall.limit.value)), ("usedCount", .integer(wall.used.value)),
      ]
    }
    self = .object(members + [("fits", .integer(wall.fits))])
  }

  init(_ diagnostics: Diagnostics) {
    var list = diagnostics.kept.map { diagnostic -> JSONValue in
      [
        "line": .optional(diagnostic.line.map { UInt64($0) }),
        "message": .string(diagnostic.message),
      ]
    }
    let rest = diagnostics.count - diagnostics.kept.count
    if rest > 0 { list.append(["line": .null, "message": .string("and \(rest) more")]) }
    self = .array(list)
  }
}

extension Layout {
  /// How most placements are made: by the first search.
  var placement: Search.Direction { searches.first?.direction ?? .bottomUp }
}
