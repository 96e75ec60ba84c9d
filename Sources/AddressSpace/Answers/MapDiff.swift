/// What changed between two rooms of one program.
public struct MapDiff: Sendable {
  /// What became of one or more free spans.
  public struct SpanChange: Sendable {
    /// In one word.
    public let change: Change
    /// The spans before.
    public let before: [FreeSpan]
    /// The spans after.
    public let after: [FreeSpan]
  }

  /// What became of free space.
  public enum Change: String, Sendable {
    case lost
    case gained
    case shrunk
    case grown
    case split
    case merged
  }

  /// The free spans that are not as they were, in address order of the room before.
  public let spans: [SpanChange]
  /// The regions that went.
  public let gone: [Region]
  /// The regions that came.
  public let new: [Region]
  /// The regions that begin where they began but end elsewhere, such as a heap that grew.
  public let resized: [(before: Region, after: Region)]

  /// Whether nothing changed.
  public var isEmpty: Bool {
    spans.isEmpty && gone.isEmpty && new.isEmpty && resized.isEmpty
  }

  /// The difference of two rooms.
  ///
  /// - Parameter relative: matches regions by name, kind, access and size, and spans by what lies
  ///   beside them, wherever randomisation has put them.
  public init(from before: Room, to after: Room, relative: Bool = false) {
    spans =
      relative ? Self.spansBeside(before, after) : Self.spansAt(before.freeSpans, after.freeSpans)
    let regions =
      relative
      ? Self.regionsByName(before.regions, after.regions)
      : Self.regionsByPlace(before.regions, after.regions)
    (gone, new, resized) = regions
  }
}

extension MapDiff {
  /// Free spans that share addresses belong together: each such cluster is one change.
  private static func spansAt(_ before: [FreeSpan], _ after: [FreeSpan]) -> [SpanChange] {
    var changes: [SpanChange] = []
    var old = 0
    var new = 0
    while old < before.count || new < after.count {
      var cluster: (before: [FreeSpan], after: [FreeSpan]) = ([], [])
      var end: Address?
      while true {
        let oldIsNext =
          old < before.count
          && (new >= after.count || before[old].range.lower <= after[new].range.lower)
        guard oldIsNext || new < after.count else { break }
        let next = oldIsNext ? before[old] : after[new]
        if let end, next.range.lower >= end { break }
        if oldIsNext {
          cluster.before.append(next)
          old += 1
        } else {
          cluster.after.append(next)
          new += 1
        }
        end = max(end ?? next.range.upper, next.range.upper)
      }
      if let change = change(cluster.before, cluster.after) { changes.append(change) }
    }
    return changes
  }

  private static func change(_ before: [FreeSpan], _ after: [FreeSpan]) -> SpanChange? {
    if before.map(\.range) == after.map(\.range) { return nil }
    let kind: Change
    switch (before.count, after.count) {
    case (0, _): kind = .gained
    case (_, 0): kind = .lost
    case (let old, let new) where new > old: kind = .split
    case (let old, let new) where new < old: kind = .merged
    default:
      kind =
        after.lazy.map(\.size).total() < before.lazy.map(\.size).total() ? .shrunk : .grown
    }
    return SpanChange(change: kind, before: before, after: after)
  }

  /// Free spans between the same neighbours belong together, in order where several are.
  private static func spansBeside(_ before: Room, _ after: Room) -> [SpanChange] {
    var waiting = Dictionary(grouping: after.freeSpans) { Sides(of: $0, in: after) }
    var changes: [SpanChange] = []
    for span in before.freeSpans {
      let sides = Sides(of: span, in: before)
      guard let match = waiting[sides]?.first else {
        changes.append(SpanChange(change: .lost, before: [span], after: []))
        continue
      }
      waiting[sides]?.removeFirst()
      guard match.size != span.size else { continue }
      changes.append(
        SpanChange(
          change: match.size < span.size ? .shrunk : .grown, before: [span], after: [match]))
    }
    let rest = waiting.values.joined().sorted { $0.range.lower < $1.range.lower }
    return changes + rest.map { SpanChange(change: .gained, before: [], after: [$0]) }
  }

  private struct Sides: Hashable {
    let below: String?
    let above: String?

    init(of span: FreeSpan, in room: Room) {
      below = room.neighbor(below: span).map(Self.label)
      above = room.neighbor(above: span).map(Self.label)
    }

    private static func label(_ region: Region) -> String {
      region.kind.rawValue + " " + region.name
    }
  }

  private typealias RegionChanges = (
    gone: [Region], new: [Region], resized: [(before: Region, after: Region)]
  )

  private static func regionsByPlace(_ before: [Region], _ after: [Region]) -> RegionChanges {
    var changes: RegionChanges = ([], [], [])
    var waiting: [Address: Region] = [:]
    for region in after { waiting[region.range.lower] = region }
    for region in before {
      guard let match = waiting[region.range.lower], match.name == region.name,
        match.access == region.access
      else {
        changes.gone.append(region)
        continue
      }
      waiting[region.range.lower] = nil
      if match.range != region.range { changes.resized.append((region, match)) }
    }
    changes.new = after.filter { waiting[$0.range.lower] != nil }
    return changes
  }

  private struct Likeness: Hashable {
    let name: String
    let kind: Region.Kind
    let access: Region.Access
    let offset: UInt64
    let size: ByteCount

    init(_ region: Region) {
      name = region.name
      kind = region.kind
      access = region.access
      offset = region.name.isEmpty ? 0 : region.offset
      // Stacks and heaps differ in size from one start to the next.
      size = [.stack, .heap].contains(region.kind) ? .zero : region.size
    }
  }

  private static func regionsByName(_ before: [Region], _ after: [Region]) -> RegionChanges {
    var changes: RegionChanges = ([], [], [])
    var counts: [Likeness: Int] = [:]
    for region in after { counts[Likeness(region), default: 0] += 1 }
    for region in before {
      let likeness = Likeness(region)
      if let count = counts[likeness], count > 0 {
        counts[likeness] = count - 1
      } else {
        changes.gone.append(region)
      }
    }
    // Of several alike, the last ones count as new.
    for region in after.reversed() {
      let likeness = Likeness(region)
      guard let count = counts[likeness], count > 0 else { continue }
      counts[likeness] = count - 1
      changes.new.append(region)
    }
    changes.new.reverse()
    return changes
  }
}
