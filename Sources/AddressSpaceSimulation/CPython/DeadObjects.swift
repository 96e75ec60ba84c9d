/// The dead objects of one kind that are kept for reuse: the last is used first.
struct DeadObjects: Sendable {
  let limit: Int
  private(set) var count = 0
  private var runs: [BlockRun] = []

  init(limit: Int) {
    self.limit = limit
  }

  /// How many can be had of the run that is next.
  var available: Int { Int(runs.last?.count ?? 0) }

  /// Takes objects of one run, nil where there is none.
  mutating func take(atMost wanted: Int) -> BlockRun? {
    guard let last = runs.last else { return nil }
    let taken = min(last.count, Int32(clamping: wanted))
    runs[runs.count - 1].count -= taken
    if runs[runs.count - 1].count == 0 { runs.removeLast() }
    count -= Int(taken)
    return BlockRun(source: last.source, count: taken)
  }

  /// Keeps of these objects what there is room for.
  ///
  /// - Returns: how many were kept.
  mutating func keep(_ source: Int32, _ offered: Int32) -> Int32 {
    let kept = min(offered, Int32(clamping: limit - count))
    guard kept > 0 else { return 0 }
    if let last = runs.last, last.source == source {
      runs[runs.count - 1].count += kept
    } else {
      runs.append(BlockRun(source: source, count: kept))
    }
    count += Int(kept)
    return kept
  }

  /// Lets all go, the last first.
  mutating func removeAll() -> [BlockRun] {
    defer {
      runs.removeAll()
      count = 0
    }
    return runs.reversed()
  }
}
