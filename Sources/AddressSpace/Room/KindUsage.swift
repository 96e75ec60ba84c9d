/// How much of a room one kind of region takes.
public struct KindUsage: Hashable, Sendable {
  /// The kind.
  public let kind: Region.Kind
  /// How many regions.
  public let regions: Int
  /// How many bytes.
  public let bytes: ByteCount
}

extension Room {
  /// The kinds that are there, the one that takes most first.
  public func usageByKind() -> [KindUsage] {
    var counts: [Region.Kind: (regions: Int, bytes: ByteCount)] = [:]
    for region in regions {
      let before = counts[region.kind] ?? (0, .zero)
      counts[region.kind] = (before.regions + 1, before.bytes + region.size)
    }
    return counts.map { KindUsage(kind: $0.key, regions: $0.value.regions, bytes: $0.value.bytes) }
      .sorted { ($1.bytes, $0.kind.rawValue) < ($0.bytes, $1.kind.rawValue) }
  }

  /// The largest region among some, to name them by; of equal ones the lowest, and one with a name
  /// before one without.
  public func largestRegion(in indices: Range<Int>) -> Region? {
    let named = regions[indices].filter { !$0.name.isEmpty }
    return (named.isEmpty ? Array(regions[indices]) : named)
      .max { ($0.size, $1.range.lower) < ($1.size, $0.range.lower) }
  }
}
