import AddressSpace

/// What is read of an arena's `malloc_state`.
struct ArenaState {
  /// Where the state itself lies.
  let address: UInt64
  /// `NONCONTIGUOUS_BIT` of its flags is not set.
  let isContiguous: Bool
  /// The first chunk of each fastbin, zero where it is empty.
  let fastbins: [UInt64]
  /// The address of the top chunk.
  let top: UInt64
  /// `bins`: first and last chunk of each list.
  let bins: [UInt64]
  /// The next arena of the ring.
  let next: UInt64
  /// How many threads are attached.
  let threads: UInt64
  /// The bytes taken from the system.
  let systemBytes: UInt64
  let rules: ChunkRules

  /// Where the head of list number `bin` would be a chunk.
  func head(of bin: Int) -> UInt64 { firstHead + UInt64(2 * bin) * rules.width }

  /// Where the head of the first list, that of unsorted chunks, would be a chunk: it has only the
  /// links of one.
  private var firstHead: UInt64 { address + Self.topOffset(rules) }

  /// Whether nothing was ever allocated.
  var isEmpty: Bool { top == firstHead }

  /// The bytes of the whole state.
  static func size(_ rules: ChunkRules) -> UInt64 { ringOffset(rules) + 5 * rules.width }

  /// Mutex, flags and `have_fastchunks`, then the fastbins.
  private static func topOffset(_ rules: ChunkRules) -> UInt64 {
    (12 + rules.width - 1) / rules.width * rules.width + UInt64(rules.fastbins) * rules.width
  }

  /// Top, last remainder, bins and the map of bins, then the ring.
  private static func ringOffset(_ rules: ChunkRules) -> UInt64 {
    topOffset(rules) + UInt64(2 + 2 * ChunkRules.bins) * rules.width + 16
  }
}

extension ArenaState {
  /// The state at `address`, nil where none can be.
  init?(at address: UInt64, _ rules: ChunkRules, _ memory: inout MemoryWindow) {
    let count = Int(Self.size(rules) / rules.width)
    guard address < rules.limit, address % rules.width == 0,
      let words = memory.numbers(at: address, count: count)
    else { return nil }
    self.init(words[...], at: address, rules)
  }

  /// The state that the numbers at the beginning of `words`, read at `address`, are; nil where they
  /// are none.
  init?(_ words: ArraySlice<UInt64>, at address: UInt64, _ rules: ChunkRules) {
    let width = rules.width
    let start = words.startIndex
    let topIndex = start + Int(Self.topOffset(rules) / width)
    let ring = start + Int(Self.ringOffset(rules) / width)
    guard words.endIndex >= ring + 5, words[topIndex] >= 4096, words[topIndex] < rules.limit
    else { return nil }
    let firstBin = topIndex + 2
    let firstHead = address &+ Self.topOffset(rules)
    // Each list is empty, its head pointing at itself, or begins and ends with a chunk.
    for bin in 0..<ChunkRules.bins {
      let (first, last) = (words[firstBin + 2 * bin], words[firstBin + 2 * bin + 1])
      let head = firstHead &+ UInt64(2 * bin) * width
      let isEmpty = first == head && last == head
      guard isEmpty || first != head && last != head && rules.isChunk(first) && rules.isChunk(last)
      else { return nil }
    }
    guard words[ring + 2] < 1 << 16, words[ring + 3] <= words[ring + 4],
      words[ring + 3] < rules.limit
    else { return nil }
    self.rules = rules
    self.address = address
    top = words[topIndex]
    let flags = width == 4 ? words[start + 1] : words[start] >> 32
    isContiguous = flags & 2 == 0
    fastbins = Array(words[(topIndex - rules.fastbins)..<topIndex])
    bins = Array(words[firstBin..<(firstBin + 2 * ChunkRules.bins)])
    next = words[ring]
    threads = words[ring + 2]
    systemBytes = words[ring + 3]
  }

  /// The arenas from the main one on, as the ring goes round; nil where it does not close.
  func ring(_ memory: inout MemoryWindow) -> [ArenaState]? {
    var arenas = [self]
    var next = next
    while next != address {
      guard arenas.count < Self.mostArenas, next != 0,
        let arena = ArenaState(at: next, rules, &memory)
      else { return nil }
      arenas.append(arena)
      next = arena.next
    }
    return arenas
  }

  private static let mostArenas = 1024
}

extension ArenaState {
  /// Finds the main arena in the numbers of a data segment.
  ///
  /// The state has no symbol in a stripped library, but a shape of its own: its lists point at
  /// themselves while they are empty, behind them stands the ring of arenas.
  static func find(
    in words: [UInt64], at base: UInt64, wordSize: WordSize, hasSafeLinks: Bool,
    _ memory: inout MemoryWindow
  ) -> ArenaState? {
    let width = wordSize.pointerBytes
    // An empty list points at its own head as if that were a chunk, two words before it.
    let empty = words.indices.filter { words[$0] &+ 2 * width == base &+ UInt64($0) * width }
    // 16 on i386 from 2.26 on: then there are eleven fastbins, else ten.
    for alignment in Set([16, 2 * width]).sorted(by: >) {
      let rules = ChunkRules(width: width, alignment: alignment, hasSafeLinks: hasSafeLinks)
      let count = Int(size(rules) / width)
      let firstBin = Int(topOffset(rules) / width) + 2
      for place in empty {
        // One of the last lists is empty in every heap.
        for bin in (ChunkRules.bins - 8)..<ChunkRules.bins {
          let index = place - firstBin - 2 * bin
          guard index >= 0, words.count - index >= count,
            let state = ArenaState(
              words[index...], at: base + UInt64(index) * width, rules),
            state.systemBytes > 0, state.ring(&memory) != nil
          else { continue }
          return state
        }
      }
    }
    return nil
  }
}
