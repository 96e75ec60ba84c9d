import AddressSpace

extension ModelledSpace {
  /// Puts a stretch where nothing is mapped.
  mutating func put(_ stretch: Stretch) {
    totals.add(stretch, table)
    takeFree(stretch.lower, stretch.upper)
    regionCount -= starts(stretch.lower, stretch.upper)
    let position = stretches.position(above: stretch.lower)
    stretches.insert(stretch, at: position)
    settle(stretch.lower, stretch.upper)
    regionCount += starts(stretch.lower, stretch.upper)
  }

  /// Changes what is mapped between two addresses, cut there; what `change` says no to goes.
  mutating func edit(
    _ lower: UInt64, _ upper: UInt64, _ change: (inout Stretch, inout StretchTable) -> Bool
  ) {
    regionCount -= starts(lower, upper)
    split(at: lower)
    split(at: upper)
    var position = stretches.position(above: lower)
    while let before = stretches[position], before.lower < upper {
      var after = before
      totals.remove(before, table)
      if change(&after, &table) {
        totals.add(after, table)
        stretches.set(after, at: position)
        position = stretches.after(position)
      } else {
        position = stretches.remove(at: position)
        giveFree(before.lower, before.upper)
      }
    }
    settle(lower, upper)
    regionCount += starts(lower, upper)
  }

  private mutating func split(at address: UInt64) {
    let position = stretches.position(above: address)
    guard var above = stretches[position], above.lower < address else { return }
    var below = above
    below.upper = address
    above.origin &+= address - above.lower
    above.lower = address
    stretches.set(above, at: position)
    stretches.insert(below, at: position)
  }

  /// Mappings outside the layout's space take nothing of it.
  private mutating func takeFree(_ lower: UInt64, _ upper: UInt64) {
    free.take(max(lower, layout.space.lower.value), min(upper, layout.space.upper.value))
  }

  private mutating func giveFree(_ lower: UInt64, _ upper: UInt64) {
    free.give(max(lower, layout.space.lower.value), min(upper, layout.space.upper.value))
  }
}

extension ModelledSpace {
  /// Whether `next` goes on where `stretch` ends as far as the system compares, groups left out.
  private func isAlike(_ stretch: Stretch, _ next: Stretch) -> Bool {
    stretch.upper == next.lower && stretch.origin &+ stretch.size == next.origin
      && table.merging[Int(stretch.columns)] == table.merging[Int(next.columns)]
      && stretch.state.contains(.committed) == next.state.contains(.committed)
  }

  /// Whether the system has one mapping for both.
  func isOne(_ stretch: Stretch, _ next: Stretch) -> Bool {
    stretch.group == next.group && isAlike(stretch, next)
  }

  /// How many mappings begin between two addresses, both counted.
  private func starts(_ lower: UInt64, _ upper: UInt64) -> Int {
    var position = stretches.position(above: lower)
    var before = stretches.before(position).flatMap { stretches[$0] }
    var count = 0
    while let stretch = stretches[position], stretch.lower <= upper {
      if stretch.lower >= lower, before.map({ !isOne($0, stretch) }) ?? true { count += 1 }
      before = stretch
      position = stretches.after(position)
    }
    return count
  }

  /// Joins what has become alike between two addresses, both counted.
  ///
  /// A mapping whose pages nobody keeps track of yet merges with any that is alike, and is kept track
  /// of as that is (`is_mergeable_anon_vma`); two that were written to before they met stay two.
  private mutating func settle(_ lower: UInt64, _ upper: UInt64) {
    var position = stretches.position(above: lower)
    if let before = stretches.before(position) { position = before }
    while let stretch = stretches[position] {
      let next = stretches.after(position)
      guard let above = stretches[next], above.lower <= upper else { return }
      if stretch.group != above.group, stretch.group == 0 || above.group == 0,
        isAlike(stretch, above)
      {
        if stretch.group == 0 {
          setGroup(above.group, of: stretch, at: position)
        } else {
          setGroup(stretch.group, of: above, at: next)
        }
      }
      if let stretch = stretches[position], let above = stretches[next], stretch.isSame(as: above) {
        var joined = stretch
        joined.upper = above.upper
        stretches.remove(at: next)
        stretches.set(joined, at: position)
      } else {
        position = next
      }
    }
  }

  /// Gives the whole mapping that a stretch is part of its group; it has none yet.
  mutating func setGroup(
    _ group: UInt32, of stretch: Stretch, at start: ChunkedList<Stretch>.Position
  ) {
    changeMapping(stretch, at: start) { $0.group = group }
  }

  /// Keeps what ends at `address` from merging with what will begin there, as the kernel does where
  /// it makes a mapping without looking at the one below; or lets it merge again.
  mutating func setApart(below address: UInt64, _ isApart: Bool = true) {
    guard let position = stretches.before(stretches.position(above: address)),
      let stretch = stretches[position], stretch.upper == address
    else { return }
    // Numbers of pages that go on with none of the space's.
    let bit: UInt64 = 1 << 62
    changeMapping(stretch, at: position) { stretch in
      stretch.origin = isApart ? stretch.origin | bit : stretch.origin & ~bit
    }
  }

  /// Changes all stretches of a mapping alike.
  private mutating func changeMapping(
    _ stretch: Stretch, at start: ChunkedList<Stretch>.Position, _ change: (inout Stretch) -> Void
  ) {
    var changed = [(start, stretch)]
    var (position, first) = (start, stretch)
    while let below = stretches.before(position), let piece = stretches[below], isOne(piece, first)
    {
      changed.append((below, piece))
      (position, first) = (below, piece)
    }
    var last = stretch
    position = stretches.after(start)
    while let piece = stretches[position], isOne(last, piece) {
      changed.append((position, piece))
      (position, last) = (stretches.after(position), piece)
    }
    for (position, piece) in changed {
      var piece = piece
      change(&piece)
      stretches.set(piece, at: position)
    }
  }
}
