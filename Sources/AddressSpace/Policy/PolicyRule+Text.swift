extension PolicyRule {
  /// The forms that `init(text:)` reads, each with what it means, for help and errors.
  public static let forms: [(form: String, meaning: String)] = [
    ("largest-free >= SIZE", "the largest contiguous free span"),
    ("free >= SIZE", "all free bytes"),
    ("fragmentation <= N%", "how much of the free space lies outside the largest span"),
    ("fits BUFFER [by ALLOCATOR] >= N", "how many more of a buffer will fit"),
    ("regions <= N", "how many mappings there are"),
    ("kind KIND <= SIZE", "the bytes of all mappings of a kind"),
    ("owner PATTERN <= SIZE", "the bytes of all mappings of such names"),
    ("origin PATTERN <= SIZE", "the bytes that such users have"),
    ("module PATTERN <= SIZE", "the bytes of such programs and libraries"),
    (
      "pins < SIZE between SIZE <= N",
      "how many things smaller than the first size lie between free spans larger than the second"
    ),
  ]

  /// The words that a rule can begin with.
  public static let subjects = forms.map { form in String(form.form.prefix { $0 != " " }) }

  /// Reads one of `forms`, such as `largest-free >= 400MiB`.
  ///
  /// A pattern is all between the rule's first word and its last `<=` or `>=`, so it may hold blanks.
  public init(text: String) throws(PolicyRuleError) {
    let sides = try Self.sides(of: text)
    let first = (sides.subject.first ?? "").prefix { !"<>=".contains($0) }
    guard let form = Self.form(of: String(first)) else {
      throw .unknown(
        String(first), in: text, nearest: String(first).nearest(of: Self.subjects))
    }
    guard let isAtLeast = sides.isAtLeast else { throw .unbound(text, form) }
    let subject = try Self.subject(sides.subject, in: text, form)
    let limit = try Self.limit(sides.limit, of: subject, in: text, form)
    let bound: Bound = isAtLeast ? .atLeast(limit) : .atMost(limit)
    guard !bound.isAlwaysHeld(in: subject.unit) else { throw .alwaysHeld(text) }
    self.init(subject, bound)
  }

  private static func form(of name: String) -> String? {
    forms.first { $0.form.prefix { $0 != " " } == name }?.form
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
    _ words: [String], in text: String, _ form: String
  ) throws(PolicyRuleError) -> Subject {
    let rest = Array(words.dropFirst())
    switch words.first {
    case "largest-free" where rest.isEmpty: return .largestFree
    case "free" where rest.isEmpty: return .free
    case "fragmentation" where rest.isEmpty: return .fragmentation
    case "regions" where rest.isEmpty: return .regions
    case "fits" where rest.count == 1 || rest.count == 3 && rest[1] == "by":
      return try fits(rest[0], by: rest.count == 3 ? rest[2] : nil, in: text)
    case "kind" where rest.count == 1: return try kind(rest[0], in: text)
    case "owner" where !rest.isEmpty: return .owner(pattern(rest, by: .name))
    case "origin" where !rest.isEmpty: return .owner(pattern(rest, by: .origin))
    case "module" where !rest.isEmpty: return .owner(pattern(rest, by: .module))
    case "pins" where rest.count == 4 && rest[0] == "<" && rest[2] == "between":
      return .pins(
        smallerThan: try size(rest[1], in: text), between: try size(rest[3], in: text))
    default: throw .form(text, form)
    }
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
    _ limit: String, of subject: Subject, in text: String, _ form: String
  ) throws(PolicyRuleError) -> UInt64 {
    guard !limit.isEmpty else { throw .form(text, form) }
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
  public var description: String { "\(subject) \(bound.sign) \(limitText)" }

  /// The limit as it is written: `400MiB`, `60%`, `2`.
  public var limitText: String { subject.text(of: bound.limit) }
}

extension PolicyRule.Subject: CustomStringConvertible {
  /// What is measured, as it is written: `fits 8000x6000x4x2 by malloc`.
  public var description: String {
    switch self {
    case .largestFree: "largest-free"
    case .free: "free"
    case .fragmentation: "fragmentation"
    case .fits(let request, let family):
      "fits \(request.text)" + (family.map { " by \($0.rawValue)" } ?? "")
    case .regions: "regions"
    case .kind(let kind): "kind \(kind.rawValue)"
    case .owner(let owner):
      (owner.grouping == .name ? "owner" : owner.grouping.rawValue) + " " + owner.pattern
    case .pins(let size, let span):
      "pins < \(BufferRequest.shortText(of: size)) between \(BufferRequest.shortText(of: span))"
    }
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
