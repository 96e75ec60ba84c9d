/// Regions that come and go together: the parts of one image, a thread's stack and its guard, what
/// one owner was seen to have in one piece.
struct RegionGroup: Sendable {
  /// Their indices in `Room.regions`.
  let indices: Range<Int>
  /// From the lowest to the end of the highest.
  let range: AddressRange
  /// What their owner could do to give them up.
  let action: Pin.Action

  /// Whether they can go at all.
  var isMovable: Bool { action != .fixed }
}

extension Room {
  /// All regions in groups, lowest first.
  func groups() -> [RegionGroup] {
    var groups: [RegionGroup] = []
    groups.reserveCapacity(regions.count)
    let rules = OwnerRules(room: self)
    let origins = OriginRules(self)
    // What a name tells is worked out once: many regions share one.
    var byName: [String: Pin.Action] = [:]
    func action(at index: Int) -> Pin.Action {
      let region = regions[index]
      guard region.kind == .image else {
        return origins.action(at: index) ?? rules.action(for: region)
      }
      if let known = byName[region.name] { return known }
      let action = rules.action(for: region)
      byName[region.name] = action
      return action
    }
    var start = 0
    while start < regions.count {
      var end = start + 1
      var isAllocation = false
      if layout.system == .windows {
        while end < regions.count, isOfAllocation(below: end) { end += 1 }
        isAllocation = end > start + 1
      }
      if !isAllocation {
        while end < regions.count, belongs(end, with: start) { end += 1 }
      }
      if let range = AddressRange(regions[start].range.lower, regions[end - 1].range.upper) {
        let telling = isAllocation ? largestIndex(in: start..<end) ?? start : start
        groups.append(
          RegionGroup(indices: start..<end, range: range, action: action(at: telling)))
      }
      start = end
    }
    return groups
  }

  /// Whether a region of Windows goes on with the allocation of the one below, by where each begins
  /// in its allocation.
  private func isOfAllocation(below index: Int) -> Bool {
    let (below, region) = (regions[index - 1], regions[index])
    return region.offset > 0 && region.range.lower == below.range.upper
      && region.offset &- below.offset == below.size.value
  }

  private func belongs(_ index: Int, with start: Int) -> Bool {
    guard regions[index].range.lower == regions[index - 1].range.upper else { return false }
    if isInPiece(below: index) { return true }
    guard regions[index].kind == regions[start].kind else { return false }
    switch regions[index].kind {
    case .image: return regions[index].name == regions[start].name || regions[index].isUnnamed
    case .stack: return regions[index - 1].access.isNone && regions[index].isUnnamed
    default: return false
    }
  }

  /// Whether one piece holds the end of the region below and the beginning of this one.
  private func isInPiece(below index: Int) -> Bool {
    guard let contents = facts.contents, regions[index].isUnnamed, regions[index - 1].isUnnamed,
      regions[index].kind != .image, regions[index - 1].kind != .image
    else { return false }
    let boundary = regions[index].range.lower
    return contents.pieces(in: regions[index].range).first.map { $0.range.lower < boundary } == true
  }
}

extension Room {
  /// The regions that a plan clears, each with what its owner would have to do.
  public func actions(of plan: ClearingPlan) -> [(region: Region, action: Pin.Action)] {
    let rules = OwnerRules(room: self)
    let origins = OriginRules(self)
    return plan.regions.map {
      (regions[$0], origins.action(at: $0) ?? rules.action(for: regions[$0]))
    }
  }
}
