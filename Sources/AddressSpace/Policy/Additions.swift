/// What a room has that its baseline has not.
public struct Additions: Sendable {
  /// What there is more of, in address order.
  public let parts: [Part]
  /// All of it, in bytes.
  public var bytes: ByteCount { parts.lazy.map(\.bytes).total() }

  private let baseline: Baseline
  private let room: Room
  private let compared: [ComparedPart]
  /// How many stretches of memory of the baseline are matched by nothing as large.
  private let unmatched: Int
  private let isUnmoved: Bool

  /// What is new of one region.
  public struct Part: Hashable, Sendable {
    /// The region's index in `Room.regions`.
    public let region: Int
    /// How much of it is new: all, or what it has grown by.
    public let bytes: ByteCount
  }

  init(to baseline: Baseline, in room: Room) {
    self.baseline = baseline
    self.room = room
    isUnmoved = baseline.isUnmoved(in: room)
    var match = PartMatch(baseline.room.comparedParts(), room.comparedParts(), in: room)
    if isUnmoved { match.byAddress() } else { match.allowForStack(in: room.layout) }
    match.byLikeness()
    unmatched = max(0, match.unmatched)
    compared = match.new.filter { $0.region != nil }
    var parts: [Part] = []
    for part in compared where part.left > .zero {
      guard let region = part.region else { continue }
      if let last = parts.last, last.region == region {
        parts[parts.count - 1] = Part(region: region, bytes: last.bytes + part.left)
      } else {
        parts.append(Part(region: region, bytes: part.left))
      }
    }
    self.parts = parts
  }
}

extension Additions {
  /// What lies between two neighbouring free spans that are larger than `span`, and is new or lies
  /// where the baseline has nothing: as indices of regions, in address order.
  ///
  /// Smaller spans between them count as taken. What has come to stand between such spans because
  /// something beside it went is not new.
  public func pins(between span: ByteCount) -> [Range<Int>] {
    let stretches = room.stretches(between: span)
    guard !isUnmoved else {
      return stretches.filter { stretch in
        !stretch.contains { baseline.room.isTaken(in: room.regions[$0].range) }
      }
    }
    // What is as large as something in the baseline was somewhere there. Of memory that matches by
    // its bytes alone, no more stretches are old than the baseline had.
    var doubtful: [(stretch: Range<Int>, bytes: ByteCount)] = []
    var new: [Range<Int>] = []
    for stretch in stretches {
      let first = compared.partitioningIndex { ($0.region ?? 0) >= stretch.lowerBound }
      let parts = compared[first...].prefix { ($0.region ?? 0) < stretch.upperBound }
      // What the layout never hands out is in every room.
      guard !parts.isEmpty else { continue }
      let matched = parts.filter { $0.left < $0.range.size }
      if matched.contains(where: { $0.isFound || $0.sort != .memory }) { continue }
      if matched.isEmpty {
        new.append(stretch)
      } else {
        doubtful.append((stretch, matched.map { $0.range.size - $0.left }.total()))
      }
    }
    doubtful.sort { ($1.bytes, $0.stretch.lowerBound) < ($0.bytes, $1.stretch.lowerBound) }
    new += doubtful.dropFirst(unmatched).map(\.stretch)
    return new.sorted { $0.lowerBound < $1.lowerBound }
  }
}

extension Room {
  /// What lies between neighbouring free spans larger than `span`, as indices of regions.
  fileprivate func stretches(between span: ByteCount) -> [Range<Int>] {
    let spans = freeSpans.filter { $0.size > span }
    return zip(spans, spans.dropFirst()).map { $0.above..<$1.above }
  }

  /// Whether anything of a range is taken.
  fileprivate func isTaken(in range: AddressRange) -> Bool {
    let index = regions.partitioningIndex { $0.range.upper > range.lower }
    return index < regions.count && regions[index].range.overlaps(range)
  }
}
