/// How many of some runs have to hold a rule: a share above zero, up to all of them.
public struct RequiredShare: Hashable, Sendable {
  /// So many.
  public let part: UInt64
  /// Of so many, at least as many as `part`.
  public let whole: UInt64
  private let isFraction: Bool

  /// Every run.
  public static let all = RequiredShare(part: 100, whole: 100, isFraction: false)

  private init(part: UInt64, whole: UInt64, isFraction: Bool) {
    self.part = part
    self.whole = whole
    self.isFraction = isFraction
  }

  /// Reads `19/20`, `95%`, `99.5%` or `0.95`; nil for all else, for nothing at all, and for more than
  /// all.
  public init?(text: String) {
    let sides = text.split(separator: "/", omittingEmptySubsequences: false)
    if sides.count == 2 {
      guard let part = Self.number(sides[0]), let whole = Self.number(sides[1]) else { return nil }
      self.init(part: part, whole: whole, isFraction: true)
    } else if text.hasSuffix("%") {
      guard let share = Self.decimal(text.dropLast()) else { return nil }
      self.init(part: share.digits, whole: 100 * share.scale, isFraction: false)
    } else {
      guard let share = Self.decimal(text[...]) else { return nil }
      let isShort = share.scale < 100
      self.init(
        part: isShort ? share.digits * (100 / share.scale) : share.digits,
        whole: isShort ? 100 : share.scale, isFraction: false)
    }
    guard part > 0, part <= whole else { return nil }
  }

  /// More than anybody counts; twice this many digits fit in 64 bits.
  private static let most: UInt64 = 1_000_000_000

  private static func number(_ digits: Substring) -> UInt64? {
    UInt64(digits: digits).flatMap { $0 <= most ? $0 : nil }
  }

  /// Digits with at most six decimals: `95.5` is 955 over 10.
  private static func decimal(_ text: Substring) -> (digits: UInt64, scale: UInt64)? {
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard let first = parts.first, let whole = number(first) else { return nil }
    guard parts.count == 2 else { return (whole, 1) }
    guard parts[1].utf8.count <= 6, let part = number(parts[1]) else { return nil }
    let scale = (0..<parts[1].utf8.count).reduce(UInt64(1)) { scale, _ in scale * 10 }
    return (whole * scale + part, scale)
  }

  /// The fewest of `count` runs that are enough.
  public func least(of count: Int) -> Int {
    let product = part.multipliedFullWidth(by: UInt64(count))
    // No more than `count`, for no more is asked for than all.
    let (quotient, rest) = whole.dividingFullWidth(product)
    return Int(quotient) + (rest > 0 ? 1 : 0)
  }
}

extension RequiredShare: CustomStringConvertible {
  /// As it is written: `19/20`, `95%`, `99.5%`.
  public var description: String {
    guard !isFraction else { return "\(part)/\(whole)" }
    let scale = whole / 100
    guard part % scale > 0 else { return "\(part / scale)%" }
    let digits = String(scale + part % scale).dropFirst()
    return "\(part / scale).\(String(digits.reversed().drop { $0 == "0" }.reversed()))%"
  }
}
