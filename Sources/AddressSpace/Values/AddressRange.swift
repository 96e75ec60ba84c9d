/// A stretch of an address space: from `lower` up to, not including, `upper`. Never empty.
public struct AddressRange: Hashable, Sendable {
  /// The first address inside.
  public let lower: Address
  /// The first address above.
  public let upper: Address

  /// The range between two addresses, nil where it would hold nothing.
  public init?(_ lower: Address, _ upper: Address) {
    guard lower < upper else { return nil }
    self.lower = lower
    self.upper = upper
  }

  private init(unchecked lower: Address, _ upper: Address) {
    self.lower = lower
    self.upper = upper
  }

  /// From zero up to `upper`, or a single byte where that is zero.
  public static func everything(below upper: Address) -> AddressRange {
    AddressRange(unchecked: 0, max(upper, 1))
  }

  /// How many bytes it holds.
  public var size: ByteCount { upper - lower }

  /// Whether `address` lies inside.
  public func contains(_ address: Address) -> Bool {
    lower <= address && address < upper
  }

  /// Whether the two share an address.
  public func overlaps(_ other: AddressRange) -> Bool {
    lower < other.upper && other.lower < upper
  }

  /// The part of this range that lies inside `other`, nil where they share nothing.
  public func clamped(to other: AddressRange) -> AddressRange? {
    AddressRange(max(lower, other.lower), min(upper, other.upper))
  }

  /// What is left below and above `other`, which may lie outside.
  public func subtracting(_ other: AddressRange) -> (below: AddressRange?, above: AddressRange?) {
    (
      AddressRange(lower, min(upper, other.lower)),
      AddressRange(max(lower, other.upper), upper)
    )
  }
}

extension AddressRange: CustomStringConvertible {
  /// `0x00010000-0xc0000000`.
  public var description: String { "\(lower)-\(upper)" }
}

extension AddressRange {
  /// Reads `LOW-HIGH` in hexadecimal, with or without `0x`; nil where it is not a range.
  public init?(text: some StringProtocol) {
    let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { end in
      UInt64(digits: end.hasPrefix("0x") ? end.dropFirst(2) : end[...], radix: 16)
    }
    guard ends.count == 2, let lower = ends[0], let upper = ends[1] else { return nil }
    self.init(Address(lower), Address(upper))
  }
}
