public import AddressSpace

extension ModelledSpace {
  /// The whole mapping that the stretch at a position is part of, as one stretch.
  func region(at position: ChunkedList<Stretch>.Position) -> Stretch {
    guard var whole = stretches[position] else {
      return Stretch(lower: 0, upper: 0, origin: 0, columns: 0, group: 0, state: [])
    }
    var below = position
    while let before = stretches.before(below), let piece = stretches[before], isOne(piece, whole) {
      whole.lower = piece.lower
      whole.origin = piece.origin
      below = before
    }
    var above = stretches.after(position)
    while let piece = stretches[above], isOne(whole, piece) {
      whole.upper = piece.upper
      above = stretches.after(above)
    }
    return whole
  }

  /// Makes a mapping longer or shorter: `mremap`. Where it has no room to grow it moves, what it was
  /// still mapped meanwhile.
  public mutating func remap(
    _ range: AddressRange, to size: ByteCount, mayMove: Bool
  ) -> AddressRange? {
    let page = layout.pageSize
    guard range.lower.value % page.value == 0, let size = size.roundedUp(to: page)?.value, size > 0,
      case let (end, overflows) = range.lower.value.addingReportingOverflow(size), !overflows
    else { return nil }
    let (lower, upper) = whole(range)
    let region = region(at: stretches.position(above: lower))
    guard region.lower <= lower, lower < region.upper else { return nil }
    let result = AddressRange(range.lower, Address(end))
    // What is given up may reach beyond the mapping, what grows or moves may not.
    if size <= upper - lower {
      if let rest = AddressRange(Address(end), Address(upper)) { unmap(rest) }
      return result
    }
    guard upper <= region.upper else { return nil }
    guard allows(growth: size - (upper - lower), region) else { return nil }
    if upper == region.upper, free.holds(upper, end) {
      grow(from: upper, to: end)
      return result
    }
    return mayMove ? move(lower, upper, size) : nil
  }

  /// Makes what ends at `end` longer; what is new was not written to.
  private mutating func grow(from end: UInt64, to upper: UInt64) {
    guard let position = stretches.before(stretches.position(above: end)),
      var stretch = stretches[position]
    else { return }
    stretch.origin &+= stretch.size
    stretch.lower = end
    stretch.upper = upper
    stretch.state.remove(.resident)
    put(stretch)
  }

  private mutating func move(_ lower: UInt64, _ upper: UInt64, _ size: UInt64) -> AddressRange? {
    // Cutting and moving can make three more (`move_vma`).
    guard regionCount < limits.regions - 3, let base = place(size, fromTheTop: false) else {
      return nil
    }
    var pieces: [Stretch] = []
    var position = stretches.position(above: lower)
    while var piece = stretches[position], piece.lower < upper {
      let (low, high) = (max(piece.lower, lower), min(piece.upper, upper))
      piece.origin &+= low - piece.lower
      (piece.lower, piece.upper) = (base + (low - lower), base + (high - lower))
      // Of memory that was not written to the pages are numbered anew.
      if piece.group == 0, table[piece.columns].inode == 0 { piece.origin = piece.lower }
      pieces.append(piece)
      position = stretches.after(position)
    }
    for piece in pieces { put(piece) }
    grow(from: base + (upper - lower), to: base + size)
    edit(lower, upper) { _, _ in false }
    return AddressRange(Address(base), Address(base + size))
  }

  private func allows(growth size: UInt64, _ region: Stretch) -> Bool {
    size <= limits.mapped - min(limits.mapped, totals.mapped)
      && (!table.areData[Int(region.columns)]
        || size <= limits.data - min(limits.data, totals.data))
  }

  /// Moves the end of the brk heap, which grows while a page stays free between it and the next
  /// mapping, and its guard gap; where nothing tells where it begins there is none.
  public mutating func moveBreak(to end: Address) -> Bool {
    guard startOfBreak > 0, end >= startOfBreak,
      let old = programBreak.roundedUp(to: layout.pageSize)?.value,
      let new = end.roundedUp(to: layout.pageSize)?.value,
      let first = startOfBreak.roundedUp(to: layout.pageSize)?.value
    else { return false }
    if new > old {
      guard allowsBreak(old, new) else { return false }
      // A heap that begins does not merge with the program's data that it touches.
      if first == old { setApart(below: old) }
      put(
        Stretch(
          lower: old, upper: new, origin: old, columns: table.place(of: Self.heap),
          group: 0, state: .committed))
    } else if new < old {
      guard let stretch = stretches[stretches.position(above: new)], stretch.lower < old else {
        return false
      }
      edit(new, old) { _, _ in false }
      if first == new { setApart(below: new, false) }
    }
    programBreak = end
    return true
  }

  private func allowsBreak(_ old: UInt64, _ new: UInt64) -> Bool {
    let size = new - old
    let page = layout.pageSize.value
    let position = stretches.position(above: old)
    if let next = stretches[position] {
      let open = next.lower - min(next.lower, guardSize(at: next.lower))
      if next.lower < new || new + page > open { return false }
    }
    return new <= layout.space.upper.value && regionCount <= limits.regions
      && size <= limits.mapped - min(limits.mapped, totals.mapped)
      && size <= limits.data - min(limits.data, totals.data)
  }

  /// The kernel labels it by where it lies.
  private static let heap = StretchTable.Columns(owner: "brk heap", access: [.read, .write])
}
