public import AddressSpace

/// Reads one document of YAML, of which only that is taken that means the same to every reader:
/// mappings, lists and scalars.
///
/// No anchors and aliases, tags, directives or second documents. Takes time and memory in proportion
/// to the bytes.
public enum YAMLDocument {
  /// The most that is read.
  public static let largest = ByteCount.mebibytes(1)
  /// How many lists and mappings may stand in one another.
  public static let deepest = 32

  /// The document's value.
  public static func read(_ bytes: [UInt8]) throws(YAMLError) -> YAMLNode {
    guard bytes.count <= largest.value else { throw YAMLError(.start, .tooLarge) }
    let text = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes[3...]) : bytes
    let end = try YAMLCharacters.check(text)
    guard let events = YAMLEvents(text) else { throw YAMLError(.start, .noMemory) }
    return try Builder(events: events, text: text, end: end).document()
  }
}

/// Makes values of events.
private struct Builder {
  let events: YAMLEvents
  let text: [UInt8]
  /// Behind the last letter.
  let end: YAMLPlace

  func document() throws(YAMLError) -> YAMLNode {
    var root: YAMLNode?
    while true {
      let event = try next()
      switch event.kind {
      case .streamEnd:
        guard let root else { throw YAMLError(.start, .empty) }
        return root
      case .documentStart:
        guard root == nil else { throw YAMLError(event.place, .secondDocument) }
      case .other: break
      default: root = try value(of: event, depth: 0)
      }
    }
  }

  private func next() throws(YAMLError) -> YAMLEvent {
    do {
      var event = try events.next()
      event.place = place(event.place)
      return event
    } catch {
      let found = YAMLError(error, in: text)
      throw YAMLError(place(found.place), found.reason)
    }
  }

  /// libyaml ends a last line without newline itself, and then is behind the document.
  private func place(_ place: YAMLPlace) -> YAMLPlace {
    min(place, end)
  }

  private func value(
    of event: YAMLEvent, depth: Int
  ) throws(YAMLError) -> YAMLNode {
    if let anchor = event.anchor { throw YAMLError(event.place, .anchor(anchor)) }
    if let tag = event.tag { throw YAMLError(event.place, .tag(tag)) }
    switch event.kind {
    case .scalar(let text, let isPlain):
      return YAMLNode(place: event.place, content: .scalar(text, isPlain: isPlain))
    case .alias(let name): throw YAMLError(event.place, .alias(name))
    default: break
    }
    guard depth < YAMLDocument.deepest else { throw YAMLError(event.place, .tooDeep) }
    if case .listStart = event.kind {
      return YAMLNode(place: event.place, content: .list(try list(depth: depth + 1)))
    }
    return YAMLNode(place: event.place, content: .mapping(try mapping(depth: depth + 1)))
  }

  private func list(depth: Int) throws(YAMLError) -> [YAMLNode] {
    var values: [YAMLNode] = []
    while true {
      let event = try next()
      if case .listEnd = event.kind { return values }
      values.append(try value(of: event, depth: depth))
    }
  }

  private func mapping(depth: Int) throws(YAMLError) -> [YAMLEntry] {
    var entries: [YAMLEntry] = []
    var places: [String: YAMLPlace] = [:]
    while true {
      let event = try next()
      if case .mappingEnd = event.kind { return entries }
      let key = try value(of: event, depth: depth)
      guard case .scalar(let name, _) = key.content else {
        throw YAMLError(key.place, .keyIsNoText)
      }
      if let first = places.updateValue(key.place, forKey: name) {
        throw YAMLError(key.place, .duplicateKey(name, first: first))
      }
      let value = try value(of: try next(), depth: depth)
      entries.append(YAMLEntry(key: name, place: key.place, value: value))
    }
  }
}
