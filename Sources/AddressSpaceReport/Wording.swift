import AddressSpace

/// How regions, pins and buffers are called in text.
struct Wording {
  let room: Room
  let origins: OriginRules

  init(room: Room) {
    self.room = room
    origins = OriginRules(room)
  }

  /// A region by its name, else by who likely uses it, or by its kind, and its size.
  func name(of region: Region?, width: Int) -> String {
    guard let region else { return "-" }
    guard region.name.isEmpty else {
      return Self.short(region.name).printable.fitted(to: width)
    }
    let size = " \(region.size)"
    let kind = kind(region.kind)
    // Where there is no room the size goes first: it stands beside nearly everywhere.
    let short = kind.count + size.count > width ? kind.fitted(to: width) : kind + size
    guard let origin = origins.origin(of: region), origin.certainty > .possible else {
      return short
    }
    let owner = origin.name.printable
    if owner.count + size.count <= width { return owner + size }
    return owner.count <= width ? owner : short
  }

  /// What lies beside a span, and what is special about it.
  func neighbor(above span: FreeSpan, width: Int) -> String {
    let region = room.neighbor(above: span)
    let note =
      span.placeable == span.range ? "" : width < 21 ? " may grow" : " may grow here"
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

  /// `7`, `at least 7`, `at most 7`.
  static func number(of buffer: BufferForecast) -> String {
    switch buffer.bound {
    case .exact: "\(buffer.fits)"
    case .atLeast: "at least \(buffer.fits)"
    case .atMost: "at most \(buffer.fits)"
    }
  }

  /// How many of a buffer will fit, and what is wrong where none does.
  func sentence(for buffer: BufferForecast, _ style: Style) -> String {
    if buffer.request.isThread { return sentence(forThreads: buffer, style) }
    let what = "\(buffer.request.text) (\(buffer.request.bytes), by \(buffer.allocator))"
    let number = Self.number(of: buffer)
    guard buffer.fits == 0 else {
      return style.paint("\(number) more", .good) + " of \(what) will fit."
    }
    let none =
      style.paint(buffer.bound == .atLeast ? "Perhaps none" : "None", .bad)
      + " of \(buffer.request.text) (\(buffer.request.bytes)) will fit"
    return switch buffer.verdict {
    case .fragmented: none + ": free, but in pieces."
    case .exhausted: none + ": too little free."
    case .limited: none + (buffer.limitingWall.map { ": " + Self.refusal($0) } ?? "") + "."
    case .fits: none + "."
    }
  }

  /// One sentence on why the next buffer is refused.
  func why(_ buffer: BufferForecast) -> String {
    let what = buffer.request.isThread ? "thread" : "buffer"
    let next = buffer.fits == 0 ? "A \(what)" : "Another \(what)"
    let free = buffer.unusableFree
    if let wall = buffer.limitingWall { return "\(next) \(Self.why(buffer, wall))" }
    guard let left = buffer.largestLeft else {
      return "\(next) needs \(buffer.footprint) in one piece; nothing would be left in reach."
    }
    guard free >= buffer.footprint else {
      return "\(next) needs \(buffer.footprint); only \(free) would be free."
    }
    let size = room.layout.reachable(in: left)
    return "\(next) needs \(buffer.footprint) in one piece; \(free) would be free, but the largest "
      + "piece that can be handed out would be \(size), between \(side(below: left)) and "
      + "\(side(above: left))."
  }

  private func side(below piece: AddressRange) -> String {
    guard let span = room.freeSpans.first(where: { $0.range.lower == piece.lower }) else {
      return "a buffer"
    }
    return side(room.neighbor(below: span))
  }

  private func side(above piece: AddressRange) -> String {
    guard let span = room.freeSpans.first(where: { $0.placeable?.upper == piece.upper }) else {
      return "a buffer"
    }
    return side(room.neighbor(above: span))
  }

  private func side(_ region: Region?) -> String {
    region == nil ? "the end of user space" : name(of: region, width: 40)
  }
}
