import AddressSpace

/// Reads glibc's main arena out of a process that runs on: how much of the heap is unused.
///
/// `malloc_state` has no symbol in a stripped library, but a shape of its own: its bins are lists
/// that point at themselves while they are empty, behind them stands the ring of arenas. Every
/// step is checked; what does not add up ends the reading, and the heap counts as unknown.
struct GlibcArena {
  private let pid: Int32
  private let map: AddressMap
  private let wordSize: WordSize
  private let width: UInt64

  init(pid: Int32, map: AddressMap, wordSize: WordSize) {
    self.pid = pid
    self.map = map
    self.wordSize = wordSize
    width = wordSize.pointerBytes
  }

  /// `NBINS - 1`, and the words that their list heads take.
  private static let bins = 127
  /// The largest data segment that is searched.
  private static let largestSegment = ByteCount.mebibytes(4)
  /// The most chunks that are followed in all lists together.
  private static let mostChunks = 10_000

  /// What the arena holds, nil where none was found.
  func facts() -> HeapFacts? {
    guard let memory = ProcessMemory(pid: pid, wordSize: wordSize) else { return nil }
    for region in map.regions
    where region.kind == .image && region.access.contains(.write)
      && region.size <= Self.largestSegment
    {
      let count = Int(region.size.value / width)
      guard let words = memory.words(at: region.range.lower, count: count),
        let state = state(in: words, at: region.range.lower, memory)
      else { continue }
      return facts(of: state, memory)
    }
    return nil
  }

  /// The parts of `malloc_state` that matter.
  private struct State {
    /// `top`, the address of the top chunk.
    let top: Address
    /// `flags`.
    let flags: UInt64
    /// Where `bins` begins less two words, which is where the first bin's head seems to begin.
    let firstBin: Address
    /// `bins`: two words a list.
    let bins: ArraySlice<UInt64>
  }

  private func state(
    in words: [UInt64], at base: Address, _ memory: borrowing ProcessMemory
  ) -> State? {
    // mutex, flags and have_fastchunks, then the fastbins: ten, and eleven where chunks of 32-bit
    // programs are aligned to 16; then top and last_remainder.
    for fastbins in [wordSize == .bits32 ? 11 : 10, 10] {
      let head = (12 + Int(width) - 1) / Int(width) + fastbins
      var index = head
      while index + 2 + 2 * Self.bins + 16 / Int(width) + 5 <= words.count {
        defer { index += 1 }
        let first = base.value + UInt64(index) * width
        guard words[index] >= 1 << 12, emptyBins(in: words, from: index + 2, first) >= 40,
          isArena(words, index, head, first, memory)
        else { continue }
        let flagsAt = (index - head) * Int(width)
        let flags = wordSize == .bits32 ? words[flagsAt / 4 + 1] : words[flagsAt / 8] >> 32
        return State(
          top: Address(words[index]), flags: flags & 0xFFFF_FFFF, firstBin: Address(first),
          bins: words[(index + 2)..<(index + 2 + 2 * Self.bins)])
      }
    }
    return nil
  }

  /// How many of the lists that begin at `start` are empty, zero at once where none of the last is.
  private func emptyBins(in words: [UInt64], from start: Int, _ first: UInt64) -> Int {
    func isEmpty(_ bin: Int) -> Bool {
      let head = first + UInt64(2 * bin) * width
      return words[start + 2 * bin] == head && words[start + 2 * bin + 1] == head
    }
    guard isEmpty(Self.bins - 1) || isEmpty(Self.bins - 2) || isEmpty(Self.bins - 3) else {
      return 0
    }
    return (0..<Self.bins).reduce(0) { $0 + (isEmpty($1) ? 1 : 0) }
  }

  /// Whether what stands behind the bins is the end of an arena: `next` leads round to it again,
  /// some thread uses it, and its memory is not more than it ever was.
  private func isArena(
    _ words: [UInt64], _ index: Int, _ head: Int, _ first: UInt64,
    _ memory: borrowing ProcessMemory
  ) -> Bool {
    let tail = index + 2 + 2 * Self.bins + 16 / Int(width)
    let start = first - UInt64(head) * width
    let nextOffset = UInt64(tail - (index - head)) * width
    guard words[tail + 2] < 1 << 16, words[tail + 3] <= words[tail + 4], words[tail + 3] > 0 else {
      return false
    }
    var next = words[tail]
    for _ in 0..<1024 {
      if next == start { return true }
      guard next != 0, next < 1 << 47, let after = memory.word(at: Address(next + nextOffset))
      else { return false }
      next = after
    }
    return false
  }

  private func facts(of state: State, _ memory: borrowing ProcessMemory) -> HeapFacts? {
    guard state.top != state.firstBin, let field = memory.word(at: state.top + ByteCount(width))
    else { return nil }
    let size = ByteCount(field & ~7)
    guard size.value > 0, size.value < 1 << 47, let heap = map.region(at: state.top) else {
      return nil
    }
    let isContiguous = state.flags & 2 == 0
    let end = isContiguous ? state.top + size : brokenEnd(heap)
    guard let end else { return nil }
    return HeapFacts(
      top: size, end: end, isContiguous: isContiguous, freeChunks: freeChunks(of: state, memory))
  }

  /// Where the break stands once the heap is in pieces: the end of what the kernel calls the heap.
  private func brokenEnd(_ top: Region) -> Address? {
    map.regions.last { $0.kind == .heap }?.range.upper
  }

  /// The free chunks of the lists that hold large ones, largest first: the unsorted list and those
  /// from 32 KiB up.
  private func freeChunks(of state: State, _ memory: borrowing ProcessMemory) -> [ByteCount] {
    var sizes: [ByteCount] = []
    var followed = 0
    for bin in [0] + Array(112..<Self.bins) {
      let head = state.firstBin.value + UInt64(2 * bin) * width
      var chunk = state.bins[state.bins.startIndex + 2 * bin]
      while chunk != head, chunk != 0, chunk < 1 << 47, followed < Self.mostChunks {
        followed += 1
        guard let fields = memory.words(at: Address(chunk + width), count: 2) else { break }
        let size = ByteCount(fields[0] & ~7)
        if let region = map.region(at: Address(chunk)), size <= region.size { sizes.append(size) }
        chunk = fields[1]
      }
    }
    return sizes.filter { $0 >= .kibibytes(64) }.sorted(by: >)
  }
}
