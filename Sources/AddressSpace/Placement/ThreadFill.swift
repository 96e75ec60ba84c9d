/// Threads that are started one after the other until one is refused: each takes a stack from the
/// system, then a small chunk from malloc's heap, which now and then has to grow for it.
struct ThreadFill {
  /// A thread's stack.
  let block: Block
  /// Where the system looks.
  let searches: [Layout.Search]
  /// The chunk that each takes, nil where that makes no difference.
  let chunk: HeapGrowth?
  /// Whether refills that malloc maps in the heap's place hold only one chunk and the pad, but for
  /// the first: so they do in glibc 2.35 to 2.37.
  let hasSmallRefills: Bool
  let page: ByteCount

  /// What is free, in address order.
  private(set) var pieces: [AddressRange]
  /// Where the heap ends, nil where it may not grow.
  var endOfBreak: Address?
  /// What is unused at the heap's end.
  var unused: ByteCount
  /// Whether the heap is in one piece.
  var isContiguous: Bool
  /// How many chunks are served by what else is free in the heap.
  var freeChunks: UInt64
  /// What the other walls leave.
  var budget: Budget?
  private var hasRefilled = false
  /// Whether the heap was what refused the last one.
  private(set) var endedByHeap = false
  /// Where stacks went, as many as were wanted.
  private(set) var places: [AddressRange] = []

  init(
    _ block: Block, chunk: HeapGrowth?, in room: Room, freeChunks: UInt64
  ) {
    self.block = block
    self.chunk = chunk
    self.freeChunks = freeChunks
    searches = room.layout.searches
    page = room.layout.pageSize
    hasSmallRefills =
      room.facts.libcVersion.map { (LibcVersion(2, 35)...LibcVersion(2, 37)).contains($0) } ?? false
    let end = room.endOfBreak
    endOfBreak = end
    unused = room.facts.heap?.top ?? .zero
    isContiguous = room.facts.heap?.isContiguous ?? true
    pieces = room.freeSpans.compactMap(\.placeable)
  }

  /// Starts as many as can be, but no more than `most`, and notes the first `limit` places.
  mutating func run(most: UInt64, places limit: Int = 0) -> UInt64 {
    var count: UInt64 = 0
    while count < most {
      let runs = Placement(of: block, in: pieces, by: searches).runs
      let room = min(runs.reduce(0) { $0 + $1.count }, most - count)
      let all = min(room, budget?.threads(of: block.size, guard: page) ?? room)
      guard let chunk else { return count + take(all, of: runs, limit) }
      let served = freeChunks + chunk.served(of: unused)
      if all <= served { return count + take(all, of: runs, limit) }
      // The stack comes first, then the chunk for which the heap has to grow.
      count += take(served + 1, of: runs, limit)
      unused = unused - ByteCount((served - freeChunks) * chunk.chunk.value)
      freeChunks = 0
      guard grow(chunk) else {
        // Another wall refuses the heap as it would soon refuse the stack.
        endedByHeap = true
        if places.count == Int(clamping: count) { places.removeLast() }
        return count - 1
      }
      unused = unused - chunk.chunk
    }
    return count
  }

  /// Takes the first `count` of what `runs` would place, or all.
  private mutating func take(_ count: UInt64, of runs: [PlacementRun], _ limit: Int) -> UInt64 {
    var rest = count
    for run in runs where rest > 0 {
      let taken = min(rest, run.count)
      rest -= taken
      var index: UInt64 = 0
      while index < taken, places.count < limit, let range = run.range(at: index) {
        places.append(range)
        index += 1
      }
      if let first = run.range(at: 0), let last = run.range(at: taken - 1) {
        budget?.start(taken, of: block.size, guard: page)
        take(AddressRange(min(first.lower, last.lower), max(first.upper, last.upper)))
      }
    }
    return count - rest
  }

  private mutating func take(_ range: AddressRange?) {
    guard let range, let index = pieces.firstIndex(where: { $0.contains(range.lower) }) else {
      return
    }
    let (below, above) = pieces[index].subtracting(range)
    pieces.replaceSubrange(index...index, with: [below, above].compactMap { $0 })
  }

  /// Lets the break rise for one more chunk, or maps a refill in its place where it cannot.
  private mutating func grow(_ chunk: HeapGrowth) -> Bool {
    let rest = isContiguous ? unused : .zero
    let mayGrow = budget?.heapRoom ?? ByteCount(.max)
    let needed = chunk.rise(unused: rest, page: page) ?? .zero
    // The kernel keeps a page free above the break.
    if needed <= mayGrow, let end = endOfBreak,
      // A heap that has not begun yet may begin in the middle of what is free.
      let piece = pieces.first(where: { $0.contains(end) }),
      piece.upper - end >= needed + page, let grown = AddressRange(end, end + needed)
    {
      take(grown)
      budget?.grow(by: needed)
      endOfBreak = grown.upper
      unused = rest + needed
      return true
    }
    let small = (chunk.chunk + chunk.pad).roundedUp(to: page) ?? .zero
    let size =
      hasSmallRefills && (hasRefilled || !isContiguous)
      ? small : max(small, GlibcMalloc.mapping)
    guard budget.map({ size <= $0.bytes && $0.mappings >= 0 }) ?? true,
      let run = Placement(of: Block(size: size), in: pieces, by: searches).runs.first,
      let range = run.range(at: 0)
    else { return false }
    take(range)
    budget?.take(size, mappings: 1)
    hasRefilled = true
    isContiguous = false
    unused = size
    return true
  }
}

extension HeapGrowth {
  /// How many chunks an unused end serves.
  fileprivate func served(of unused: ByteCount) -> UInt64 {
    unused.lowered(by: smallest).value / chunk.value
  }
}

extension Budget {
  /// How many threads the walls allow that count what a stack takes: its mapping with the guard, what
  /// of it can be written to, and two mappings, since stack and guard never merge.
  func threads(of size: ByteCount, guard guardSize: ByteCount) -> UInt64 {
    let stack = max(1, size.lowered(by: guardSize).value)
    guard size <= largestRequest, mappings >= 0 else { return 0 }
    let fewest = min(space.value / max(1, size.value), data.value / stack, promised.value / stack)
    return mappings == .max ? fewest : min(fewest, UInt64(mappings) / 2)
  }

  /// Takes what so many threads cost.
  fileprivate mutating func start(
    _ count: UInt64, of size: ByteCount, guard guardSize: ByteCount
  ) {
    func rest(_ left: ByteCount, _ each: ByteCount) -> ByteCount {
      left.value == .max ? left : left.lowered(by: each.multiplied(by: count) ?? left)
    }
    let stack = size.lowered(by: guardSize)
    space = rest(space, size)
    data = rest(data, stack)
    promised = rest(promised, stack)
    if mappings < .max { mappings -= 2 * Int64(clamping: count) }
  }
}
