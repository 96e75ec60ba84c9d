extension Forecaster {
  /// How many more threads can start, with the places of the first stacks.
  ///
  /// Stacks that ended threads left come first, then new ones; besides address space the limits on
  /// tasks bound them.
  func threads(
    _ request: BufferRequest, placements limit: Int
  ) throws(AllocatorError) -> BufferForecast {
    let allocator = Allocator(room.layout.system == .linux ? .mmap : .virtualalloc)
    let model = FootprintModel(allocator: allocator, layout: room.layout, facts: room.facts)
    let footprint = try model.footprint(of: request)
    let threads = ThreadModel(layout: room.layout, facts: room.facts)
    let reusable = room.facts.threads?.idleStacks.map { threads.reusable(for: request, among: $0) }
    let idle = UInt64(reusable?.count ?? 0)
    let open = started(footprint, budget: nil)
    let inSpace = idle + open.count
    let limits = resourceWalls(footprint, idle: idle, open: inSpace)
    let tasks = room.facts.threads?.walls ?? []
    let others = limits.map(\.wall) + tasks
    let fits = min(inSpace, others.map(\.fits).min() ?? inSpace)
    // Only the places of those that start: a 64-bit space has millions more.
    let new = fits - min(fits, idle)
    let places = limit > 0 ? started(footprint, limit: limit, most: new, budget: nil).places : []
    let used = ByteCount(new).multiplied(by: footprint.bytes.value)
    let free = room.freeBytes
    let contiguous = free.value / max(1, footprint.bytes.value) + idle
    let first = Wall(
      .addressSpace, limit: .bytes(room.layout.space.size), used: .bytes(room.mappedBytes),
      fits: inSpace)
    let isKnown =
      footprint.isExact && (reusable != nil || room.layout.system != .linux)
    // Walls that count tasks do not depend on what a thread costs.
    let isExact =
      tasks.contains { $0.fits == fits && $0.name != .taskNumbers }
      || isKnown && limits.contains { $0.wall.fits == fits && $0.isExact }
      || isKnown && open.isExact && room.isExact && fits == inSpace
    return BufferForecast(
      request: request.with(bytes: threads.stack(request.bytes).bytes), allocator: allocator,
      footprint: footprint.bytes, fits: fits, fitsIfContiguous: max(contiguous, fits),
      unusableFree: free.lowered(by: used ?? free), isExact: isExact,
      heapFits: reusable.map { min(fits, UInt64($0.count)) },
      verdict: verdict(fits: fits, inSpace: inSpace, contiguous: contiguous),
      placements: Array(((reusable ?? []) + places).prefix(min(Int(clamping: fits), limit))),
      largestLeft: largestReachable(of: open.left), walls: [first] + others,
      warnings: room.memoryWarnings(fits: fits, footprint: footprint.bytes),
      isUpperBound: room.isUpperBound)
  }

  /// What each wall that counts bytes or mappings allows, as if it stood alone.
  private func resourceWalls(
    _ footprint: Footprint, idle: UInt64, open: UInt64
  ) -> [(wall: Wall, isExact: Bool)] {
    guard let budget = Budget(room) else { return [] }
    let known = WallFinder(room: room, footprint: footprint, heapFits: idle)
      .walls(open: open, fits: 0).dropFirst()
    if room.layout.system == .wine {
      return known.map { wall in
        let least = min(open, leastOfWine(wall.name, budget, each: footprint.bytes))
        return (wall.with(fits: least), least == open)
      }
    }
    return known.map { wall in
      var alone = Budget()
      alone.hasHeap = budget.hasHeap
      switch wall.name {
      case .resourceAddressSpace: alone.space = budget.space
      case .resourceData: (alone.data, alone.growth) = (budget.data, budget.growth)
      case .mapCount: alone.mappings = budget.mappings
      case .overcommit:
        (alone.promised, alone.largestRequest) = (budget.promised, budget.largestRequest)
      default: break
      }
      let started = self.started(footprint, budget: alone)
      return (wall.with(fits: idle + started.count), started.isExact)
    }
  }

  /// How many threads a wall lets Wine start at least: what it has reserved is mapped already, but
  /// which of it a thread gets is not followed.
  private func leastOfWine(_ wall: Wall.Name, _ budget: Budget, each: ByteCount) -> UInt64 {
    func count(_ bytes: ByteCount) -> UInt64 {
      bytes.lowered(by: ThreadModel.wineTeb.multiplied(by: ThreadModel.wineTebs) ?? .zero).value
        / max(1, each.value)
    }
    switch wall {
    case .resourceAddressSpace: return count(budget.space)
    case .resourceData: return count(budget.data)
    case .overcommit: return budget.largestRequest < each ? 0 : count(budget.promised)
    case .mapCount: return UInt64(max(0, budget.mappings)) / Self.wineMappings
    default: return .max
    }
  }

  /// The most mappings that a thread of Wine's makes: guards, stacks, blocks, and what is left of the
  /// reservations that they were cut from.
  private static let wineMappings: UInt64 = 10

  private func verdict(
    fits: UInt64, inSpace: UInt64, contiguous: UInt64
  ) -> BufferForecast.Verdict {
    if fits > 0 { return .fits }
    if inSpace > 0 { return .limited }
    return contiguous > 0 ? .fragmented : .exhausted
  }

  private struct Started {
    var count: UInt64
    var places: [AddressRange]
    var left: [AddressRange]
    var isExact: Bool
  }

  private func started(
    _ footprint: Footprint, limit: Int = 0, most: UInt64 = .max, budget: Budget?
  ) -> Started {
    guard room.layout.system == .linux else { return startedWindows(footprint, limit: limit) }
    let threads = ThreadModel(layout: room.layout, facts: room.facts)
    var block = footprint.blocks.first ?? Block(size: room.layout.pageSize)
    var chunk: HeapGrowth? = threads.vector
    // A 64-bit space holds so many that only a bound is counted where no other wall is near: a page
    // each is more than malloc takes for them.
    if room.layout.wordSize == .bits64,
      budget.map({ $0.threads(of: block.size, guard: room.layout.pageSize) > Self.mostSimulated })
        ?? true
    {
      block.size += room.layout.pageSize
      chunk = nil
    }
    let known = room.facts.heap.flatMap { heap in chunk.map { heap.pieces(of: $0.chunk) } } ?? 0
    // Which small chunks are free in the heap was not read, and an unread heap may have any.
    let heap = room.regions.lazy.filter { $0.kind == .heap }.map(\.size).total()
    let inside = heap.lowered(by: room.facts.heap?.top ?? .zero)
    func filled(_ freeChunks: UInt64) -> (fill: ThreadFill, count: UInt64) {
      var fill = ThreadFill(block, chunk: chunk, in: room, freeChunks: freeChunks)
      fill.budget = budget
      let count = fill.run(most: most, places: limit)
      return (fill, count)
    }
    let (fill, count) = filled(known)
    let hopeful = chunk.map { filled(inside.value / $0.chunk.value).count } ?? count
    return Started(
      count: count, places: fill.places, left: fill.pieces,
      isExact: hopeful == count && (budget != nil || !fill.endedByHeap))
  }

  /// Threads of Windows programs: several blocks each, or under Wine one, and another for the
  /// environment blocks of each 32.
  private func startedWindows(_ footprint: Footprint, limit: Int) -> Started {
    guard room.layout.system == .wine else {
      return startedWindows(footprint, shared: nil, left: .max, limit: limit)
    }
    var each = footprint
    each.blocks.removeLast()
    let size = ByteCount(ThreadModel.wineTebs * ThreadModel.wineTeb.value)
    let shared = Footprint(blocks: [Block(size: size)])
    let left = wineTebsLeft
    let runs =
      (left.lowerBound == left.upperBound ? [left.lowerBound] : [left.lowerBound, left.upperBound])
      .map { startedWindows(each, shared: shared, left: $0, limit: limit) }
    var least = runs.min { $0.count < $1.count } ?? runs[0]
    least.isExact = footprint.isExact && runs.allSatisfy { $0.count == least.count }
    return least
  }

  private func startedWindows(
    _ each: Footprint, shared: Footprint?, left: UInt64, limit: Int
  ) -> Started {
    let smallest = (each.blocks + (shared?.blocks ?? [])).map(\.size).min() ?? .zero
    var pool = SpanPool(room, smallest: smallest)
    var started = Started(count: 0, places: [], left: [], isExact: each.isExact)
    var left = left
    while started.count < Self.mostSimulated {
      if left == 0, let shared {
        guard pool.place(shared) != nil else { break }
        left = ThreadModel.wineTebs
      }
      guard let ranges = pool.place(each) else { break }
      left -= 1
      started.count += 1
      // Under WOW64 the program's own stack is the second.
      let own = each.blocks.count > 2 ? 1 : 0
      if started.places.count < limit { started.places += ranges.dropFirst(own).prefix(1) }
    }
    started.left = pool.pieces
    return started
  }

  /// How many environment blocks are left in Wine's blocks of 32, the least and the most there may be.
  ///
  /// The first block holds the process's own block too. That of an ended thread is free, but for the
  /// last that ended.
  private var wineTebsLeft: ClosedRange<UInt64> {
    let most = UInt64(1) << 32
    guard let threads = room.facts.threads, threads.count < most else { return 0...0 }
    let made = threads.environments.map { min($0, most) }
    let atOnce = max(made ?? threads.count, threads.count)
    let each = ThreadModel.wineTebs
    let all = (atOnce + 1 + each - 1) / each * each - 1
    let free = all - threads.count
    if made == threads.count { return free...free }
    return (free > 0 ? free - 1 : 0)...(made == nil ? free + each : free)
  }
}

extension HeapFacts {
  /// How many chunks of this size its free chunks hold, as far as they are known.
  fileprivate func pieces(of chunk: ByteCount) -> UInt64 {
    let large = freeChunks.reduce(0) { $0 &+ $1.size.value / chunk.value }
    return otherChunks.reduce(large) { sum, other in
      let each = other.size.value / chunk.value
      let (product, overflow) = each.multipliedReportingOverflow(by: other.count)
      let (total, carried) = sum.addingReportingOverflow(product)
      return overflow || carried ? sum : total
    }
  }
}
