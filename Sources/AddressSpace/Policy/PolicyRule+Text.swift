extension PolicyRule {
  /// Reads one of `forms`, such as `largest-free >= 400MiB`.
  ///
  /// A pattern is all between the rule's first word and its last `<=` or `>=`, so it may hold blanks.
  init(plain text: String) throws(PolicyRuleError) {
    let sides = try Self.sides(of: text)
    let first = (sides.subject.first ?? "").prefix { !"<>=".contains($0) }
    guard let name = Name(rawValue: String(first)) else {
      throw .unknown(String(first), in: text, nearest: String(first).nearest(of: Name.all))
    }
    guard let isAtLeast = sides.isAtLeast else { throw .unbound(text, name) }
    var subject = try Self.subject(name, sides.subject, in: text)
    var written = sides.limit
    if case .change(var change) = subject {
      (written, change.looks) = try Self.looks(behind: written, in: text)
      subject = .change(change)
    }
    let limit = try Self.limit(written, of: subject, in: text)
    let bound: Bound = isAtLeast ? .atLeast(limit) : .atMost(limit)
    guard !bound.isAlwaysHeld(in: subject.unit) else { throw .alwaysHeld(text) }
    self.init(subject, bound)
  }

  /// The words before the last `<=` or `>=`, and what follows it.
  private static func sides(
    of text: String
  ) throws(PolicyRuleError) -> (subject: [String], isAtLeast: Bool?, limit: String) {
    let bytes = Array(text.utf8)
    var index = bytes.count - 1
    while index > 0 {
      let isAtLeast = bytes[index - 1] == UInt8(ascii: ">")
      if bytes[index] == UInt8(ascii: "="), isAtLeast || bytes[index - 1] == UInt8(ascii: "<") {
        return (
          words(String(decoding: bytes[..<(index - 1)], as: UTF8.self)), isAtLeast,
          words(String(decoding: bytes[(index + 1)...], as: UTF8.self)).joined(separator: " ")
        )
      }
      index -= 1
    }
    return (words(text), nil, "")
  }

  private static func words(_ text: String) -> [String] {
    text.split { $0 == " " || $0 == "\t" }.map(String.init)
  }

  private static func subject(
    _ name: Name, _ words: [String], in text: String
  ) throws(PolicyRuleError) -> Subject {
    let rest = Array(words.dropFirst())
    // The name touches what should follow it.
    guard words.first == name.rawValue else { throw .form(text, name) }
    switch name {
    case .largestFree where rest.isEmpty: return .largestFree
    case .free where rest.isEmpty: return .free
    case .fragmentation where rest.isEmpty: return .fragmentation
    case .regions where rest.isEmpty: return .regions
    case .fits where rest.count == 1 || rest.count == 3 && rest[1] == "by":
      return try fits(rest[0], by: rest.count == 3 ? rest[2] : nil, in: text)
    case .kind where rest.count == 1: return try kind(rest[0], in: text)
    case .owner where !rest.isEmpty: return .owner(pattern(rest, by: .name))
    case .origin where !rest.isEmpty: return .owner(pattern(rest, by: .origin))
    case .module where !rest.isEmpty: return .owner(pattern(rest, by: .module))
    case .pins where rest.count == 4 && rest[0] == "<" && rest[2] == "between":
      return .pins(
        smallerThan: try size(rest[1], in: text), between: try size(rest[3], in: text))
    case .new where rest.isEmpty: return .new
    case .newPins: return try newPins(rest, in: text)
    case .growth where rest.count > 1 && rest[0] == "of",
      .loss where rest.count > 1 && rest[0] == "of":
      return try change(name, Array(rest.dropFirst()), in: text)
    default: throw .form(text, name)
    }
  }

  private static func newPins(
    _ words: [String], in text: String
  ) throws(PolicyRuleError) -> Subject {
    var rest = words[...]
    func size(behind word: String) throws(PolicyRuleError) -> ByteCount? {
      guard rest.first == word, rest.count > 1 else { return nil }
      let size = try Self.size(rest[rest.startIndex + 1], in: text)
      rest = rest.dropFirst(2)
      return size
    }
    let smaller = try size(behind: "<")
    let between = try size(behind: "between")
    guard rest.isEmpty else { throw .form(text, .newPins) }
    return .newPins(smallerThan: smaller, between: between)
  }

  private static func change(
    _ name: Name, _ words: [String], in text: String
  ) throws(PolicyRuleError) -> Subject {
    let word = words[0]
    guard let inner = Name(rawValue: word) else {
      throw .unknown(word, in: text, nearest: word.nearest(of: Name.all))
    }
    // What is no figure of its own has no form that could be read.
    guard ![.growth, .loss].contains(inner) else { throw .unchanging(inner, in: text) }
    let subject = try subject(inner, words, in: text)
    guard let isWorseWithMore = subject.isWorseWithMore else {
      throw .unchanging(inner, in: text)
    }
    guard isWorseWithMore == (name == .growth) else {
      throw .changesOtherwise(inner, by: isWorseWithMore ? .growth : .loss, in: text)
    }
    return .change(Change(of: subject))
  }

  /// `over N` behind a limit.
  private static func looks(
    behind limit: String, in text: String
  ) throws(PolicyRuleError) -> (limit: String, looks: UInt64?) {
    let words = words(limit)
    guard words.count > 1, words[1] == "over" else { return (limit, nil) }
    let count = words.dropFirst(2).joined(separator: " ")
    guard let looks = UInt64(digits: count), looks > 0 else { throw .looks(count, in: text) }
    return (words[0], looks)
  }

  private static func pattern(_ words: [String], by grouping: Usage.Grouping) -> OwnerPattern {
    OwnerPattern(words.joined(separator: " "), by: grouping)
  }

  private static func fits(
    _ buffer: String, by name: String?, in text: String
  ) throws(PolicyRuleError) -> Subject {
    let request: BufferRequest
    do {
      request = try BufferRequest(text: buffer)
    } catch {
      throw .buffer(error, in: text)
    }
    guard request.text == buffer else { throw .counted(buffer, in: text) }
    guard let name else { return .fits(request, nil) }
    guard let family = Allocator.Family(rawValue: name) else {
      let known = Allocator.Family.allCases.map(\.rawValue)
      throw .unknownAllocator(name, in: text, nearest: name.nearest(of: known))
    }
    guard !request.isThread else { throw .threadByAllocator(text) }
    return .fits(request, family)
  }

  private static func kind(_ name: String, in text: String) throws(PolicyRuleError) -> Subject {
    guard let kind = Region.Kind(rawValue: name) else {
      let known = Region.Kind.allCases.map(\.rawValue)
      throw .unknownKind(name, in: text, nearest: name.nearest(of: known))
    }
    return .kind(kind)
  }

  private static func size(
    _ size: String, in text: String
  ) throws(PolicyRuleError) -> ByteCount {
    guard let bytes = ByteCount(text: size) else { throw .size(size, in: text) }
    return bytes
  }

  private static func limit(
    _ limit: String, of subject: Subject, in text: String
  ) throws(PolicyRuleError) -> UInt64 {
    guard !limit.isEmpty else { throw .form(text, subject.name) }
    switch subject.unit {
    case .bytes: return try size(limit, in: text).value
    case .percent:
      guard limit.hasSuffix("%"), let percent = UInt64(digits: limit.dropLast()), percent <= 100
      else { throw .percent(limit, in: text) }
      return percent
    case .count:
      guard let count = UInt64(digits: limit) else { throw .count(limit, in: text) }
      return count
    }
  }
}

