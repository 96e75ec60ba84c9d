import AddressSpace
import TestSupport
import Testing

@testable import AddressSpaceSimulation

/// What holds for every malloc, whatever it is asked: for all versions that differ.
@Suite("The model of malloc keeps its heap in order")
struct GlibcPropertyTests {
  static let versions = [5, 19, 22, 23, 25, 26, 27, 30, 31, 35, 36, 38, 39, 41, 42, 43]

  /// Live blocks by their address.
  struct Blocks {
    private(set) var sorted: [(start: UInt64, end: UInt64)] = []

    func index(_ address: UInt64) -> Int {
      var (low, high) = (0, sorted.count)
      while low < high {
        let middle = (low + high) / 2
        if sorted[middle].start < address { low = middle + 1 } else { high = middle }
      }
      return low
    }

    /// Adds a block, false where it overlaps another.
    mutating func add(_ start: UInt64, _ size: UInt64) -> Bool {
      let index = index(start)
      if index > 0, sorted[index - 1].end > start { return false }
      if index < sorted.count, sorted[index].start < start + size { return false }
      sorted.insert((start, start + size), at: index)
      return true
    }

    mutating func remove(_ start: UInt64) { sorted.remove(at: index(start)) }
  }

  @Test("blocks are apart, aligned and where the system gave memory", arguments: versions)
  func apart(minor: Int) throws {
    for wordSize in [WordSize.bits32, .bits64] {
      for seed in UInt64(1)...3 {
        try run(minor, wordSize, seed: seed)
      }
    }
  }

  private func run(_ minor: Int, _ wordSize: WordSize, seed: UInt64) throws {
    var random = SeededGenerator(seed: seed << 8 | UInt64(minor))
    // The third has a break that soon cannot rise.
    var system = try SmallSystem(wordSize, wall: seed == 3 ? 1 << 20 : nil)
    var malloc = GlibcAllocator(
      version: LibcVersion(2, minor), wordSize: wordSize,
      machine: wordSize == .bits32 ? .i386 : .x86_64)
    if seed == 2 { for _ in 0..<5 { _ = malloc.startThread() } }
    var blocks = Blocks()
    let place = "2.\(minor), \(wordSize.rawValue) bits, seed \(seed)"
    var isRight = true
    for step in 0..<1500 {
      malloc.thread = Int.random(in: 0..<malloc.threads.count, using: &random)
      let kind = Int.random(in: 0..<10, using: &random)
      let most = [100, 1500, 30_000, 200_000, 700_000][Int.random(in: 0..<5, using: &random)]
      let bytes = ByteCount(UInt64.random(in: 1...UInt64(most), using: &random))
      let old = blocks.sorted.randomElement(using: &random).map { Address($0.start) }
      let isFull = blocks.sorted.count > (step / 400 % 2 == 0 ? 200 : 20)
      var alignment = rules(malloc).alignment
      var block: Address?
      if let old, isFull || kind < 3 {
        malloc.free(old, in: &system)
        blocks.remove(old.value)
        isRight = isRight && malloc.usableSize(at: old) == nil
        continue
      } else if let old, kind < 5 {
        block = malloc.reallocate(old, to: bytes, in: &system)
        if block != nil { blocks.remove(old.value) }
      } else if kind < 6 {
        alignment = 1 << UInt64.random(in: 3...13, using: &random)
        block = malloc.allocate(bytes, alignedTo: ByteCount(alignment), in: &system)
        alignment = max(alignment, rules(malloc).alignment)
      } else if kind < 7 {
        block = malloc.allocateZeroed(bytes, in: &system)
      } else {
        block = malloc.allocate(bytes, in: &system)
      }
      guard let got = block, let usable = malloc.usableSize(at: got),
        let range = AddressRange(got, got + usable)
      else {
        Issue.record("\(place), step \(step): nothing given")
        return
      }
      isRight = isRight && usable >= bytes && got.value % alignment == 0
      isRight = isRight && blocks.add(got.value, usable.value) && system.holds(range)
      // Asked once a step, as an expectation costs more than a call.
      guard isRight else {
        Issue.record("\(place), step \(step): \(range) for \(bytes)")
        return
      }
      if step % 500 == 0 { try expectOrder(malloc, place) }
    }
    try expectOrder(malloc, place)
    for block in blocks.sorted { malloc.free(Address(block.start), in: &system) }
    try expectOrder(malloc, place)
    while malloc.threads.count > 1,
      let running = malloc.threads.lastIndex(where: { $0.arena != nil }),
      running > 0
    {
      malloc.thread = running
      malloc.endThread(in: &system)
    }
    malloc.endThread(in: &system)
    malloc.trim(in: &system)
    try expectAllFree(malloc, system, place)
  }

  private func rules(_ malloc: GlibcAllocator) -> GlibcRules { malloc.rules }

  /// Every chunk stands between its neighbours, no two free ones side by side, and the lists hold
  /// just the free ones, each in the list for its size, large ones in descending order.
  private func expectOrder(_ malloc: GlibcAllocator, _ text: String) throws {
    let table = malloc.table
    var listed: Set<ChunkID> = []
    for arena in malloc.arenas {
      for bin in 1..<GlibcRules.bins {
        let head = arena.head(bin)
        var id = table[head].next
        var last = UInt64.max
        var isRight = (id == head) == (arena.filledBin(above: bin - 1) != bin)
        while id != head {
          listed.insert(id)
          let chunk = table[id]
          isRight = isRight && chunk.state == .free && table[chunk.next].previous == id
          if bin > GlibcRules.unsorted {
            isRight = isRight && malloc.rules.bin(chunk.size) == bin && chunk.size <= last
          }
          last = chunk.size
          id = chunk.next
        }
        try #require(isRight, "\(text): list \(bin)")
      }
    }
    for id in ChunkID(1)..<ChunkID(table.records.count) {
      let chunk = table[id]
      guard chunk.size > 0, table.find(chunk.start + malloc.rules.header) == id else { continue }
      var isRight = (chunk.state == .free) == listed.contains(id)
      if chunk.below != 0 {
        let below = table[chunk.below]
        isRight = isRight && below.end == chunk.start && below.above == id
        isRight = isRight && (below.state != .free || chunk.state != .free && chunk.state != .top)
      }
      try #require(isRight, "\(text): chunk \(chunk)")
    }
  }

  /// Nothing is left of mapped chunks, no chunk is used, and the brk heap is as small as it was.
  private func expectAllFree(
    _ malloc: GlibcAllocator, _ system: SmallSystem, _ text: String
  ) throws {
    #expect(malloc.mapped.isEmpty, "\(text)")
    let used = malloc.table.records.indices.dropFirst().filter { id in
      let chunk = malloc.table[ChunkID(id)]
      let isThere = malloc.table.find(chunk.start + malloc.rules.header) == ChunkID(id)
      return isThere && chunk.size > 0 && chunk.state == .used
    }
    #expect(used.isEmpty, "\(text)")
    if malloc.isContiguous {
      // The unused end keeps at least a smallest chunk.
      #expect((system.programBreak - system.startOfBreak).value <= 2 * 4096, "\(text)")
    }
  }
}
