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
    let vector = threads.vector
    let started =
      room.layout.system == .linux
      ? started(footprint, vector, limit: limit, budget: nil)
      : startedWindows(footprint, limit: limit)
    let inSpace = idle + started.count
    let budget = room.layout.system == .linux ? Budget(room) : nil
    let walled = budget.map { self.started(footprint, vector, limit: limit, budget: $0) } ?? started
    let walls =
      resourceWalls(footprint, vector, idle: idle, inSpace: inSpace, budget)
      + (room.facts.threads?.walls ?? [])
    let least = walls.map(\.fits).min() ?? inSpace
    let fits = min(idle + walled.count, least)
    let free = room.freeBytes
    let contiguous = free.value / max(1, footprint.bytes.value) + idle
    let used = ByteCount(fits - min(fits, idle)).multiplied(by: footprint.bytes.value) ?? free
    let isCounted = fits < idle + walled.count ? isCertain(walls, fits) : walled.isExact
    return BufferForecast(
      request: request.with(bytes: threads.stack(request.bytes).bytes), allocator: allocator,
      footprint: footprint.bytes, fits: fits, fitsIfContiguous: max(contiguous, inSpace),
      unusableFree: free.lowered(by: used),
      isExact: isCounted && room.isExact && footprint.isExact
        && (reusable != nil || room.layout.system != .linux),
      heapFits: reusable.map { min(fits, UInt64($0.count)) },
      verdict: verdict(fits: fits, inSpace: inSpace, contiguous: contiguous),
      placements: Array(
        ((reusable ?? []) + walled.places).prefix(Int(clamping: fits)).prefix(limit)),
      largestLeft: largestReachable(of: walled.left),
      walls: walls.map { $0.fits == least ? $0.with(fits: fits) : $0 },
      warnings: room.memoryWarnings(fits: fits, footprint: footprint.bytes))
  }

  /// Whether the wall that refuses the next thread lets others take nothing meanwhile: tasks' numbers
  /// are taken by all processes.
  private func isCertain(_ walls: [Wall], _ fits: UInt64) -> Bool {
    walls.contains { $0.fits == fits && $0.name != .taskNumbers }
  }

  /// Address space, and the walls of memory and mappings, each counted as if it stood alone.
  private func resourceWalls(
    _ footprint: Footprint, _ vector: HeapGrowth?, idle: UInt64, inSpace: UInt64, _ budget: Budget?
  ) -> [Wall] {
    WallFinder(room: room, footprint: footprint, heapFits: idle)
      .walls(open: inSpace, fits: 0)
      .map { wall in
        guard wall.name != .addressSpace, let budget else { return wall }
        let alone = started(footprint, vector, limit: 0, budget: budget.alone(wall.name))
        return wall.with(fits: idle + alone.count)
      }
  }

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
    _ footprint: Footprint, _ chunk: HeapGrowth?, limit: Int, budget: Budget?
  ) -> Started {
    var block = footprint.blocks.first ?? Block(size: room.layout.pageSize)
    // A 64-bit space holds so many that only a bound is counted: a page each is more than malloc
    // takes for them.
    if room.layout.wordSize == .bits64 { block.size += room.layout.pageSize }
    let known = room.facts.heap.flatMap { heap in chunk.map { heap.pieces(of: $0.chunk) } } ?? 0
    var fill = ThreadFill(block, chunk: chunk, in: room, freeChunks: known, budget: budget)
    let count = fill.run(most: .max, places: limit)
    return Started(
      count: count, places: fill.places, left: fill.pieces,
      isExact: !fill.endedByHeap && !dependsOnHeap(block, chunk, count, budget)
        && !(fill.endedByMappings && mayMerge(block)))
  }

  /// Whether the first stack may become part of what lies above it, and so cost a mapping less.
  private func mayMerge(_ block: Block) -> Bool {
    let spans = room.freeSpans.compactMap(\.placeable)
    let rules = MergeRules(room)
    return Placement(of: block, in: spans, by: room.layout.searches).runs.contains { run in
      run.hull.map { rules.above($0.upper) != .never } ?? false
    }
  }

  /// Whether more could start were all of the heap free: what small chunks are free in it was not
  /// read, and an unread heap may have any.
  private func dependsOnHeap(
    _ block: Block, _ chunk: HeapGrowth?, _ count: UInt64, _ budget: Budget?
  ) -> Bool {
    guard let chunk else { return false }
    let heap = room.regions.lazy.filter { $0.kind == .heap }.map(\.size).total()
    let inside = heap.lowered(by: room.facts.heap?.top ?? .zero)
    var free = ThreadFill(
      block, chunk: chunk, in: room, freeChunks: inside.value / chunk.chunk.value, budget: budget)
    return free.run(most: .max) != count
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
      if started.places.count < limit { started.places += ranges.prefix(1) }
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
