/// Where the system would put blocks of one size until it has no room for another.
struct Placement: Sendable {
  /// The blocks in the order in which they are handed out.
  private(set) var runs: [PlacementRun] = []

  /// All blocks that `searches` can place in `spans`, which are in address order.
  ///
  /// Blocks of one size exhaust one search before the next begins, and one span before the next:
  /// so each search goes once over what the one before it has left.
  init(of block: Block, in spans: [AddressRange], by searches: [Layout.Search]) {
    let ask = block.size
    var pieces = spans.filter { $0.size >= ask }
    for search in searches {
      var left: [AddressRange] = []
      left.reserveCapacity(pieces.count)
      var found: [PlacementRun] = []
      for piece in pieces {
        var rest: AddressRange? = piece
        for part in search.parts(of: piece) {
          guard let run = PlacementRun(of: block, in: part, by: search), let hull = run.hull,
            let (below, above) = rest?.subtracting(hull)
          else { continue }
          found.append(run)
          if let below, below.size >= ask { left.append(below) }
          rest = above
        }
        if let rest, rest.size >= ask { left.append(rest) }
      }
      runs += search.direction == .topDown ? found.reversed() : found
      pieces = left
    }
  }

  /// How many blocks.
  var count: UInt64 { runs.reduce(0) { $0 + $1.count } }

  /// How many blocks `searches` can place in one range, without a list of where.
  ///
  /// Nearly always one search sees all of the range and leaves too little for those after it.
  static func count(
    of block: Block, in range: AddressRange, by searches: [Layout.Search]
  ) -> UInt64 {
    if let search = searches.first(where: { $0.range.overlaps(range) }), search.sees(range),
      let run = PlacementRun(of: block, in: range, by: search), let hull = run.hull,
      hull.lower - range.lower < block.size, range.upper - hull.upper < block.size
    {
      return run.count
    }
    return Placement(of: block, in: [range], by: searches).count
  }

  /// The first `limit` ranges, in the order in which they are handed out.
  func ranges(limit: Int) -> [AddressRange] {
    var result: [AddressRange] = []
    for run in runs {
      var index: UInt64 = 0
      while index < run.count, result.count < limit {
        if let range = run.range(at: index) { result.append(range) }
        index += 1
      }
    }
    return result
  }
}
