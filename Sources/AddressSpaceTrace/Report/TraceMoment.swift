/// A moment of a recording, as it is asked for: `end`, `lowest`, `12.5` or `#8123`.
public enum TraceMoment: Hashable, Sendable {
  /// The last moment before the space ended, or the recording did.
  case end
  /// Where the largest free span was smallest; of equal moments the one with fewest free bytes.
  case lowest
  /// So many nanoseconds from the beginning of the recording.
  case time(nanoseconds: UInt64)
  /// Just after the event of this number, counted from 1 over the whole recording; 0 is before all.
  case event(Int)

  /// Reads a moment as it is written behind `@` or `--at`.
  public init(text: some StringProtocol) throws(TraceMomentError) {
    switch text {
    case "end": self = .end
    case "lowest": self = .lowest
    case _ where text.hasPrefix("#"):
      guard let number = Self.number(text.dropFirst()), let event = Int(exactly: number) else {
        throw .noEvent(String(text))
      }
      self = .event(event)
    default:
      guard let nanoseconds = Self.nanoseconds(String(text)) else { throw .unknown(String(text)) }
      self = .time(nanoseconds: nanoseconds)
    }
  }

  private static let perSecond: UInt64 = 1_000_000_000

  /// Seconds with at most nine decimals.
  private static func nanoseconds(_ text: String) -> UInt64? {
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard let seconds = number(parts[0]) else { return nil }
    let (whole, overflow) = seconds.multipliedReportingOverflow(by: perSecond)
    guard !overflow else { return nil }
    guard parts.count == 2 else { return whole }
    guard parts[1].utf8.count <= 9, var part = number(parts[1]) else { return nil }
    for _ in parts[1].utf8.count..<9 { part *= 10 }
    let (sum, beyond) = whole.addingReportingOverflow(part)
    return beyond ? nil : sum
  }

  /// Decimal digits and nothing else.
  private static func number(_ text: some StringProtocol) -> UInt64? {
    guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return UInt64(text)
  }
}

extension TraceMoment: CustomStringConvertible {
  /// As it is written: `end`, `lowest`, `12.5`, `#8123`.
  public var description: String {
    switch self {
    case .end: return "end"
    case .lowest: return "lowest"
    case .event(let number): return "#\(number)"
    case .time(let nanoseconds):
      let part = nanoseconds % Self.perSecond
      guard part > 0 else { return "\(nanoseconds / Self.perSecond)" }
      let digits = String(part)
      let decimals = String(repeating: "0", count: 9 - digits.count) + digits
      let kept = decimals.reversed().drop { $0 == "0" }.reversed()
      return "\(nanoseconds / Self.perSecond)." + String(kept)
    }
  }
}

/// Why a text names no moment.
public enum TraceMomentError: Error, Equatable, Sendable {
  /// A number of an event that is none.
  case noEvent(String)
  /// Nothing that is known.
  case unknown(String)
}

extension TraceMomentError: CustomStringConvertible {
  /// The sentence to print.
  public var description: String {
    switch self {
    case .noEvent(let text):
      "\"\(text)\" is no event. Write its number behind #, as in #8123."
    case .unknown(let text):
      "\"\(text)\" is no moment of a recording. Write end, lowest, seconds (12.5) or an event "
        + "(#8123)."
    }
  }
}
