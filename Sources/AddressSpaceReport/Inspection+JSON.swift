public import AddressSpace
public import AddressSpaceTrace

extension Inspection {
  /// The document `addrspace.inspect/1`; lists have at most `top` entries, all where it is nil or 0.
  ///
  /// - Parameters:
  ///   - stacks: who made the pins, by where they lie, as far as it is known.
  ///   - by: what the regions are added up by, nil where they are not.
  public func json(
    top: Int? = nil, stacks: [AddressRange: ReportStack] = [:], by: Usage.Grouping? = nil
  ) -> String {
    let style = Style(top: top)
    let spans = room.freeSpansBySize
    let origins = OriginRules(room)
    return JSONValue.object([
      ("schema", "addrspace.inspect/1"),
      ("source", JSONValue(source)),
      ("layout", JSONValue(room.layout)),
      ("totals", JSONValue(totalsOf: room)),
      (
        "largestRequestBytes",
        .object(largestRequests.map { (key: $0.allocator.rawValue, value: JSONValue($0.bytes)) })
      ),
      ("kinds", .array(room.usageByKind().map(JSONValue.init))),
      ("fragmentation", room.isFragmentationKnown ? .number(room.fragmentation) : .null),
      ("freeSpans", .array(style.rows(spans, usual: 0).map { JSONValue($0, in: room) })),
      ("buffers", .array(buffers.map { .object(JSONValue.members(of: $0, in: room)) })),
      (
        "pins",
        .array(
          style.rows(pins, usual: 0).map {
            JSONValue($0, in: room, origins, stack: stacks[$0.range])
          })
      ),
      ("by", by.map { JSONValue(room, by: $0, style) } ?? .null),
      ("diagnostics", JSONValue(diagnostics)),
    ]).document()
  }
}

extension JSONValue {
  init(_ usage: KindUsage) {
    self = [
      "kind": .string(usage.kind.rawValue),
      "regions": JSONValue(usage.regions),
      "bytes": JSONValue(usage.bytes),
    ]
  }

  init(_ pin: Pin, in room: Room, _ origins: OriginRules, stack: ReportStack? = nil) {
    let index = room.largestIndex(in: pin.regions)
    let largest = index.map { room.regions[$0] }
    let origin = index.flatMap { origins.origin(at: $0) }
    self = [
      "low": JSONValue(pin.range.lower),
      "high": JSONValue(pin.range.upper),
      "bytes": JSONValue(pin.range.size),
      "kind": .optional(largest?.kind.rawValue),
      "name": .string(largest?.name ?? ""),
      "joinedBytes": JSONValue(pin.joined),
      "largestGainBytes": JSONValue(pin.largestGain),
      "bufferGain": .array(pin.bufferGain.map(JSONValue.integer)),
      "origin": .optional(origin?.name),
      "certainty": .optional(origin?.certainty.rawValue),
      "action": .string(pin.action.rawValue),
      "stack": JSONValue(stack),
    ]
  }
}
