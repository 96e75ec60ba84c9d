import AddressSpace

extension ModelledSpace {
  /// Puts a stretch where nothing is mapped.
  mutating func put(_ stretch: Stretch) {
    totals.add(stretch, table)
    takeFree(stretch.lower, stretch.upper)
    let position = stretches.position(above: stretch.lower)
    regionCount -= starts(stretch.lower, stretch.upper, from: position)
    settle(stretch.lower, stretch.upper, from: stretches.insert(stretch, at: position))
  }

  /// Changes what is mapped between two addresses, cut there; what `change` says no to goes.
  mutating func edit(
    _ lower: UInt64, _ upper: UInt64, _ change: (inout Stretch, inout StretchTable) -> Bool
  ) {
    var position = stretches.position(above: lower)
    regionCount -= starts(lower, upper, from: position)
    if let stretch = stretches[position], stretch.lower < lower {
      position = split(stretch, at: lower, position)
      position = stretches.after(position)
    }
    var kept = 0
    while let stretch = stretches[position], stretch.lower < upper {
      var before = stretch
      if stretch.upper > upper {
        position = split(stretch, at: upper, position)
        before.upper = upper
      }
      var after = before
      totals.remove(before, table)
      if change(&after, &table) {
        totals.add(after, table)
        stretches.set(after, at: position)
        position = stretches.after(position)
        kept += 1
      } else {
        position = stretches.remove(at: position)
        giveFree(before.lower, before.upper)
      }
    }
    for _ in 0..<kept { position = stretches.before(position) ?? position }
    settle(lower, upper, from: position)
  }

  /// Cuts a stretch at an address in it.
  ///
  /// - Returns: where its lower part is then; the upper one is behind that.
  private mutating func split(
    _ stretch: Stretch, at address: UInt64, _ position: ChunkedList<Stretch>.Position
  ) -> ChunkedList<Stretch>.Position {
    var (below, above) = (stretch, stretch)
    below.upper = address
    above.origin &+= address - stretch.lower
    above.lower = address
    stretches.set(above, at: position)
    return stretches.insert(below, at: position)
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

  /// How many mappings begin between two addresses, both counted, of which no stretch before
  /// `position` does.
  private func starts(
    _ lower: UInt64, _ upper: UInt64, from position: ChunkedList<Stretch>.Position
  ) -> Int {
    var position = position
    var before = stretches.before(position).flatMap { stretches[$0] }
    var count = 0
    while let stretch = stretches[position], stretch.lower <= upper {
      if stretch.lower >= lower, before.map({ !isOne($0, stretch) }) ?? true { count += 1 }
      before = stretch
      position = stretches.after(position)
    }
    return count
  }

  /// Joins what has become alike between two addresses, both counted, of which no stretch before
  /// `start` lies, and counts the mappings that begin there.
  ///
  /// A mapping whose pages nobody keeps track of yet merges with any that is alike, and is kept track
  /// of as that is (`is_mergeable_anon_vma`); two that were written to before they met stay two.
  private mutating func settle(
    _ lower: UInt64, _ upper: UInt64, from start: ChunkedList<Stretch>.Position
  ) {
    let first = stretches.before(start) ?? start
    join(from: first, upTo: upper)
    regionCount += starts(lower, upper, from: first)
  }

  /// Nothing before `first` moves.
  private mutating func join(from first: ChunkedList<Stretch>.Position, upTo upper: UInt64) {
    var position = first
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
