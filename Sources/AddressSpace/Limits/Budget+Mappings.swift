extension Budget {
  /// How many of the blocks of `runs`, at most `most`, are placed before there are as many mappings
  /// as the kernel allows, and what is left of them then. A block that merges with what it touches
  /// costs none.
  ///
  /// - Parameter hopefully: whether what may merge does; otherwise only what surely does.
  func placed(
    of runs: [PlacementRun], most: UInt64, by rules: MergeRules, hopefully: Bool
  ) -> (count: UInt64, left: Int64) {
    var left = mappings
    var count: UInt64 = 0
    var lowers: Set<Address> = []
    var uppers: Set<Address> = []
    func merges(_ answer: MergeRules.Answer) -> Bool { answer >= (hopefully ? .perhaps : .surely) }
    for run in runs {
      guard left >= 0, count < most, let hull = run.hull, let first = run.range(at: 0) else {
        break
      }
      let wanted = min(run.count, most - count)
      guard run.isGapless else {
        let placed = min(wanted, UInt64(left) + 1)
        count += placed
        left -= Int64(placed)
        continue
      }
      let above = merges(rules.above(hull.upper)) || lowers.contains(hull.upper)
      let below = merges(rules.below(hull.lower)) || uppers.contains(hull.lower)
      let beginsAbove = first.upper == hull.upper
      let isWhole = wanted == run.count
      count += 1
      // The first touches one side of the span, and the other where it is alone.
      let touches = beginsAbove ? above : below
      let other = beginsAbove ? below : above
      left -= touches || run.count == 1 && other ? 0 : 1
      guard left >= 0 || wanted == 1 else { break }
      count += wanted - 1
      // The last closes the gap: two mappings become one if they were not made apart.
      if isWhole, hopefully, other, run.count > 1 || touches { left += 1 }
      lowers.insert(hull.lower)
      uppers.insert(hull.upper)
    }
    return (count, left)
  }
}
