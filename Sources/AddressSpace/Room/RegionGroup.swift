/// Regions that come and go together: the parts of one image, or a thread's stack and its guard.
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
    // What a name tells is worked out once: many regions share one.
    var byName: [String: Pin.Action] = [:]
    func action(of region: Region) -> Pin.Action {
      guard region.kind == .image else { return rules.action(for: region) }
      if let known = byName[region.name] { return known }
      let action = rules.action(for: region)
      byName[region.name] = action
      return action
    }
    var start = 0
    while start < regions.count {
      var end = start + 1
      while end < regions.count, belongs(end, with: start) { end += 1 }
      if let range = AddressRange(regions[start].range.lower, regions[end - 1].range.upper) {
        groups.append(
          RegionGroup(
            indices: start..<end, range: range, action: action(of: regions[start])))
      }
      start = end
    }
    return groups
  }

  private func belongs(_ index: Int, with start: Int) -> Bool {
    guard regions[index].range.lower == regions[index - 1].range.upper,
      regions[index].kind == regions[start].kind
    else { return false }
    switch regions[index].kind {
    case .image: return regions[index].name == regions[start].name || regions[index].isUnnamed
    case .stack: return regions[index - 1].access.isNone && regions[index].isUnnamed
    default: return false
    }
  }
}

extension Room {
  /// The regions that a plan clears, each with what its owner would have to do.
  public func actions(of plan: ClearingPlan) -> [(region: Region, action: Pin.Action)] {
    let rules = OwnerRules(room: self)
    return regions[plan.regions].map { ($0, rules.action(for: $0)) }
  }
}
