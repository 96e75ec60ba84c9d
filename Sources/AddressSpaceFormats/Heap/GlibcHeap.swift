public import AddressSpace

/// Reads what glibc's malloc holds, from outside and while the process runs on.
///
/// The chunks of every arena are walked from the first to the top. Nothing that is read is trusted:
/// each step is checked, what is odd ends the walk there, and the facts say that they are not whole.
public struct GlibcHeap {
  private let map: AddressMap
  private let wordSize: WordSize
  private let hasSafeLinks: Bool
  private let startOfBreak: Address?

  /// The heap of a process with this map.
  ///
  /// - Parameters:
  ///   - version: that of its C library, nil where it is not known.
  ///   - startOfBreak: where the kernel lets the heap begin.
  public init(
    map: AddressMap, wordSize: WordSize, version: LibcVersion?, startOfBreak: Address?
  ) {
    self.map = map
    self.wordSize = wordSize
    self.startOfBreak = startOfBreak
    hasSafeLinks = version.map { $0 >= LibcVersion(2, 32) } ?? true
  }

  /// The largest data segment that is searched for the main arena.
  private static let largestSegment = ByteCount.mebibytes(4)

  /// What malloc holds, nil where no arena was found.
  public func facts(in memory: some HeapMemory) -> HeapFacts? {
    var window = MemoryWindow(memory, width: wordSize.pointerBytes)
    guard let (state, words) = mainArena(&window) else { return nil }
    return facts(of: state, settings(in: words, state), &window)
  }

  /// A place in the brk heap: where malloc began it in one of `places`, else the top chunk, which
  /// lies in it as long as the heap can grow. Nil where the memory does not tell.
  func placeInBreak(among places: [AddressRange], _ memory: some HeapMemory) -> Address? {
    let width = wordSize.pointerBytes
    var window = MemoryWindow(memory, width: width)
    guard let (state, words) = mainArena(&window), !state.isEmpty else { return nil }
    for place in places {
      if let settings = MallocSettings.find(in: words, width: width, heap: place) {
        return Address(settings.startOfHeap)
      }
    }
    return state.isContiguous ? Address(state.top) : nil
  }

  /// The main arena, and the numbers of the data segment that it is in.
  private func mainArena(_ window: inout MemoryWindow) -> (ArenaState, words: [UInt64])? {
    let width = wordSize.pointerBytes
    let segments = map.images.filter {
      $0.access.contains(.write) && $0.size <= Self.largestSegment
    }
    // Static programs have malloc in themselves; elsewhere it is where its name says.
    let library = segments.filter(\.isLibc)
    for region in library + segments.filter({ !$0.isLibc }) {
      guard
        let words = window.numbers(
          at: region.range.lower.value, count: Int(region.size.value / width)),
        let state = ArenaState.find(
          in: words, at: region.range.lower.value, wordSize: wordSize, hasSafeLinks: hasSafeLinks,
          &window)
      else { continue }
      return (state, words)
    }
    return nil
  }

  private var heap: Region? { map.all(named: { $0 == "[heap]" }).last }

  private func settings(in words: [UInt64], _ state: ArenaState) -> MallocSettings? {
    // The first piece of the heap: the kernel calls several mappings so where it was cut up.
    guard let lowest = map.first(named: { $0 == "[heap]" }), let highest = heap,
      let range = AddressRange(lowest.range.lower, highest.range.upper)
    else { return nil }
    return MallocSettings.find(in: words, width: wordSize.pointerBytes, heap: range)
  }

  private func facts(
    of state: ArenaState, _ settings: MallocSettings?, _ window: inout MemoryWindow
  ) -> HeapFacts? {
    let start = settings?.startOfHeap ?? startOfBreak?.roundedUp(to: .kibibytes(4))?.value
    guard let main = ArenaReading(main: state, start: start, in: map, &window) else { return nil }
    let end = state.isContiguous ? Address(main.end) : heap?.range.upper
    guard let end else { return nil }
    var facts = HeapFacts(
      top: ByteCount(main.top), end: end, topEnd: Address(main.end),
      isContiguous: state.isContiguous)
    facts.isWhole = main.isWhole
    facts.mmapThreshold = settings.map { ByteCount($0.mmapThreshold) }
    facts.topPad = settings.map { ByteCount($0.topPad) }
    var runs = main.runs
    if !main.isWhole { runs += listed(of: main, &window) }
    count(runs, in: &facts)
    facts.unsorted = unsorted(of: main, &window)
    facts.arenas = [main.facts]
    for arena in state.ring(&window)?.dropFirst() ?? [] {
      guard let reading = ArenaReading(thread: arena, in: map, &window) else {
        facts.arenas.append(unread(arena))
        continue
      }
      facts.arenas.append(reading.facts)
    }
    return facts
  }

