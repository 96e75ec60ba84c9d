/// How much of a room one kind of region takes.
public struct KindUsage: Hashable, Sendable {
  /// The kind.
  public let kind: Region.Kind
  /// How many regions.
  public fileprivate(set) var regions: Int
  /// How many bytes.
  public fileprivate(set) var bytes: ByteCount

  /// So many regions of a kind, so many bytes.
  public init(kind: Region.Kind, regions: Int, bytes: ByteCount) {
    self.kind = kind
    self.regions = regions
    self.bytes = bytes
  }
}

extension Room {
  /// The kinds that are there, the one that takes most first.
  public func usageByKind() -> [KindUsage] {
    if let summary = facts.summary { return summary.kinds }
    let kinds = Region.Kind.allCases
    var counts = kinds.map { KindUsage(kind: $0, regions: 0, bytes: .zero) }
    for region in regions {
      counts[region.kind.index].regions += 1
      counts[region.kind.index].bytes += region.size
    }
    return counts.filter { $0.regions > 0 }
      .sorted { ($1.bytes, $0.kind.rawValue) < ($0.bytes, $1.kind.rawValue) }
  }

  /// The largest region among some, to name them by; of equal ones the lowest. The bss of an image
  /// stands for the image.
  public func largestRegion(in indices: Range<Int>) -> Region? {
    largestIndex(in: indices).map { regions[$0] }
  }

  /// The index of `largestRegion(in:)`.
  public func largestIndex(in indices: Range<Int>) -> Int? {
    guard
      let largest = indices.max(by: {
        (regions[$0].size, $1) < (regions[$1].size, $0)
      })
    else { return nil }
    guard regions[largest].kind == .image, regions[largest].isUnnamed else {
      return largest
    }
    return (indices.lowerBound..<largest).last { !regions[$0].isUnnamed } ?? largest
  }
}
