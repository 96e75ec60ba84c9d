import AddressSpace

/// What a figure came to in many runs.
public struct Distribution: Hashable, Sendable {
  /// The figures, lowest first.
  private let sorted: [UInt64]

  /// The distribution of some figures, at least one; nil of none.
  public init?(_ figures: [UInt64]) {
    guard !figures.isEmpty else { return nil }
    sorted = figures.sorted()
  }

  /// How many figures.
  public var count: Int { sorted.count }
  /// The lowest.
  public var least: UInt64 { sorted[0] }
  /// The highest.
  public var most: UInt64 { sorted[sorted.count - 1] }

  /// The lowest figure that at least so many of a hundred are not above (nearest rank).
  public func percentile(_ percent: Int) -> UInt64 {
    let rank = (min(max(percent, 0), 100) * sorted.count + 99) / 100
    return sorted[max(rank, 1) - 1]
  }

  /// The middle.
  public var median: UInt64 { percentile(50) }

  /// All of them.
  public var sum: UInt128 { sorted.reduce(into: 0) { $0 += UInt128($1) } }

  /// The mean in thousandths, rounded to nearest.
  public var meanInThousandths: UInt128 {
    let count = UInt128(sorted.count)
    return (sum * 1000 + count / 2) / count
  }

  /// How often each figure came, lowest first.
  public var histogram: [(figure: UInt64, count: Int)] {
    var rows: [(figure: UInt64, count: Int)] = []
    for figure in sorted {
      if rows.last?.figure == figure {
        rows[rows.count - 1].count += 1
      } else {
        rows.append((figure, 1))
      }
    }
    return rows
  }

  /// How many of the figures are at least `limit`.
  public func count(atLeast limit: UInt64) -> Int {
    sorted.count - sorted.partitioningIndex { $0 >= limit }
  }
}
