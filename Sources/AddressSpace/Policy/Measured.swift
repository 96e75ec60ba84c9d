/// What was measured: a figure, or what is certain of it where the source does not tell all.
public struct Measured: Hashable, Sendable {
  /// The least it can be.
  public let least: UInt64
  /// The most it can be, `UInt64.max` where nothing bounds it.
  public let most: UInt64

  private init(_ least: UInt64, _ most: UInt64) {
    self.least = least
    self.most = max(least, most)
  }

  /// Just that.
  public static func exactly(_ value: UInt64) -> Measured { Measured(value, value) }
  /// That or more.
  public static func atLeast(_ value: UInt64) -> Measured { Measured(value, .max) }
  /// That or less.
  public static func atMost(_ value: UInt64) -> Measured { Measured(0, value) }
  /// Between two figures; the second one is no less than the first.
  public static func between(_ least: UInt64, _ most: UInt64) -> Measured {
    Measured(least, most)
  }
  /// The source does not tell.
  public static let unknown = Measured(0, .max)

  /// The figure to tell, nil where the source tells none.
  public var value: UInt64? {
    self == .unknown ? nil : least == 0 ? most : least
  }

  /// What `value` is, nil where there is none.
  public var bound: BufferForecast.Bound? {
    self == .unknown ? nil : least == most ? .exact : least == 0 ? .atMost : .atLeast
  }

  /// How much it lacks of another, nothing where it is no less.
  func shortfall(to other: Measured) -> Measured {
    Measured(
      other.least - min(most, other.least),
      other.most == .max ? .max : other.most - min(least, other.most))
  }

  /// The greater of two, each of which may be anything between its ends.
  func orGreater(_ other: Measured) -> Measured {
    Measured(max(least, other.least), max(most, other.most))
  }

  /// It or more.
  var orMore: Measured { Measured(least, .max) }
}
