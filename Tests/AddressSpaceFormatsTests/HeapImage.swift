import AddressSpace
import AddressSpaceFormats
import TestSupport

/// The memory of a process with glibc's malloc, made word by word: a data segment with the main arena
/// and malloc's settings, the brk heap, and the heap of one thread's arena.
final class HeapImage: HeapMemory {
  let wordSize: WordSize
  let isAligned16: Bool
  var width: UInt64 { wordSize.pointerBytes }
  var alignment: UInt64 { isAligned16 ? 16 : 2 * width }
  /// What is mapped where, by numbers of 32 bits.
  private(set) var parts: [(base: UInt64, words: [UInt32])] = []
  /// How often it was read, and how much.
  private(set) var reads = 0
  private(set) var wordsRead = 0

  static let data: UInt64 = 0x0804_A000
  static let heap: UInt64 = 0x0805_0000
  static let state: UInt64 = data + 0x200
  static let settings: UInt64 = data + 0x40
  /// Aligned to the heaps of threads of both word sizes.
  static let thread: UInt64 = 0x0C00_0000

  /// One chunk, and what it is used for.
  struct Chunk {
    enum Use { case taken, free, fast }
    var size: UInt64
    var use: Use
  }

  /// What the image holds of the main arena, counted from the list of its chunks.
  struct Truth {
    var runs: [AddressRange] = []
    var top: ByteCount = .zero
    var used: ByteCount = .zero
    var unsorted: UInt64 = 0
  }
  private(set) var truth = Truth()
  private(set) var threadTruth = Truth()
  let end: UInt64

  init(_ random: inout SeededGenerator) {
    wordSize = Bool.random(using: &random) ? .bits32 : .bits64
    isAligned16 = wordSize == .bits64 || Bool.random(using: &random)
    let small = Bool.random(using: &random)
    let scale: UInt64 = small ? 8 : 6000
    var lists: [[Chunk]] = []
    let step: UInt64 = isAligned16 ? 16 : 8
    let smallest: UInt64 = wordSize == .bits32 ? 16 : 32
    for isThread in [false, true] {
      var chunks: [Chunk] = []
      for _ in 0..<Int.random(in: 0...(isThread ? 20 : 60), using: &random) {
        var use: Chunk.Use = [.taken, .free, .fast].randomElement(using: &random) ?? .taken
        if chunks.last?.use == .free, use == .free { use = .taken }
        let most = use == .fast ? 3 : isThread ? 8 : scale
        chunks.append(
          Chunk(size: smallest + step * UInt64.random(in: 0...most, using: &random), use: use))
      }
      // The top is joined at once with a free chunk below it.
      if chunks.last?.use == .free { chunks.removeLast() }
      lists.append(chunks)
    }
    let bytes = lists[0].reduce(UInt64(0)) { $0 + $1.size }
    end = (Self.heap + bytes + 16 + smallest + 4095) & ~4095
    parts = [
      (Self.data, Array(repeating: 0, count: 1024)),
      (Self.heap, Array(repeating: 0, count: Int(end - Self.heap) / 4)),
      (Self.thread, Array(repeating: 0, count: 2 * 1024)),
    ]
    makeSettings()
    let threadState = Self.thread + (wordSize == .bits32 ? 24 : 48)
    let ring = [Self.state, threadState]
    let first = chunkStart(Self.heap)
    truth = fill(
      lists[0].shuffledLists(&random), at: first, end: end, state: Self.state, next: ring[1],
      system: end - Self.heap, isMain: true, &random)
    let threadFirst = chunkStart(threadState + stateSize)
    let threadEnd = Self.thread + 2 * 4096
    set(Self.thread, threadState)
    set(Self.thread + 2 * width, threadEnd - Self.thread)
    threadTruth = fill(
      lists[1], at: threadFirst, end: threadEnd, state: threadState, next: ring[0],
      system: threadEnd - Self.thread, isMain: false, &random)
  }

  func words(at address: Address, count: Int) -> [UInt32] {
    reads += 1
    for (base, words) in parts where address.value >= base {
      let index = Int((address.value - base) / 4)
      guard index < words.count else { continue }
      let found = Array(words[index..<min(words.count, index + count)])
      wordsRead += found.count
      return found
    }
    return []
  }

  /// The map that the image would have.
  var map: AddressMap {
    let regions = parts.enumerated().compactMap { index, part in
      AddressRange(Address(part.base), Address(part.base + UInt64(part.words.count) * 4)).map {
        Region(
          range: $0, access: [.read, .write], inode: index == 0 ? 7 : 0,
          name: ["/lib/libc.so.6", "[heap]", ""][index], kind: [.image, .heap, .anonymous][index])
      }
    }
    return AddressMap.assembling(regions).map
  }

  var mappedWords: Int { parts.reduce(0) { $0 + $1.words.count } }

  /// What is read of it.
  var facts: HeapFacts? {
    GlibcHeap(
      map: map, wordSize: wordSize, version: LibcVersion(2, 36), startOfBreak: Address(Self.heap)
    ).facts(in: self)
  }

