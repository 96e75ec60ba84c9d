/// Free space that is handed out block by block, for requests that are not all alike.
struct SpanPool: Sendable {
  /// What is still free, in address order.
  private(set) var pieces: [AddressRange]
  private let searches: [Layout.Search]
  private let page: ByteCount
  private let smallest: ByteCount
  /// Where the brk heap ends, nil where it may not grow.
  private var endOfBreak: Address?
  private var heapTop: ByteCount
  private let isContiguous: Bool
  /// The free chunks of the heap, smallest first: the best fit is taken.
  private var freeChunks: [AddressRange]
  /// What the other walls still allow, nil where none is known.
  private var budget: Budget?
  private let merging: MergeRules?
  /// The ends of what was placed, which what touches it becomes part of.
  private var ends: Set<Address> = []
  /// Whether some block may have merged with what it touches, and was counted as if it had not.
  private var hasUncertain = false
  /// Whether the count of mappings decided, and more of them may have merged than is known.
  private(set) var mayMerge = false

  /// The pool of a room's free spans; no block of less than `smallest` bytes will be asked for.
  init(_ room: Room, smallest: ByteCount, budget: Budget? = nil) {
    self.budget = budget
    // Each block is a mapping at most.
    let isFar = budget.map { $0.mappings > Int64(Forecaster.mostSimulated) * 64 } ?? true
    merging = isFar ? nil : MergeRules(room)
    let end = room.endOfBreak
    pieces = room.freeSpans.compactMap { span in
      span.placeable.flatMap { $0.size >= smallest || $0.lower == end ? $0 : nil }
    }
    searches = room.layout.searches
    self.smallest = smallest
    page = room.layout.pageSize
    endOfBreak = end
    heapTop = room.facts.heap?.top ?? .zero
    isContiguous = room.facts.heap?.isContiguous ?? true
    freeChunks = (room.facts.heap?.freeChunks ?? []).sorted {
      ($0.size, $0.lower) < ($1.size, $1.lower)
    }
  }

  /// Takes all blocks of one buffer, or changes nothing and returns nil.
  mutating func place(_ footprint: Footprint) -> [AddressRange]? {
    let before = self
    if let growth = footprint.heapGrowth,
      let chunk = reuse(growth) ?? (growth.isFirst ? grow(growth) : nil)
    {
      return [chunk]
    }
    var placed: [AddressRange] = []
    for block in footprint.blocks {
      guard let range = place(block) ?? footprint.heapGrowth.flatMap({ grow($0) }) else {
        self = before
        return nil
      }
      placed.append(range)
    }
    return placed
  }

  /// Takes room for `count` small buffers that share blocks, or changes nothing and returns false.
  mutating func place(_ footprint: Footprint, buffers count: UInt64) -> Bool {
    let before = self
    var rest = count
    while rest > 0 {
      if let growth = footprint.heapGrowth, growth.isFirst, reuse(growth) ?? grow(growth) != nil {
        rest -= 1
      } else if footprint.blocks.allSatisfy({ place($0) != nil }) {
        rest -= min(rest, footprint.buffersPerSet)
      } else {
        self = before
        return false
      }
    }
    return true
  }

  private mutating func place(_ block: Block) -> AddressRange? {
    guard isAllowed(block) else { return nil }
    for search in searches {
      let order =
        search.direction == .bottomUp
        ? Array(pieces.indices) : pieces.indices.reversed()
      for index in order {
        let parts = search.parts(of: pieces[index])
        for part in search.direction == .bottomUp ? parts : parts.reversed() {
          guard let run = PlacementRun(of: block, in: part, by: search),
            let range = run.range(at: 0)
          else { continue }
          take(range, from: index)
          pay(for: range)
          return range
        }
      }
    }
    return nil
  }

  private mutating func take(_ range: AddressRange, from index: Int) {
    let (below, above) = pieces[index].subtracting(range)
    pieces.replaceSubrange(index...index, with: [below, above].compactMap { $0 }.filter(isOfUse))
  }

  /// Whether the smallest block fits, or the heap can grow into it: else each block that is placed
  /// behind it would look at it again.
  private func isOfUse(_ piece: AddressRange) -> Bool {
    piece.lower == endOfBreak
      || searches.contains { search in
        piece.lower.roundedUp(to: search.alignment).map {
          $0 < piece.upper && piece.upper - $0 >= smallest
        } ?? false
      }
  }

  /// Takes a chunk from what is free in the brk heap, without growing it.
  private mutating func reuse(_ growth: HeapGrowth) -> AddressRange? {
    if let chunk = reuseChunk(growth) { return chunk }
    guard let end = endOfBreak, heapTop >= growth.chunk + growth.smallest else { return nil }
    let start = end.lowered(by: heapTop)
    heapTop = heapTop - growth.chunk
    return AddressRange(start, start + growth.chunk)
  }

  /// Takes a chunk from the smallest free one that holds it.
  private mutating func reuseChunk(_ growth: HeapGrowth) -> AddressRange? {
    let index = freeChunks.partitioningIndex { $0.size >= growth.chunk }
    guard index < freeChunks.count else { return nil }
    let whole = freeChunks.remove(at: index)
    guard let taken = AddressRange(whole.lower, whole.lower + growth.chunk) else { return nil }
    if let rest = AddressRange(taken.upper, whole.upper), rest.size >= growth.smallest {
      let place = freeChunks.partitioningIndex { ($0.size, $0.lower) >= (rest.size, rest.lower) }
      freeChunks.insert(rest, at: place)
    }
    return taken
  }

  /// Lets the brk heap grow by what a chunk needs beyond its unused end.
  private mutating func grow(_ growth: HeapGrowth) -> AddressRange? {
    guard let end = endOfBreak else { return nil }
    let unused = isContiguous ? heapTop : .zero
    let start = end.lowered(by: unused)
    guard let size = growth.rise(unused: unused, page: page),
      let index = pieces.firstIndex(where: { $0.lower == end }),
      pieces[index].size >= size + page, let grown = AddressRange(end, end + size),
      budget.map({ $0.heapRoom >= size && $0.largestRequest >= size }) ?? true
    else { return nil }
    take(grown, from: index)
    budget?.grow(by: size)
    endOfBreak = grown.upper
    heapTop = unused + size - growth.chunk
    return AddressRange(start, start + growth.chunk)
  }
}

extension SpanPool {
  private mutating func isAllowed(_ block: Block) -> Bool {
    guard let budget else { return true }
    if budget.mappings < 0 { mayMerge = mayMerge || hasUncertain }
    return budget.mappings >= 0 && budget.count(of: block) > 0
  }

  /// Takes what a placed block costs off the budget.
  private mutating func pay(for range: AddressRange) {
    guard budget != nil else { return }
    var isPart = true
    if let merging {
      let answers = [merging.below(range.lower), merging.above(range.upper)]
      let touches = ends.contains(range.lower) || ends.contains(range.upper)
      isPart = touches || answers.contains(.surely)
      // Also where it closes a gap: whether the two sides become one is not visible.
      let sides = answers.count { $0 != .never } + (touches ? 1 : 0)
      if answers.contains(.perhaps) || sides > 1 { hasUncertain = true }
      ends.formUnion([range.lower, range.upper])
    }
    budget?.take(range.size, mappings: merging != nil && isPart ? 0 : 1)
  }
}
