import AddressSpace

/// How regions, pins and buffers are called in text.
struct Wording {
  let room: Room

  /// A region by its name, else by its kind and size.
  func name(of region: Region?, width: Int) -> String {
    guard let region else { return "-" }
    guard region.name.isEmpty else {
      return Self.short(region.name).printable.fitted(to: width)
    }
    return "\(kind(region.kind)) \(region.size)".fitted(to: width)
  }

  /// What lies beside a span, and what is special about it.
  func neighbor(above span: FreeSpan, width: Int) -> String {
    let region = room.neighbor(above: span)
    let note =
      span.placeable == span.range ? "" : width < 24 ? " may grow" : " may grow here"
    return name(of: region, width: max(8, width - note.count)) + note
  }

  func kind(_ kind: Region.Kind) -> String {
    kind == .anonymous ? "anon" : kind.rawValue
  }

  /// A path's last part; labels and short names as they are.
  static func short(_ name: String) -> String {
    // Only a Windows path has no slash; in others a backslash is part of a name.
    let separator: Character = name.contains("/") ? "/" : "\\"
    return name.split(separator: separator).last.map(String.init) ?? name
  }

  /// What an owner has to do, as an imperative.
  static func deed(_ action: Pin.Action) -> String {
    switch action {
    case .free: "free it"
    case .unmap: "unmap it"
    case .unload: "unload it"
    case .rebase: "rebase it"
    case .shrink: "reserve less"
    case .smallerStack: "smaller stack"
    case .fixed: "cannot go"
    }
  }

  /// One sentence on why the next buffer is refused.
  func why(_ buffer: BufferForecast) -> String {
    let next = buffer.fits == 0 ? "A buffer" : "Another buffer"
    let size = "\(buffer.footprint)"
    guard let largest = largestAfter(buffer) else {
      return "\(next) needs \(size) in one piece; nothing is free."
    }
    let free = room.freeBytes.lowered(by: taken(by: buffer))
    guard free >= buffer.footprint else {
      return "\(next) needs \(size); only \(free) would be free."
    }
    return
      "\(next) needs \(size) in one piece; \(free) would be free, but the largest piece that can "
      + "be handed out would be \(largest.size), between \(largest.below) and \(largest.above)."
  }

  private func taken(by buffer: BufferForecast) -> ByteCount {
    ByteCount(buffer.fits - (buffer.heapFits ?? 0)).multiplied(by: buffer.footprint.value) ?? .zero
  }

  private struct Piece {
    let size: ByteCount
    let below: String
    let above: String
  }

  /// What lies on one side of a piece: a region, or the end of user space.
  private func side(_ region: Region?) -> String {
    region == nil ? "the end of user space" : name(of: region, width: 40)
  }

  /// The largest reachable piece once all buffers that fit are placed.
  private func largestAfter(_ buffer: BufferForecast) -> Piece? {
    var best: Piece?
    var placed = buffer.placements.sorted { $0.lower < $1.lower }[...]
    for span in room.freeSpans {
      guard let placeable = span.placeable, span.reachable > .zero else { continue }
      placed = placed.drop { $0.upper <= placeable.lower }
      let inside = placed.prefix { $0.lower < placeable.upper }
      var edges = inside.map(\.range)
      edges.append((placeable.upper, placeable.upper))
      var lower = placeable.lower
      for (index, edge) in edges.enumerated() {
        if let piece = AddressRange(lower, edge.0) {
          let reachable = min(piece.size, room.layout.reachable(in: piece))
          if reachable > best?.size ?? .zero {
            best = Piece(
              size: reachable,
              below: index == 0 ? side(room.neighbor(below: span)) : "a buffer",
              above: index == edges.count - 1 ? side(room.neighbor(above: span)) : "a buffer")
          }
        }
        lower = edge.1
      }
    }
    return best
  }
}

extension AddressRange {
  fileprivate var range: (Address, Address) { (lower, upper) }
}