  /// Sets one of all numbers to another.
  func damage(_ random: inout SeededGenerator) {
    let part = [0, 1, 1, 1, 2, 2].randomElement(using: &random) ?? 0
    let count = parts[part].words.count
    // Mostly where something is.
    var index = Int.random(in: 0..<count, using: &random)
    for _ in 0..<40 where parts[part].words[index] == 0 {
      index = Int.random(in: 0..<count, using: &random)
    }
    let old = parts[part].words[index]
    let values: [UInt32] = [
      0, 1, .max, old ^ 1, old ^ 2, old ^ 4, old &+ 16, old &- 16, old &+ 8, old << 1,
      UInt32(truncatingIfNeeded: Self.heap), UInt32(truncatingIfNeeded: Self.thread),
      UInt32(truncatingIfNeeded: Self.state), parts[part].words.randomElement(using: &random) ?? 0,
      UInt32.random(in: 0 ... .max, using: &random),
    ]
    parts[part].words[index] = values.randomElement(using: &random) ?? 0
  }
}

extension HeapImage {
  private var fastbins: Int { wordSize == .bits32 && isAligned16 ? 11 : 10 }
  private var topOffset: UInt64 { (wordSize == .bits32 ? 12 : 16) + UInt64(fastbins) * width }
  private var stateSize: UInt64 { topOffset + 2 * width + 254 * width + 16 + 5 * width }

  private func chunkStart(_ address: UInt64) -> UInt64 {
    (address + 2 * width + alignment - 1) / alignment * alignment - 2 * width
  }

  private func set(_ address: UInt64, _ value: UInt64) {
    guard let part = parts.lastIndex(where: { $0.base <= address }) else { return }
    let index = Int(address - parts[part].base) / 4
    parts[part].words[index] = UInt32(truncatingIfNeeded: value)
    if width == 8 { parts[part].words[index + 1] = UInt32(truncatingIfNeeded: value >> 32) }
  }

  private func setInteger(_ address: UInt64, _ value: UInt32) {
    parts[0].words[Int(address - Self.data) / 4] = value
  }

  /// `mp_` as 2.35 and later have it.
  private func makeSettings() {
    var place = Self.settings
    for value in [262_144, 131_072, 147_456, width == 4 ? 2 : 8, 0, 0, 0] as [UInt64] {
      set(place, value)
      place += width
    }
    for value in [0, 3, 65_536, 5, 0] as [UInt32] {
      setInteger(place, value)
      place += 4
    }
    place = (place + width - 1) / width * width
    for value in [8192, 40_960, Self.heap, 64, 1032, 7, 0] as [UInt64] {
      set(place, value)
      place += width
    }
  }

  private func fill(
    _ chunks: [Chunk], at first: UInt64, end: UInt64, state: UInt64, next: UInt64, system: UInt64,
    isMain: Bool, _ random: inout SeededGenerator
  ) -> Truth {
    var truth = Truth()
    var place = first
    var free: [UInt64] = []
    var fast: [UInt64: [UInt64]] = [:]
    var isBeforeTaken = true
    for chunk in chunks {
      set(
        place + width,
        chunk.size | (isBeforeTaken ? 1 : 0) | (isMain || chunk.use == .free ? 0 : 4))
      switch chunk.use {
      case .taken: truth.used += ByteCount(chunk.size)
      case .free:
        free.append(place)
        set(place + chunk.size, chunk.size)
      case .fast: fast[chunk.size, default: []].append(place)
      }
      isBeforeTaken = chunk.use != .free
      place += chunk.size
    }
    set(place + width, (end - place) | 1)
    set(state + topOffset, place)
    for bin in 0..<127 as Range<UInt64> {
      let head = state + topOffset + 2 * bin * width
      let list = bin == 0 ? free : []
      // Each points at the next and the one before, the head among them.
      for (index, one) in ([head] + list).enumerated() {
        set(one + 2 * width, index < list.count ? list[index] : head)
        set(one + 3 * width, index == 0 ? list.last ?? head : index == 1 ? head : list[index - 2])
      }
    }
    for (size, places) in fast {
      var link: UInt64 = 0
      for one in places.shuffled(using: &random) {
        set(one + 2 * width, link ^ (one + 2 * width) >> 12)
        link = one
      }
      let bin = size / (2 * width) - 2
      set(state + topOffset - UInt64(fastbins) * width + bin * width, link)
    }
    let ring = state + stateSize - 5 * width
    for (index, value) in [next, 0, 1, system, system].enumerated() {
      set(ring + UInt64(index) * width, value)
    }
    count(chunks, from: first, to: place, end: end, free: free.count, &truth)
    return truth
  }

  /// What a large request finds free, counted from the list.
  private func count(
    _ chunks: [Chunk], from first: UInt64, to top: UInt64, end: UInt64, free: Int,
    _ truth: inout Truth
  ) {
    truth.unsorted = UInt64(free)
    var place = first
    var run: (start: UInt64, hasFast: Bool)?
    var topStart = top
    for chunk in chunks + [Chunk(size: 0, use: .taken)] {
      if chunk.use == .taken {
        if let open = run {
          if place == top, chunk.size == 0 {
            topStart = open.start
          } else if let range = AddressRange(Address(open.start), Address(place)) {
            truth.runs.append(range)
            if open.hasFast { truth.unsorted += 1 }
          }
        }
        run = nil
      } else {
        run = (run?.start ?? place, (run?.hasFast ?? false) || chunk.use == .fast)
      }
      place += chunk.size
    }
    truth.top = ByteCount(end - topStart)
  }
}

extension [HeapImage.Chunk] {
  /// The same chunks; in some images none is in a fastbin, as in most heaps.
  fileprivate func shuffledLists(_ random: inout SeededGenerator) -> Self {
    guard Int.random(in: 0..<4, using: &random) == 0 else { return self }
    return map { HeapImage.Chunk(size: $0.size, use: $0.use == .fast ? .taken : $0.use) }
  }
}