extension PolicyRule: CustomStringConvertible {
  /// The rule in the form that `init(text:)` reads, without what it excuses.
  public var description: String {
    let rule = "\(subject) \(bound.sign) \(limitText)"
    var written = rule
    if case .change(let change) = subject, let looks = change.looks { written += " over \(looks)" }
    return probability.map { "p(\(written)) >= \($0)" } ?? written
  }

  /// The limit as it is written: `400MiB`, `60%`, `2`.
  public var limitText: String { subject.text(of: bound.limit) }
}

extension PolicyRule.Subject: CustomStringConvertible {
  /// What is measured, as it is written: `fits 8000x6000x4x2 by malloc`.
  public var description: String {
    let details =
      switch self {
      case .largestFree, .free, .fragmentation, .regions, .new: ""
      case .fits(let request, let family):
        request.text + (family.map { " by \($0.rawValue)" } ?? "")
      case .kind(let kind): kind.rawValue
      case .owner(let owner): owner.pattern
      case .pins(let size, let span):
        "< \(BufferRequest.shortText(of: size)) between \(BufferRequest.shortText(of: span))"
      case .newPins(let size, let span):
        [
          size.map { "< " + BufferRequest.shortText(of: $0) },
          span.map { "between " + BufferRequest.shortText(of: $0) },
        ].compactMap { $0 }.joined(separator: " ")
      case .change(let change): "of \(change.subject)"
      }
    return name.rawValue + (details.isEmpty ? "" : " ") + details
  }

  /// A figure in the subject's unit, so that it reads back as the same: `400MiB`, `60%`, `2`.
  func text(of value: UInt64) -> String {
    switch unit {
    case .bytes: BufferRequest.shortText(of: ByteCount(value))
    case .percent: "\(value)%"
    case .count: "\(value)"
    }
  }
}
