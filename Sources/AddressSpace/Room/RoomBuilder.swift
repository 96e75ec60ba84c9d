/// Cuts a map to a layout's space and finds the gaps.
struct RoomBuilder {
  let map: AddressMap
  let layout: Layout
  let facts: LayoutFacts

  func occupants() -> (inside: [Region], outside: [Region]) {
    if layout.system == .linux, layout.blocked.isEmpty, isAllInside { return (map.regions, []) }
    var inside: [Region] = []
    var outside: [Region] = []
    inside.reserveCapacity(map.regions.count + layout.blocked.count)
    for region in map.regions where !isFreeForGuest(region) {
      guard let part = region.range.clamped(to: layout.space) else {
        outside.append(region)
        continue
      }
      if part == region.range {
        inside.append(region)
      } else {
        inside.append(region.cut(to: part))
        outside.append(region)
      }
    }
    return (addingBlocked(to: inside), outside)
  }

  /// Whether no region lies outside or reaches out: they are in order, so two tell for all.
  private var isAllInside: Bool {
    guard let first = map.regions.first, let last = map.regions.last else { return true }
    return layout.space.lower <= first.range.lower && last.range.upper <= layout.space.upper
  }

  /// Wine's own reservation is free to the program inside it.
  private func isFreeForGuest(_ region: Region) -> Bool {
    layout.system == .wine && WineSigns(map: map, facts: facts).isReservation(region)
  }

  /// What the layout never hands out stands among the regions as the system's own, where the map
  /// shows nothing there.
  private func addingBlocked(to regions: [Region]) -> [Region] {
    guard !layout.blocked.isEmpty else { return regions }
    var result = regions
    for blocked in layout.blocked {
      var rest = blocked.clamped(to: layout.space)
      for region in regions where region.range.overlaps(blocked) {
        let (below, above) = rest?.subtracting(region.range) ?? (nil, nil)
        if let below { result.append(.blocked(below)) }
        rest = above
      }
      if let rest { result.append(.blocked(rest)) }
    }
    return result.sorted { $0.range.lower < $1.range.lower }
  }

  func freeSpans(between regions: [Region]) -> [FreeSpan] {
    var spans: [FreeSpan] = []
    spans.reserveCapacity(regions.count + 1)
    var lower = layout.space.lower
    for index in regions.indices {
      let range = regions[index].range
      if let gap = AddressRange(lower, range.lower) {
        spans.append(layout.freeSpan(gap, above: index, in: regions))
      }
      lower = range.upper
    }
    if let gap = AddressRange(lower, layout.space.upper) {
      spans.append(layout.freeSpan(gap, above: regions.count, in: regions))
    }
    return spans
  }
}

extension Region {
  /// The part of a region that lies in a layout's space.
  public func cut(to range: AddressRange) -> Region {
    Region(
      range: range, access: access, offset: offset, inode: inode, name: name, traits: traits,
      kind: kind)
  }

  /// Whether it may grow down, so that the kernel keeps a guard gap below it.
  var growsDown: Bool {
    name == "[stack]" || traits.contains(.growsDown)
  }

  /// Addresses that the system keeps for itself without showing them.
  static func blocked(_ range: AddressRange) -> Region {
    Region(range: range, name: blockedName, kind: .system)
  }

  private static let blockedName = "[never handed out]"

  /// Whether it stands for addresses that the system keeps for itself.
  package var isBlocked: Bool { kind == .system && name == Self.blockedName }
}

extension Layout {
  /// How many bytes of a free range some search can hand out: what lies in its range, from the
  /// first aligned base on.
  public func reachable(in span: AddressRange) -> ByteCount {
    // Nearly always the first search reaches all of it.
    if let first = searches.first, first.excluded.isEmpty, first.alignment <= pageSize,
      first.range.lower <= span.lower, span.upper <= first.range.upper
    {
      return span.size
    }
    var total = ByteCount.zero
    var covered: [AddressRange] = []
    for search in searches {
      for part in search.parts(of: span) {
        guard let base = part.lower.roundedUp(to: search.alignment),
          let usable = AddressRange(base, part.upper)
        else { continue }
        var rest = [usable]
        for earlier in covered {
          rest = rest.flatMap { piece in
            let (below, above) = piece.subtracting(earlier)
            return [below, above].compactMap { $0 }
          }
        }
        total += rest.lazy.map(\.size).total()
        covered.append(usable)
      }
    }
    return total
  }
}
