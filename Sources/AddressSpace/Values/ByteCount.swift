/// A number of bytes.
public struct ByteCount: Hashable, Comparable, Sendable {
  /// The number.
  public let value: UInt64

  /// The given number of bytes.
  public init(_ value: UInt64) {
    self.value = value
  }

  /// No bytes.
  public static let zero = ByteCount(0)

  /// `count` times 2^10 bytes.
  public static func kibibytes(_ count: UInt64) -> ByteCount { ByteCount(count << 10) }

  /// `count` times 2^20 bytes.
  public static func mebibytes(_ count: UInt64) -> ByteCount { ByteCount(count << 20) }

  /// `count` times 2^30 bytes.
  public static func gibibytes(_ count: UInt64) -> ByteCount { ByteCount(count << 30) }

  /// Whether `left` comes before `right`.
  public static func < (left: ByteCount, right: ByteCount) -> Bool {
    left.value < right.value
  }

  /// The sum; traps where it has no 64-bit representation.
  public static func + (left: ByteCount, right: ByteCount) -> ByteCount {
    ByteCount(left.value + right.value)
  }

  /// The difference; traps where it would be negative.
  public static func - (left: ByteCount, right: ByteCount) -> ByteCount {
    ByteCount(left.value - right.value)
  }

  /// Adds `right`; traps where the sum has no 64-bit representation.
  public static func += (left: inout ByteCount, right: ByteCount) {
    left = left + right
  }

  /// This many bytes, `factor` times, nil where that has no 64-bit representation.
  public func multiplied(by factor: UInt64) -> ByteCount? {
    let (product, overflow) = value.multipliedReportingOverflow(by: factor)
    return overflow ? nil : ByteCount(product)
  }

  /// The sum, nil where it has no 64-bit representation.
  public func adding(_ other: ByteCount) -> ByteCount? {
    let (sum, overflow) = value.addingReportingOverflow(other.value)
    return overflow ? nil : ByteCount(sum)
  }

  /// The difference, or zero.
  public func lowered(by other: ByteCount) -> ByteCount {
    ByteCount(value - min(value, other.value))
  }

  /// The lowest multiple of `unit` that is not less, nil where it has no 64-bit representation.
  public func roundedUp(to unit: ByteCount) -> ByteCount? {
    let rest = value % unit.value
    return rest == 0 ? self : adding(ByteCount(unit.value - rest))
  }

  /// The highest multiple of `unit` that is not more.
  public func roundedDown(to unit: ByteCount) -> ByteCount {
    ByteCount(value - value % unit.value)
  }
}

extension ByteCount: ExpressibleByIntegerLiteral {
  /// The value of a literal.
  public init(integerLiteral value: UInt64) {
    self.init(value)
  }
}

extension Sequence where Element == ByteCount {
  /// The sum of all; traps where it has no 64-bit representation.
  public func total() -> ByteCount {
    reduce(.zero, +)
  }
}
