import Glibc

/// Whether two samples can come from one distribution, at a level of one in a million: a test that
/// runs a thousand times a day fails once in three years by chance.
enum TwoSamples {
  /// The largest distance of the two shares below any value, in units of what is still chance
  /// (Kolmogorov and Smirnov): above 1 they differ. Of numbers with ties it is stricter with itself.
  static func distance(_ one: [UInt64], _ other: [UInt64]) -> Double {
    let (one, other) = (one.sorted(), other.sorted())
    var (i, j, most) = (0, 0, 0.0)
    while i < one.count, j < other.count {
      let value = min(one[i], other[j])
      while i < one.count, one[i] == value { i += 1 }
      while j < other.count, other[j] == value { j += 1 }
      let gap = Double(i) / Double(one.count) - Double(j) / Double(other.count)
      most = max(most, abs(gap))
    }
    let (n, m) = (Double(one.count), Double(other.count))
    return most / (-log(level / 2) / 2 * (n + m) / (n * m)).squareRoot()
  }

  /// The same of counts by class (Pearson's chi-squared).
  static func distance(_ one: [UInt64: Int], _ other: [UInt64: Int]) -> Double {
    let (n, m) = (Double(one.values.reduce(0, +)), Double(other.values.reduce(0, +)))
    let classes = Set(one.keys).union(other.keys)
    var sum = 0.0
    for value in classes {
      let (a, b) = (Double(one[value] ?? 0), Double(other[value] ?? 0))
      let difference = (m / n).squareRoot() * a - (n / m).squareRoot() * b
      sum += difference * difference / (a + b)
    }
    // Wilson and Hilferty's quantile; 4.753 is the normal one at the level.
    let freedom = Double(max(1, classes.count - 1))
    let root = 1 - 2 / (9 * freedom) + 4.753 * (2 / (9 * freedom)).squareRoot()
    return sum / (freedom * root * root * root)
  }

  private static let level = 1e-6
}
