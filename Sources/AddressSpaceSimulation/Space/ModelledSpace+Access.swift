public import AddressSpace

extension ModelledSpace {
  /// Lets a stretch be used otherwise: `mprotect`, or `VirtualProtect`.
  ///
  /// - Returns: whether all of it was changed; what lies behind a hole, or where a limit was met, was
  ///   not.
  @discardableResult
  public mutating func protect(_ range: AddressRange, _ access: Region.Access) -> Bool {
    let (lower, upper) = whole(range)
    var low = lower
    while low < upper {
      guard let stretch = stretches[stretches.position(above: low)], stretch.lower <= low else {
        return false
      }
      let high = min(upper, stretch.upper)
      guard change(low, high, stretch, to: access) else { return false }
      low = high
    }
    return true
  }

  /// Changes a part of a stretch; false, and nothing has changed, where a limit stands against it.
  private mutating func change(
    _ lower: UInt64, _ upper: UInt64, _ stretch: Stretch, to access: Region.Access
  ) -> Bool {
    let isWindows = isWindows
    let before = self.regionCount + 2 > limits.regions ? self : nil
    let isNewData = access.contains(.write) && !table.areData[Int(stretch.columns)]
    if isNewData, upper - lower > limits.data - min(limits.data, totals.data) { return false }
    edit(lower, upper) { stretch, table in
      var columns = table[stretch.columns]
      columns.access = access.union(columns.access.intersection(.shared))
      columns.accessOnCommit = nil
      stretch.columns = table.place(of: columns)
      if isWindows { return true }
      // What can be written to is promised from then on, and no more where nothing was written.
      if access.contains(.write) {
        if columns.isPrivate, !columns.traits.contains(.noReserve) {
          stretch.state.insert(.committed)
        }
      } else if columns.inode == 0, stretch.group == 0 {
        stretch.state.remove(.committed)
      }
      return true
    }
    if let before, regionCount > max(before.regionCount, limits.regions) {
      self = before
      return false
    }
    return true
  }

  /// Writes to memory; what has no access stays as it is. What lies below a mapping that grows down
  /// lets it grow there.
  public mutating func touch(_ range: AddressRange) {
    let (lower, upper) = whole(range)
    if !isWindows {
      growDown(to: lower)
      keepTrack(lower, upper)
    }
    edit(lower, upper) { stretch, table in
      if !table[stretch.columns].access.isNone { stretch.state.insert(.resident) }
      return true
    }
  }

  /// What may be done with the memory at `address`, nil where nothing is mapped.
  public func access(at address: Address) -> Region.Access? {
    guard let stretch = stretches[stretches.position(above: address.value)],
      stretch.lower <= address.value
    else { return nil }
    return table[stretch.columns].access
  }

  /// Lets what grows down and lies above a free `address` reach it (`expand_downwards`): not into the
  /// gap above memory that is no such mapping, and not beyond the limit of stacks.
  private mutating func growDown(to address: UInt64) {
    let position = stretches.position(above: address)
    guard let stretch = stretches[position], stretch.lower > address,
      table.growDown[Int(stretch.columns)], address >= layout.space.lower.value
    else { return }
    if let before = stretches.before(position), let below = stretches[before],
      !table.growDown[Int(below.columns)], !table[below.columns].access.isNone,
      address - below.upper < layout.guardGap.value
    {
      return
    }
    let most = facts.stackLimit ?? .mebibytes(8)
    let whole = region(at: position)
    let size = stretch.lower - address
    guard whole.upper - address <= most.value,
      size <= limits.mapped - min(limits.mapped, totals.mapped)
    else { return }
    keepTrack(stretch.lower, stretch.lower + 1)
    setApart(below: address)
    guard var grown = stretches[stretches.position(above: address)] else { return }
    grown.upper = grown.lower
    grown.lower = address
    grown.origin &-= size
    grown.state.remove(.resident)
    put(grown)
  }

  /// What is written to for the first time is kept track of: with a neighbour that differs in nothing
  /// but what may be done with it, else by itself (`find_mergeable_anon_vma`).
  private mutating func keepTrack(_ lower: UInt64, _ upper: UInt64) {
    var position = stretches.position(above: lower)
    while let stretch = stretches[position], stretch.lower < upper {
      if stretch.group == 0, table.areWritten[Int(stretch.columns)] {
        let region = region(at: position)
        var found = groupAbove(region) ?? groupBelow(region)
        if found == nil {
          groups += 1
          found = groups
        }
        setGroup(found ?? groups, of: stretch, at: position)
      }
      position = stretches.after(position)
    }
  }

  private func groupAbove(_ region: Stretch) -> UInt32? {
    guard let above = stretches[stretches.position(above: region.upper)],
      isNearlyAlike(region, above), above.group != 0
    else { return nil }
    return above.group
  }

  private func groupBelow(_ region: Stretch) -> UInt32? {
    guard let position = stretches.before(stretches.position(above: region.lower)),
      let below = stretches[position], isNearlyAlike(below, region), below.group != 0
    else { return nil }
    return below.group
  }

  /// Whether two touch and differ in access at most (`anon_vma_compatible`).
  private func isNearlyAlike(_ below: Stretch, _ above: Stretch) -> Bool {
    let (one, other) = (table[below.columns], table[above.columns])
    return below.upper == above.lower && below.origin &+ below.size == above.origin
      && one.inode == other.inode && one.name == other.name && one.traits == other.traits
      && one.access.contains(.shared) == other.access.contains(.shared)
      && below.state.contains(.committed) == above.state.contains(.committed)
  }
}
