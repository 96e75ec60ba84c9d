/// The totals of a source that adds all memory up but lists hardly any of it, such as WinDbg's
/// `!address -summary`. The map beside them has what is listed; the rest of the space stands in it
/// as regions that are not listed, so that what fits is the least that will.
public struct SummaryFacts: Hashable, Sendable {
  /// The free bytes that are in no free span of the map.
  public var freeElsewhere: ByteCount
  /// How many free spans there are in all.
  public var freeSpans: Int?
  /// How many regions there are in all.
  public var regions: Int?
  /// The bytes that are addresses without memory.
  public var reserved: ByteCount?
  /// What takes how much, as far as it is told.
  public var kinds: [KindUsage]

  /// Totals.
  public init(
    freeElsewhere: ByteCount, freeSpans: Int? = nil, regions: Int? = nil,
    reserved: ByteCount? = nil, kinds: [KindUsage] = []
  ) {
    self.freeElsewhere = freeElsewhere
    self.freeSpans = freeSpans
    self.regions = regions
    self.reserved = reserved
    self.kinds = kinds
  }
}

extension Region {
  /// Addresses of which the source does not tell whether they are free: they count as taken, so that
  /// what fits is the least that will.
  public static func notListed(_ range: AddressRange) -> Region {
    Region(range: range, name: notListedName, kind: .system)
  }

  /// Whether the source does not tell whether it is free.
  public var isNotListed: Bool { kind == .system && name == Self.notListedName }

  private static let notListedName = "[not listed]"
}

extension Room {
  /// The bytes of the whole space. A summary counts it from address zero on.
  public var spaceBytes: ByteCount {
    guard facts.summary != nil else { return layout.space.size }
    return layout.space.size + ByteCount(layout.space.lower.value)
  }

  /// How many regions there are, listed or not; nil where the source does not tell.
  public var regionCount: Int? {
    facts.summary.map(\.regions) ?? regions.count
  }

  /// How many free spans there are, listed or not; nil where the source does not tell.
  public var freeSpanCount: Int? {
    facts.summary.map(\.freeSpans) ?? freeSpans.count
  }

  /// Whether `fragmentation` says anything: not where there is free space but no span is listed.
  public var isFragmentationKnown: Bool { facts.summary == nil || !freeSpans.isEmpty }

  /// The bytes of which the source does not tell whether they are free.
  public var notListedBytes: ByteCount {
    regions.lazy.filter(\.isNotListed).map(\.size).total()
  }
}
