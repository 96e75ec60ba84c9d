extension Room {
  /// How many free spans lie below each region; one more entry than there are regions, and one
  /// more for the end of space.
  ///
  /// The spans beside the regions `a..<b` are those from entry `a` minus the one directly below to
  /// entry `b` plus the one directly above: `countsOfSpansBelow()[a]..<countsOfSpansBelow()[b + 1]`.
  func countsOfSpansBelow() -> [Int] {
    var counts: [Int] = []
    counts.reserveCapacity(regions.count + 2)
    var span = 0
    for index in 0...regions.count {
      counts.append(span)
      if span < freeSpans.count, freeSpans[span].above == index { span += 1 }
    }
    counts.append(span)
    return counts
  }

  /// The gap there would be without the regions at `indices`, and what of it can be placed in.
  func gap(without indices: Range<Int>) -> (range: AddressRange, placeable: AddressRange?) {
    let lower =
      indices.lowerBound > 0 ? regions[indices.lowerBound - 1].range.upper : layout.space.lower
    let upper =
      indices.upperBound < regions.count
      ? regions[indices.upperBound].range.lower : layout.space.upper
    let range = AddressRange(lower, upper) ?? regions[indices.lowerBound].range
    return (range, layout.placeable(in: range, above: indices.upperBound, in: regions))
  }
}

extension Layout {
  /// A gap as a free span: `above` is the index of what lies directly above it.
  func freeSpan(_ gap: AddressRange, above: Int, in regions: [Region]) -> FreeSpan {
    let placeable = placeable(in: gap, above: above, in: regions)
    return FreeSpan(
      range: gap, placeable: placeable,
      reachable: placeable.map { reachable(in: $0) } ?? .zero, above: above)
  }

  /// What of a gap is left below the guard gap of a stack that may grow into it.
  func placeable(in gap: AddressRange, above: Int, in regions: [Region]) -> AddressRange? {
    guard above < regions.count, regions[above].growsDown else { return gap }
    return AddressRange(gap.lower, regions[above].range.lower.lowered(by: guardGap))
  }
}

extension Room {
  /// The same room without what lies in `ranges`, which are in address order and inside the space.
  func without(_ ranges: [AddressRange]) -> Room {
    var rest: [Region] = []
    rest.reserveCapacity(regions.count + ranges.count)
    var next = 0
    for region in regions {
      while next < ranges.count, ranges[next].upper <= region.range.lower { next += 1 }
      var part: AddressRange? = region.range
      var index = next
      while index < ranges.count, let left = part, ranges[index].lower < left.upper {
        let (below, above) = left.subtracting(ranges[index])
        if let below { rest.append(region.cut(to: below)) }
        part = above
        index += 1
      }
      if let part { rest.append(part == region.range ? region : region.cut(to: part)) }
    }
    return Room(self, with: rest)
  }
}