  /// An arena of which only is known that it exists.
  private func unread(_ arena: ArenaState) -> ArenaFacts {
    ArenaFacts(
      pieces: [], used: .zero, free: .zero, top: .zero, threads: arena.threads, isWhole: false)
  }

  /// The most free chunks whose places are kept: the rest is counted by size.
  private static let mostPlaced = 1 << 17

  /// Sorts free chunks into those that are kept one by one and those that are counted.
  private func count(_ runs: [(start: UInt64, size: UInt64)], in facts: inout HeapFacts) {
    var counts: [UInt64: UInt64] = [:]
    for run in runs where run.size >= HeapFacts.smallestCounted.value {
      if run.size >= HeapFacts.smallestPlaced.value, facts.freeChunks.count < Self.mostPlaced,
        let range = AddressRange(Address(run.start), Address(run.start + run.size))
      {
        facts.freeChunks.append(range)
      } else {
        counts[run.size, default: 0] += 1
      }
    }
    facts.freeChunks.sort { $0.lower < $1.lower }
    facts.otherChunks = counts.map { ChunkCount(size: ByteCount($0.key), count: $0.value) }
      .sorted { $0.size > $1.size }
  }
}

extension GlibcHeap {
  /// The most chunks that are followed in the lists of the main arena.
  private static let mostListed = 10_000
  /// The first list of chunks that can be of `HeapFacts.smallestPlaced`.
  private static let firstLargeBin = 111

  /// Large free chunks outside the pieces that were walked, from malloc's own lists: the unsorted one
  /// and those of the largest sizes.
  private func listed(
    of main: ArenaReading, _ window: inout MemoryWindow
  ) -> [(start: UInt64, size: UInt64)] {
    let known = Set(main.runs.map(\.start))
    var found: [UInt64: UInt64] = [:]
    var steps = 0
    let state = main.state
    for bin in [0] + Array(Self.firstLargeBin..<ChunkRules.bins) {
      var chunk = state.bins[2 * bin]
      while chunk != state.head(of: bin), steps < Self.mostListed, state.rules.isChunk(chunk) {
        steps += 1
        guard let fields = window.numbers(at: chunk + state.rules.width, count: 2) else { break }
        let size = fields[0] & ~ChunkFlags.all
        let isInside = main.pieces.contains { $0.contains(Address(chunk)) }
        if !isInside, !known.contains(chunk), size >= HeapFacts.smallestPlaced.value,
          let region = map.region(at: Address(chunk)),
          size <= region.range.upper.value - chunk,
          window.word(at: chunk + size) == size
        {
          found[chunk] = size
        }
        chunk = fields[1]
      }
    }
    return disjoint(found, from: main)
  }

  /// Those that overlap neither each other nor what is known.
  private func disjoint(
    _ found: [UInt64: UInt64], from main: ArenaReading
  ) -> [(start: UInt64, size: UInt64)] {
    var taken = main.runs.map { ($0.start, $0.size) } + [(main.topStart, main.top)]
    taken.sort { $0.0 < $1.0 }
    var kept: [(start: UInt64, size: UInt64)] = []
    var end: UInt64 = 0
    for (start, size) in found.sorted(by: { $0.key < $1.key }) where start >= end {
      let index = taken.partitionPoint { $0.0 + $0.1 <= start }
      guard index == taken.count || taken[index].0 >= start + size else { continue }
      kept.append((start, size))
      end = start + size
    }
    return kept
  }

  /// How many chunks stand in the unsorted list once the fastbins are joined: as many as there are
  /// free chunks at most.
  private func unsorted(of main: ArenaReading, _ window: inout MemoryWindow) -> UInt64 {
    let most = UInt64(main.runs.count)
    let state = main.state
    var count: UInt64 = 0
    var chunk = state.bins[0]
    while chunk != state.head(of: 0) {
      guard count < Self.mostListed, main.isWhole, state.rules.isChunk(chunk),
        let next = window.word(at: chunk + state.rules.header)
      else { return main.isWhole ? most : max(most, UInt64(Self.mostListed)) }
      count += 1
      chunk = next
    }
    return min(most, count + main.joined)
  }
}

extension Region {
  /// Whether it is of a file that is called as glibc is.
  fileprivate var isLibc: Bool { name.hasSuffix("/libc.so.6") || name.contains("/libc-2.") }
}

extension Array {
  /// The index of the first element for which `isBefore` does not hold, in an array that has all
  /// those for which it does first.
  func partitionPoint(where isBefore: (Element) -> Bool) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if isBefore(self[middle]) { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
