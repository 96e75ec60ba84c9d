/// One address space under one layout: what is taken and what is free.
///
/// Everything that is asked of a process is answered from here.
public struct Room: Sendable {
  /// The rules.
  public let layout: Layout
  /// What the source knew besides the map.
  public let facts: LayoutFacts
  /// What takes room inside the layout's space, lowest first, none overlapping.
  public private(set) var regions: [Region]
  /// The gaps between them, lowest first.
  public private(set) var freeSpans: [FreeSpan]
  /// Mappings, or parts of them, that lie outside the layout's space.
  public let outside: [Region]
  /// What its mappings count against the limits, nil where no limits are known.
  let mapped: MappedMemory?

  /// The room of `map` under `layout`.
  public init(map: AddressMap, layout: Layout, facts: LayoutFacts = LayoutFacts()) {
    let builder = RoomBuilder(map: map, layout: layout, facts: facts)
    self.layout = layout
    self.facts = facts
    mapped = facts.limits == nil ? nil : MappedMemory(map.regions)
    (regions, outside) = builder.occupants()
    freeSpans = builder.freeSpans(between: regions)
  }

  /// The same room with other regions.
  init(_ room: Room, with regions: [Region]) {
    layout = room.layout
    facts = room.facts
    outside = room.outside
    mapped = room.mapped.map { $0 - MappedMemory(room.regions) + MappedMemory(regions) }
    self.regions = regions
    let builder = RoomBuilder(map: .assembling([]).map, layout: layout, facts: facts)
    freeSpans = builder.freeSpans(between: regions)
  }

  /// The same room without the regions at `indices`.
  func cleared(of indices: Range<Int>) -> Room {
    var rest = regions
    rest.removeSubrange(indices)
    return Room(self, with: rest)
  }

  /// Whether the source tells enough for exact answers about what is free. Not of a 64-bit process:
  /// there the kernel may align large mappings to huge pages. Nor on a processor whose rules are not
  /// known here.
  public var isExact: Bool {
    layout.wordSize == .bits32 && (layout.system != .wine || facts.knowsTraits)
      && facts.machine != .other && !isUpperBound
      && !(layout.system == .windows && regions.contains(where: \.isNotListed))
  }

  /// Whether the source may not show all memory, so that what is free is free at most.
  public var isUpperBound: Bool { facts.lacksMappings }

  /// All free bytes, whoever can reach them.
  public var freeBytes: ByteCount {
    let listed = freeSpans.lazy.map(\.size).total()
    guard let summary = facts.summary else { return listed }
    // The totals of a damaged source can contradict its list.
    return min(listed + summary.freeElsewhere, spaceBytes)
  }

  /// The free bytes that the layout's searches can hand out.
  public var reachableFreeBytes: ByteCount { freeSpans.lazy.map(\.reachable).total() }

  /// The free bytes below the first multiple of the granularity in each free span: no mapping can
  /// begin there, so that none ever takes them. None where mappings begin at any page.
  public var unusableBytes: ByteCount {
    guard layout.granularity > layout.pageSize else { return .zero }
    return freeSpans.lazy.map { span in
      let base = span.range.lower.roundedUp(to: layout.granularity) ?? span.range.upper
      return min(base, span.range.upper) - span.range.lower
    }.total()
  }

  /// The bytes that mappings take.
  public var mappedBytes: ByteCount { spaceBytes.lowered(by: freeBytes) }

  /// The part of the mapped bytes that holds addresses but no memory.
  public var reservedBytes: ByteCount {
    facts.summary?.reserved
      ?? regions.lazy.filter { $0.access.isNone && $0.kind != .system }.map(\.size).total()
  }

  /// The largest contiguous free span; of equal ones the lowest.
  public var largestFreeSpan: FreeSpan? {
    freeSpans.max { ($0.size, $1.range.lower) < ($1.size, $0.range.lower) }
  }

  /// How much of the free space lies outside the largest span, 0 to 1; 0 where nothing is free.
  public var fragmentation: Double {
    guard let largest = largestFreeSpan, freeBytes > .zero else { return 0 }
    return 1 - Double(largest.size.value) / Double(freeBytes.value)
  }

  /// The free spans, largest first, then lowest first.
  public var freeSpansBySize: [FreeSpan] {
    freeSpans.sorted { ($1.size, $0.range.lower) < ($0.size, $1.range.lower) }
  }

  /// Where the brk heap ends and would grow, nil where the source does not tell.
  public var endOfBreak: Address? {
    if layout.system == .windows { return nil }
    return facts.heap?.end ?? regions.last { $0.kind == .heap }?.range.upper
      ?? facts.startOfBreak?.roundedUp(to: layout.pageSize)
  }

  /// The region directly below a free span.
  public func neighbor(below span: FreeSpan) -> Region? {
    span.above > 0 ? regions[span.above - 1] : nil
  }

  /// The region directly above a free span.
  public func neighbor(above span: FreeSpan) -> Region? {
    span.above < regions.count ? regions[span.above] : nil
  }
}
