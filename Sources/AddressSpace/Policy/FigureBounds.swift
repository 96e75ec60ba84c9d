/// What is known of a figure that was not measured: in which limits each end of the measure lies.
struct FigureBounds: Hashable {
  /// Where the least that the figure can be lies.
  var least: ClosedRange<UInt64>
  /// Where the most that it can be lies.
  var most: ClosedRange<UInt64>

  /// Just that.
  static func exactly(_ value: UInt64) -> FigureBounds {
    FigureBounds(least: value...value, most: value...value)
  }

  /// No more than that.
  static func upTo(_ value: UInt64) -> FigureBounds {
    FigureBounds(least: 0...value, most: 0...value)
  }

  /// The measure, nil where it is not known.
  var measured: Measured? {
    least.lowerBound == least.upperBound && most.lowerBound == most.upperBound
      ? .between(least.lowerBound, most.lowerBound) : nil
  }

  /// The measure that is worst for a bound.
  func worst(for bound: PolicyRule.Bound) -> Measured {
    bound.isAtLeast
      ? .between(least.lowerBound, most.lowerBound) : .between(least.upperBound, most.upperBound)
  }
}
