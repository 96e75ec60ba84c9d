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
    Region.Kind.allCases.compactMap { kind in
      let alike = regions.lazy.filter { $0.kind == kind }
      let count = alike.count
      return count == 0
        ? nil : KindUsage(kind: kind, regions: count, bytes: alike.map(\.size).total())
    }.sorted { ($1.bytes, $0.kind.rawValue) < ($0.bytes, $1.kind.rawValue) }
  }

  /// The largest region among some, to name them by; of equal ones the lowest, and one with a name
  /// before one without.
  public func largestRegion(in indices: Range<Int>) -> Region? {
    let named = regions[indices].filter { !$0.name.isEmpty }
    return (named.isEmpty ? Array(regions[indices]) : named)
      .max { ($0.size, $1.range.lower) < ($1.size, $0.range.lower) }
  }
}
