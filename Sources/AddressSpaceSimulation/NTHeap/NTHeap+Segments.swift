import AddressSpace

extension NTHeap {
  /// Makes a mapped stretch a segment, with its first pages committed for what describes it.
  mutating func add(
    _ range: AddressRange, header: UInt64, in system: inout some MemorySystem
  ) {
    let first = range.lower.value + header
    let committed =
      range.lower.value + (header + NTHeapRules.page - 1) / NTHeapRules.page
      * NTHeapRules.page
    let end = range.upper.value - min(rules.guardBytes.value, range.upper.value - committed)
    commit(range.lower.value..<committed, in: &system)
    let uncommitted = committed < end ? [committed..<end] : []
    let segment = Segment(range: range, first: first, uncommitted: uncommitted)
    let place = segments.firstIndex { $0 == nil } ?? segments.count
    if place == segments.count { segments.append(segment) } else { segments[place] = segment }
    let index = byAddress.partitioningIndex {
      segments[$0].map { $0.range.lower > range.lower } ?? false
    }
    byAddress.insert(place, at: index)
    free.insert(first, committed - first)
  }

  /// Reserves a segment in which a block has room: as much as is next, or half of it again and again
  /// as far down as the block allows.
  mutating func addSegment(for block: UInt64, in system: inout some MemorySystem) -> Bool {
    guard byAddress.count < rules.mostSegments else { return false }
    let least = ByteCount(block + NTHeapRules.page + rules.guardBytes.value)
      .roundedUp(to: Layout.windowsSlot)
    guard let least else { return false }
    var reserve = max(nextReserve, least)
    while true {
      if let range = system.map(reserve, .windows(Self.owner, .heap, isReserved: true)) {
        let next = nextReserve.adding(reserve) ?? nextReserve
        nextReserve = rules.largestReserve.map { min(next, $0) } ?? next
        add(range, header: rules.segmentHeader, in: &system)
        return true
      }
      guard reserve > max(least, rules.leastHalved) else { return false }
      reserve = max(least, ByteCount(reserve.value / 2).roundedDown(to: Layout.windowsSlot))
    }
  }

  /// Commits pages in which a block has room, in the first segment that has them.
  mutating func commitPages(for block: UInt64, in system: inout some MemorySystem) -> Bool {
    let size = (block + NTHeapRules.page - 1) / NTHeapRules.page * NTHeapRules.page
    for place in segments.indices {
      guard let pieces = segments[place]?.uncommitted,
        let index = pieces.firstIndex(where: { $0.upperBound - $0.lowerBound >= size })
      else { continue }
      let piece = pieces[index]
      let taken = piece.lowerBound..<piece.lowerBound + size
      if taken.upperBound == piece.upperBound {
        segments[place]?.uncommitted.remove(at: index)
      } else {
        segments[place]?.uncommitted[index] = taken.upperBound..<piece.upperBound
      }
      commit(taken, in: &system)
      free.insert(taken.lowerBound, size)
      return true
    }
    return false
  }

  /// Gives whole pages back to the system; their addresses stay the segment's.
  mutating func decommit(_ pages: Range<UInt64>, in system: inout some MemorySystem) {
    guard let place = segment(of: pages.lowerBound),
      let range = AddressRange(Address(pages.lowerBound), Address(pages.upperBound)),
      var pieces = segments[place]?.uncommitted
    else { return }
    system.discard(range)
    var index = pieces.partitioningIndex { $0.lowerBound > pages.lowerBound }
    var whole = pages
    if index < pieces.count, pieces[index].lowerBound == whole.upperBound {
      whole = whole.lowerBound..<pieces[index].upperBound
      pieces.remove(at: index)
    }
    if index > 0, pieces[index - 1].upperBound == whole.lowerBound {
      index -= 1
      whole = pieces[index].lowerBound..<whole.upperBound
      pieces.remove(at: index)
    }
    pieces.insert(whole, at: index)
    segments[place]?.uncommitted = pieces
  }

  /// Notes a block more or less; a segment without any gives its addresses back.
  mutating func count(_ difference: Int, at address: UInt64, in system: inout some MemorySystem) {
    guard let place = segment(of: address) else { return }
    segments[place]?.blocks += difference
    guard let segment = segments[place], segment.blocks == 0, rules.releasesSegments, place > 0
    else { return }
    var at = segment.first
    var pieces = segment.uncommitted[...]
    while at < segment.range.upper.value {
      if let size = free.remove(at) {
        at += size
      } else if let piece = pieces.first {
        at = piece.upperBound
        pieces.removeFirst()
      } else {
        break
      }
    }
    system.unmap(segment.range)
    segments[place] = nil
    byAddress.removeAll { $0 == place }
  }

  /// The place of the segment that holds an address.
  func segment(of address: UInt64) -> Int? {
    let index = byAddress.partitioningIndex {
      segments[$0].map { $0.range.lower.value > address } ?? false
    }
    return index > 0 ? byAddress[index - 1] : nil
  }

  private func commit(_ pages: Range<UInt64>, in system: inout some MemorySystem) {
    guard let range = AddressRange(Address(pages.lowerBound), Address(pages.upperBound)) else {
      return
    }
    system.commit(range)
  }
}
