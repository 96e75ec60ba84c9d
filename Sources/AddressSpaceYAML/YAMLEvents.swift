import CYAML

/// One thing that libyaml reads.
struct YAMLEvent {
  enum Kind {
    case scalar(String, isPlain: Bool)
    case listStart
    case listEnd
    case mappingStart
    case mappingEnd
    case alias(String)
    case documentStart
    case streamEnd
    /// The beginning of the stream and the ends of documents: nothing to read.
    case other
  }

  let kind: Kind
  var place: YAMLPlace
  /// The name behind `&`, nil where there is none.
  let anchor: String?
  /// What stands behind `!`, nil where there is none.
  let tag: String?
}

/// Why libyaml refuses a document, in its words.
struct YAMLProblem: Error {
  let place: YAMLPlace
  let problem: String
  /// What was being read, and where it began.
  let context: String?
  let contextPlace: YAMLPlace
}

/// What libyaml reads of a document, one event after the other.
///
/// This file is all there is of its C interface, and of unsafe code in this target.
@safe final class YAMLEvents {
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let input: UnsafeMutableBufferPointer<UInt8>

  /// Events of `bytes`, which have to be UTF-8. Nil where there is no memory for a parser.
  init?(_ bytes: [UInt8]) {
    // A pointer is needed to nothing, too.
    unsafe input = .allocate(capacity: bytes.count + 1)
    _ = unsafe input.initialize(from: bytes)
    unsafe parser = .allocate(capacity: 1)
    unsafe parser.initialize(to: yaml_parser_t())
    guard unsafe yaml_parser_initialize(parser) == 1 else { return nil }
    unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    unsafe yaml_parser_set_input_string(parser, input.baseAddress, bytes.count)
  }

  deinit {
    unsafe yaml_parser_delete(parser)
    unsafe parser.deallocate()
    unsafe input.deallocate()
  }

  /// The next event; after the stream's end or a problem there is none to ask for.
  func next() throws(YAMLProblem) -> YAMLEvent {
    var event = unsafe yaml_event_t()
    guard unsafe yaml_parser_parse(parser, &event) == 1 else { throw problem() }
    defer { unsafe yaml_event_delete(&event) }
    var (anchor, tag): (String?, String?)
    let kind: YAMLEvent.Kind
    switch unsafe event.type {
    case YAML_SCALAR_EVENT:
      let scalar = unsafe event.data.scalar
      (anchor, tag) = unsafe (Self.text(scalar.anchor), Self.text(scalar.tag))
      let bytes = unsafe UnsafeBufferPointer(start: scalar.value, count: scalar.length)
      kind = unsafe .scalar(
        String(decoding: bytes, as: UTF8.self), isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE)
    case YAML_SEQUENCE_START_EVENT:
      let start = unsafe event.data.sequence_start
      (anchor, tag) = unsafe (Self.text(start.anchor), Self.text(start.tag))
      kind = .listStart
    case YAML_MAPPING_START_EVENT:
      let start = unsafe event.data.mapping_start
      (anchor, tag) = unsafe (Self.text(start.anchor), Self.text(start.tag))
      kind = .mappingStart
    case YAML_ALIAS_EVENT:
      kind = unsafe .alias(Self.text(event.data.alias.anchor) ?? "")
    case YAML_SEQUENCE_END_EVENT: kind = .listEnd
    case YAML_MAPPING_END_EVENT: kind = .mappingEnd
    case YAML_DOCUMENT_START_EVENT: kind = .documentStart
    case YAML_STREAM_END_EVENT, YAML_NO_EVENT: kind = .streamEnd
    default: kind = .other
    }
    let place = unsafe Self.place(event.start_mark)
    return YAMLEvent(kind: kind, place: place, anchor: anchor, tag: tag)
  }

  private func problem() -> YAMLProblem {
    let error = unsafe parser.pointee
    let problem = unsafe error.problem.map { unsafe String(cString: $0) }
    return unsafe YAMLProblem(
      place: Self.place(error.problem_mark), problem: problem ?? "memory is short",
      context: error.context.map { unsafe String(cString: $0) },
      contextPlace: Self.place(error.context_mark))
  }

  private static func text(_ bytes: UnsafeMutablePointer<yaml_char_t>?) -> String? {
    unsafe bytes.map { unsafe String(cString: $0) }
  }

  private static func place(_ mark: yaml_mark_t) -> YAMLPlace {
    YAMLPlace(line: Int(clamping: mark.line) + 1, column: Int(clamping: mark.column) + 1)
  }
}
