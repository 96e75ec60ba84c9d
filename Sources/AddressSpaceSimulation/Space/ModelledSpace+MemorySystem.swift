public import AddressSpace

extension ModelledSpace: MemorySystem {
  /// Maps a stretch where the layout's rules put it; nil where there is no room, or a limit is met.
  public mutating func map(_ size: ByteCount, _ mapping: Mapping) -> AddressRange? {
    guard let size = size.roundedUp(to: layout.pageSize)?.value, allows(size, mapping),
      let base = place(size, fromTheTop: mapping.isTopDown)
    else { return nil }
    put(stretch(base, base + size, mapping))
    return AddressRange(Address(base), Address(base + size))
  }

  /// Maps just this stretch; false where something lies in it, it is none of the space's, or a limit
  /// is met. It begins at a page.
  public mutating func map(at range: AddressRange, _ mapping: Mapping) -> Bool {
    guard range.lower.value % layout.pageSize.value == 0,
      let upper = range.upper.roundedUp(to: layout.pageSize)?.value,
      free.holds(range.lower.value, upper), allows(upper - range.lower.value, mapping)
    else { return false }
    put(stretch(range.lower.value, upper, mapping))
    return true
  }

  /// Gives addresses up; nothing changes where a mapping would have to be cut and there are as many
  /// as the system allows.
  public mutating func unmap(_ range: AddressRange) {
    let (lower, upper) = whole(range)
    guard !isTooManyToCut(lower, upper) else { return }
    edit(lower, upper) { _, _ in false }
  }

  /// The pages of a range.
  func whole(_ range: AddressRange) -> (lower: UInt64, upper: UInt64) {
    let page = layout.pageSize
    return (
      range.lower.roundedDown(to: page).value,
      (range.upper.roundedUp(to: page) ?? range.upper).value
    )
  }

  /// Whether the system refuses to give up the middle of a mapping: it would be one more.
  func isTooManyToCut(_ lower: UInt64, _ upper: UInt64) -> Bool {
    guard regionCount >= limits.regions, let stretch = stretches[stretches.position(above: lower)],
      stretch.lower < lower
    else { return false }
    return region(at: stretches.position(above: lower)).upper > upper
  }

  /// A stretch of new memory.
  private mutating func stretch(_ lower: UInt64, _ upper: UInt64, _ mapping: Mapping) -> Stretch {
    let columns = table.place(of: mapping)
    let isPromised = isWindows ? mapping.file == nil : table.areWritten[Int(columns)]
    let isCommitted = !mapping.isReserved && isPromised && !mapping.traits.contains(.noReserve)
    if isWindows { groups += 1 }
    return Stretch(
      lower: lower, upper: upper, origin: mapping.file?.offset ?? lower, columns: columns,
      group: isWindows ? groups : 0, state: isCommitted ? .committed : [])
  }

  /// Whether no limit stands against a new mapping.
  private func allows(_ size: UInt64, _ mapping: Mapping) -> Bool {
    guard size > 0, regionCount <= limits.regions,
      size <= limits.mapped - min(limits.mapped, totals.mapped)
    else { return false }
    if isWindows {
      return mapping.isReserved || mapping.file != nil
        || size <= limits.committed - min(limits.committed, totals.committed)
    }
    let isData = mapping.access.contains(.write) && !mapping.access.contains(.shared)
    return mapping.isReserved || !isData
      || size <= limits.data - min(limits.data, totals.data)
  }
}

extension ModelledSpace {
  /// Commits what was reserved: it can be used as it was said when it was mapped. What the system
  /// cannot promise stays reserved.
  public mutating func commit(_ range: AddressRange) {
    let (lower, upper) = whole(range)
    let isWindows = isWindows
    var left = limits.committed - min(limits.committed, totals.committed)
    edit(lower, upper) { stretch, table in
      var columns = table[stretch.columns]
      guard let access = columns.accessOnCommit, !isWindows || stretch.size <= left else {
        return true
      }
      columns.access = access
      columns.accessOnCommit = nil
      stretch.columns = table.place(of: columns)
      if isWindows {
        left -= stretch.size
        stretch.state.insert(.committed)
      } else if table.areWritten[Int(stretch.columns)], !columns.traits.contains(.noReserve) {
        stretch.state.insert(.committed)
      }
      return true
    }
  }

  /// Takes the memory of addresses that are kept. On Windows they are only reserved then.
  public mutating func discard(_ range: AddressRange) {
    let (lower, upper) = whole(range)
    let isWindows = isWindows
    edit(lower, upper) { stretch, table in
      stretch.state.remove(.resident)
      var columns = table[stretch.columns]
      if isWindows, columns.name.isEmpty, columns.accessOnCommit == nil {
        columns.accessOnCommit = columns.access
        columns.access = []
        stretch.columns = table.place(of: columns)
        stretch.state.remove(.committed)
      }
      return true
    }
  }

}
