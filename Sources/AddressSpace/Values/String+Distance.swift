extension String {
  /// The least number of letters to insert, remove or replace (Levenshtein), neighbours swapped
  /// counting as one.
  package func distance(to other: String) -> Int {
    let left = Array(self)
    let right = Array(other)
    var rows = [Array(0...right.count)]
    for i in 0..<left.count {
      var row = [i + 1]
      for j in 0..<right.count {
        var best = Swift.min(
          rows[i][j + 1] + 1, row[j] + 1, rows[i][j] + (left[i] == right[j] ? 0 : 1))
        if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
          best = Swift.min(best, rows[i - 1][j - 1] + 1)
        }
        row.append(best)
      }
      rows.append(row)
    }
    return rows[left.count][right.count]
  }

  /// The name among `known` that was probably meant: at most two letters off.
  package func nearest(of known: [String]) -> String? {
    guard count <= 64, let best = known.min(by: { $0.distance(to: self) < $1.distance(to: self) })
    else { return nil }
    return best.distance(to: self) <= 2 ? best : nil
  }
}
