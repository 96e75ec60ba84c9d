/// A place in an address space, in bytes from zero.
///
/// Never a pointer: the space it belongs to is another process's, or none that exists any more.
public struct Address: Hashable, Comparable, Sendable {
  /// The address as a number.
  public let value: UInt64

  /// The address with the given number.
  public init(_ value: UInt64) {
    self.value = value
  }

  /// Whether `left` comes before `right`.
  public static func < (left: Address, right: Address) -> Bool {
    left.value < right.value
  }

  /// The address `count` bytes above; traps past the end of a 64-bit space, as `UInt64` does.
  public static func + (address: Address, count: ByteCount) -> Address {
    Address(address.value + count.value)
  }

  /// The address `count` bytes below; traps below zero.
  public static func - (address: Address, count: ByteCount) -> Address {
    Address(address.value - count.value)
  }

  /// The bytes from `right` up to `left`; traps where `right` is above.
  public static func - (left: Address, right: Address) -> ByteCount {
    ByteCount(left.value - right.value)
  }

  /// The highest multiple of `alignment` that is not above this address.
  public func roundedDown(to alignment: ByteCount) -> Address {
    Address(value - value % alignment.value)
  }

  /// The lowest multiple of `alignment` that is not below this address, nil where there is none.
  public func roundedUp(to alignment: ByteCount) -> Address? {
    ByteCount(value).roundedUp(to: alignment).map { Address($0.value) }
  }

  /// The address `count` bytes below, or zero.
  public func lowered(by count: ByteCount) -> Address {
    Address(value - min(value, count.value))
  }
}

extension Address: ExpressibleByIntegerLiteral {
  /// The value of a literal.
  public init(integerLiteral value: UInt64) {
    self.init(value)
  }
}

extension Address: CustomStringConvertible {
  /// `0x` and at least eight hexadecimal digits.
  public var description: String {
    let digits = String(value, radix: 16)
    return "0x" + String(repeating: "0", count: max(0, 8 - digits.count)) + digits
  }
}
