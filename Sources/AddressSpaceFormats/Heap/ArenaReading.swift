import AddressSpace

/// One arena as far as it could be read.
struct ArenaReading {
  let state: ArenaState
  /// Where its top chunk begins once malloc has joined what it can, and how large that is.
  let topStart: UInt64
  let top: UInt64
  /// Where the top chunk ends.
  var end: UInt64 { topStart + top }
  private(set) var pieces: [AddressRange] = []
  private(set) var runs: [(start: UInt64, size: UInt64)] = []
  private(set) var used: UInt64 = 0
  /// Chunks that malloc has yet to put into a list because they come from fastbins.
  private(set) var joined: UInt64 = 0
  private(set) var isWhole: Bool
  /// What the last heap of a thread's arena can still grow by.
  private(set) var reserve: UInt64 = 0

  /// The facts to keep of it.
  var facts: ArenaFacts {
    ArenaFacts(
      pieces: pieces, used: ByteCount(used),
      free: ByteCount(runs.reduce(top) { $0 + $1.size }), top: ByteCount(top),
      reserve: ByteCount(reserve), largest: ByteCount(runs.lazy.map(\.size).max() ?? 0),
      threads: state.threads, system: ByteCount(state.systemBytes), isWhole: isWhole)
  }

  /// Reads the main arena: the brk heap from `start` on, and the mappings that malloc took where the
  /// break could not rise. Nil where there is no top chunk.
  init?(
    main state: ArenaState, start: UInt64?, in map: AddressMap, _ memory: inout MemoryWindow
  ) {
    guard let size = Self.topSize(state, in: map, &memory) else { return nil }
    let rules = state.rules
    let heap = map.regions.last { $0.kind == .heap || $0.name == "[heap]" }?.range
    let base = min(map.regions.first?.range.lower.value ?? 0, state.top)
    var walk = ChunkWalk(
      rules: rules, state: state, isMain: true,
      base: rules.width == 4 ? base : min(start ?? state.top, state.top) & ~7)
    var found: [AddressRange] = []
    let topEnd = state.top + size
    if let start, let region = map.region(at: Address(start)) {
      // The last piece ends with the top; one that was left, with posts at a page's end.
      let isLast = start <= state.top && region.range.contains(Address(state.top))
      let limit = isLast ? topEnd : region.range.upper.value
      let end = walk.walk(from: rules.chunk(from: start), to: limit, isSure: true, &memory)
      switch end {
      case .top: found += [AddressRange(Address(start), Address(topEnd))].compactMap { $0 }
      case .fence(let post):
        found += [Self.piece(from: start, post: post, rules)].compactMap { $0 }
      case .odd: break
      }
    }
    func total() -> UInt64 { found.reduce(0) { $0 + $1.size.value } }
    if total() < state.systemBytes, !state.isContiguous {
      for region in map.regions.lazy.filter(Self.mayHoldPiece).prefix(Self.mostRegions)
      where total() < state.systemBytes && region.range != heap {
        found += Self.pieces(in: region.range, &walk, topEnd: topEnd, &memory)
      }
    }
    let free = FreeRuns(walk, fastbins: state.fastbins)
    self.state = state
    topStart = state.top - free.belowTop
    top = size + free.belowTop
    isWhole = free.isWhole && total() == state.systemBytes
    finish(walk, free, found)
  }

