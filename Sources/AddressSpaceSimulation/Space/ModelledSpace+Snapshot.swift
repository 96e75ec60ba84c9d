public import AddressSpace

extension ModelledSpace {
  /// The space of a room: what is mapped there, under its layout.
  ///
  /// What a map does not tell is taken so: private memory that can be written to was promised and
  /// written to; none of it is counted as resident.
  public init(_ room: Room) {
    self.init(room.layout, facts: room.facts)
    for region in room.regions + room.outside where !region.isBlocked {
      add(region)
    }
    programBreak = room.endOfBreak ?? startOfBreak
    if room.facts.startOfBreak == nil { startOfBreak = programBreak }
    if let limits = facts.limits {
      self.limits = SpaceLimits(limits, committed: totals.committed)
    }
  }

  /// Adds a mapping that a map shows; it stays one by itself.
  mutating func add(_ region: Region) {
    let isHeap = region.name == "[heap]"
    let columns = StretchTable.Columns(
      owner: isHeap ? "brk heap" : "", access: region.access, traits: region.traits,
      inode: region.inode, name: isHeap ? "" : region.name, kind: isWindows ? region.kind : nil)
    let place = table.place(of: columns)
    let isWritten = table.areWritten[Int(place)]
    let isPromised = isWindows ? region.isUnnamed && !region.access.isNone : isWritten
    var stretch = Stretch(
      lower: region.range.lower.value, upper: region.range.upper.value,
      origin: columns.hasOffset ? region.offset : region.range.lower.value, columns: place,
      group: 0, state: isPromised && !region.traits.contains(.noReserve) ? .committed : [])
    let below = stretches.before(stretches.position(above: stretch.lower)).flatMap { stretches[$0] }
    if below.map({ isOne($0, stretch) }) == true, !isWritten {
      // Such as what can only be read since it was relocated: it still counts as promised.
      stretch.state.formSymmetricDifference(.committed)
    }
    if isWindows || isWritten {
      groups += 1
      stretch.group = groups
    }
    put(stretch)
  }

  /// The space as its system would show it, with who uses what of it.
  public func snapshot(name: String? = nil) -> Snapshot {
    var facts = facts
    facts.startOfBreak = startOfBreak > 0 ? startOfBreak : facts.startOfBreak
    facts.contents = ContentFacts(owned, isComplete: true)
    facts.held = HeldMemory(resident: residentBytes, committed: committedBytes)
    var kinds: [AddressRange: Region.Kind] = [:]
    var regions: [Region] = []
    regions.reserveCapacity(regionCount)
    var stack: Int?
    forEachRegion { stretch in
      guard let region = region(stretch) else { return }
      if region.name == "[stack]" {
        // The kernel names what its end lies in; what was cut off below has no name.
        if let stack { regions[stack] = regions[stack].unnamedStack }
        stack = regions.count
      }
      regions.append(region)
      if let kind = table[stretch.columns].kind { kinds[region.range] = kind }
    }
    regions += reservations
    return Snapshot(
      source: Source(kind: .simulation, name: name), map: AddressMap.assembling(regions).map,
      facts: facts, kinds: kinds)
  }

  /// The space and its layout, as everything is asked of it.
  public var room: Room {
    let snapshot = snapshot()
    return Room(map: snapshot.map, layout: layout, facts: snapshot.facts)
  }

  /// The room as far as placing in it goes. On Windows, where nobody counts mappings, what touches is
  /// one region: thousands of parts of heaps are a few dozen then.
  var outline: Room {
    guard isWindows else { return room }
    var regions: [Region] = []
    for chunk in stretches.chunks {
      for stretch in chunk {
        let touches = regions.last?.range.upper.value == stretch.lower
        let lower = touches ? regions.popLast()?.range.lower : Address(stretch.lower)
        guard let lower, let range = AddressRange(lower, Address(stretch.upper)) else { continue }
        regions.append(Region(range: range))
      }
    }
    return Room(map: AddressMap.assembling(regions).map, layout: layout, facts: facts)
  }

  /// What Wine has reserved and not handed out: a map shows it, and tells the layout by it.
  private var reservations: [Region] {
    guard layout.system == .wine, let areas = layout.searches.last?.excluded else { return [] }
    let free = freeRanges
    return areas.flatMap { area in
      free.compactMap { $0.clamped(to: area) }.map {
        Region(range: $0, access: [], traits: .noReserve)
      }
    }
  }

  private func forEachRegion(_ body: (Stretch) -> Void) {
    var current: Stretch?
    for chunk in stretches.chunks {
      for stretch in chunk {
        if let last = current, isOne(last, stretch) {
          current?.upper = stretch.upper
        } else {
          if let last = current { body(last) }
          current = stretch
        }
      }
    }
    if let last = current { body(last) }
  }

  private func region(_ stretch: Stretch) -> Region? {
    guard let range = AddressRange(Address(stretch.lower), Address(stretch.upper)) else {
      return nil
    }
    let columns = table[stretch.columns]
    let isHeap =
      columns.name.isEmpty && columns.inode == 0
      && range.lower < programBreak && range.upper > startOfBreak
    return Region(
      range: range, access: columns.access, offset: columns.hasOffset ? stretch.origin : 0,
      inode: columns.inode, name: isHeap ? "[heap]" : columns.name, traits: columns.traits)
  }

  /// Who uses the memory that a map does not name.
  private var owned: [ContentFacts.Piece] {
    var pieces: [ContentFacts.Piece] = []
    for stretch in stretches.chunks.joined() {
      let columns = table[stretch.columns]
      guard !columns.owner.isEmpty, columns.name.isEmpty,
        let range = AddressRange(Address(stretch.lower), Address(stretch.upper))
      else { continue }
      let origin = Origin(Origin.Owner(named: columns.owner), .certain)
      if let last = pieces.last, last.range.upper == range.lower, last.origin == origin,
        let joined = AddressRange(last.range.lower, range.upper)
      {
        pieces[pieces.count - 1] = ContentFacts.Piece(joined, origin)
      } else {
        pieces.append(ContentFacts.Piece(range, origin))
      }
    }
    return pieces
  }
}

extension Region {
  /// A part of a stack that is none any more.
  fileprivate var unnamedStack: Region {
    Region(range: range, access: access, traits: traits.union(.growsDown))
  }
}
