import AddressSpace

extension Timeline {
  /// Takes points one by one and keeps few: of each stretch of time the first and the last, and
  /// those where something is least or most.
  struct Builder {
    private var buckets: [Bucket] = []
    /// How long a bucket is, in nanoseconds; it doubles when there are too many.
    private var width: UInt64 = 1000
    private let most: Int

    init(mostPoints: Int, buffers: Int) {
      // Twice as many as stay when neighbours are joined; a bucket keeps so many points at most.
      most = max(2, mostPoints / (2 + 2 * (2 + buffers)))
    }

    mutating func add(_ point: Point) {
      // Times of a damaged recording may go back.
      let index = max(point.time / width, buckets.last?.index ?? 0)
      if let last = buckets.last, last.index == index {
        buckets[buckets.count - 1].add(point)
        return
      }
      buckets.append(Bucket(index: index, point))
      while buckets.count > most { halve() }
    }

    private mutating func halve() {
      width = width.multipliedReportingOverflow(by: 2).overflow ? width : width * 2
      var joined: [Bucket] = []
      for var bucket in buckets {
        bucket.index /= 2
        if let last = joined.last, last.index == bucket.index {
          joined[joined.count - 1].join(bucket)
        } else {
          joined.append(bucket)
        }
      }
      buckets = joined
    }

    /// The timeline of all points that were added.
    func finished() -> Timeline {
      Timeline(points: buckets.flatMap(\.points))
    }
  }

  /// The points of a stretch of time that are kept.
  private struct Bucket {
    var index: UInt64
    private var first: Point
    private var last: Point
    /// For each series the point where it is least, then the one where it is most.
    private var extremes: [Point]

    init(index: UInt64, _ point: Point) {
      self.index = index
      first = point
      last = point
      extremes = Array(repeating: point, count: 2 * (2 + point.fits.count))
    }

    mutating func add(_ point: Point) {
      last = point
      note(point)
    }

    mutating func join(_ later: Bucket) {
      last = later.last
      for point in [later.first] + later.extremes + [later.last] { note(point) }
    }

    private mutating func note(_ point: Point) {
      for series in 0..<2 + point.fits.count {
        let value = point[series: series]
        if value < extremes[2 * series][series: series] { extremes[2 * series] = point }
        if value > extremes[2 * series + 1][series: series] { extremes[2 * series + 1] = point }
      }
    }

    /// In order, each once.
    var points: [Point] {
      var points: [Point] = []
      for point in ([first, last] + extremes).sorted(by: { $0.order < $1.order })
      where points.last?.order != point.order {
        points.append(point)
      }
      return points
    }
  }
}

extension Timeline.Point {
  /// Points of damaged recordings may have equal numbers.
  fileprivate var order: Int { event }

  /// The largest span, the free bytes, then each buffer's count.
  fileprivate subscript(series series: Int) -> UInt64 {
    switch series {
    case 0: largestFree.value
    case 1: freeBytes.value
    default: fits[series - 2]
    }
  }
}