  /// Reads a thread's arena: its heaps, from the last one back to that which holds the state itself.
  init?(thread state: ArenaState, in map: AddressMap, _ memory: inout MemoryWindow) {
    guard let size = Self.topSize(state, in: map, &memory) else { return nil }
    let rules = state.rules
    let mask = ~(rules.heapSpan - 1)
    let firstHeap = state.address & mask
    let infoSize = state.address - firstHeap
    guard infoSize < 256, infoSize > 4 * rules.width - 1 else { return nil }
    var heaps: [AddressRange] = []
    var seen: Set<UInt64> = []
    var heap = state.top & mask
    var isWhole = true
    while heaps.count < Self.mostHeaps {
      guard seen.insert(heap).inserted, let info = memory.numbers(at: heap, count: 3),
        info[0] == state.address,
        info[2] > infoSize, info[2] <= rules.heapSpan,
        let range = AddressRange(Address(heap), Address(heap + info[2]))
      else {
        isWhole = false
        break
      }
      heaps.append(range)
      if info[1] == 0 || heap == firstHeap { break }
      heap = info[1] & mask
    }
    guard let last = heaps.first, heaps.last?.lower.value == firstHeap || !isWhole else {
      return nil
    }
    var walk = ChunkWalk(
      rules: rules, state: state, isMain: false,
      base: heaps.map(\.lower.value).min() ?? firstHeap)
    for range in heaps.sorted(by: { $0.lower < $1.lower }) {
      let start =
        range.lower.value == firstHeap
        ? rules.chunk(from: state.address + ArenaState.size(rules)) : range.lower.value + infoSize
      let end = walk.walk(from: start, to: range.upper.value, isSure: true, &memory)
      switch (end, range == last) {
      case (.top, true), (.fence, false): break
      default: isWhole = false
      }
    }
    let free = FreeRuns(walk, fastbins: state.fastbins)
    self.state = state
    topStart = state.top - free.belowTop
    top = size + free.belowTop
    self.isWhole =
      isWhole && free.isWhole && heaps.reduce(0) { $0 + $1.size.value } == state.systemBytes
    reserve = rules.heapSpan - min(rules.heapSpan, last.size.value)
    finish(walk, free, heaps)
  }

  private mutating func finish(_ walk: ChunkWalk, _ free: FreeRuns, _ found: [AddressRange]) {
    pieces = found.sorted { $0.lower < $1.lower }
    runs = free.runs
    used = walk.used - min(walk.used, free.fast)
    joined = free.joined
  }

  private static let mostRegions = 4096
  private static let mostHeaps = 1 << 16
}

extension ArenaReading {
  /// The size of the top chunk, nil where there is none that can be.
  private static func topSize(
    _ state: ArenaState, in map: AddressMap, _ memory: inout MemoryWindow
  ) -> UInt64? {
    guard !state.isEmpty, state.rules.isChunk(state.top),
      let field = memory.word(at: state.top + state.rules.width),
      let region = map.region(at: Address(state.top))
    else { return nil }
    let size = field & ~ChunkFlags.all
    guard size > 0, field & ChunkFlags.previousInUse != 0,
      size <= region.range.upper.value - state.top
    else { return nil }
    return size
  }

  private static func mayHoldPiece(_ region: Region) -> Bool {
    region.kind == .anonymous && region.access.contains([.read, .write])
  }

  /// The piece that begins at `start` and ends with posts, up to a page.
  private static func piece(
    from start: UInt64, post: UInt64, _ rules: ChunkRules
  ) -> AddressRange? {
    AddressRange(Address(start), Address((post + 2 * rules.header + 4095) & ~4095))
  }

  /// The pieces in one mapping. The kernel joins neighbours, so that there can be several, and
  /// chunks that are mappings by themselves between them.
  private static func pieces(
    in region: AddressRange, _ walk: inout ChunkWalk, topEnd: UInt64,
    _ memory: inout MemoryWindow
  ) -> [AddressRange] {
    let rules = walk.rules
    var found: [AddressRange] = []
    var place = region.lower.value
    while place < region.upper.value {
      let first = rules.chunk(from: place)
      guard let lead = memory.word(at: first), let field = memory.word(at: first + rules.width)
      else { break }
      if field & ChunkFlags.mapped != 0 {
        let size = field & ~ChunkFlags.all
        guard lead == first - place, size > 0, (size &+ lead) % 4096 == 0,
          size < region.upper.value - first
        else { break }
        place = first + size
        continue
      }
      // In another piece the top is only a place that the walk passes.
      let hasTop = region.contains(Address(walk.top)) && place <= walk.top
      let end = walk.walk(
        from: first, to: region.upper.value, isSure: false, &memory)
      switch end {
      case .fence(let post):
        guard let piece = piece(from: place, post: post, rules) else { return found }
        found.append(piece)
        place = piece.upper.value
      case .top:
        guard hasTop, let piece = AddressRange(Address(place), Address(topEnd)) else {
          return found
        }
        found.append(piece)
        place = topEnd
      case .odd: return found
      }
    }
    return found
  }
}
