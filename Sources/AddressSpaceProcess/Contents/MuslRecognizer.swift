import AddressSpace

/// What musl maps: groups of slots of its malloc (mallocng, 1.2.1 and up), whose descriptions stand
/// in pages of the brk heap, and stacks of threads.
struct MuslRecognizer: ContentRecognizer {
  /// Where the descriptions lie.
  private let heap: AddressRange

  init?(_ scene: borrowing ContentScene) {
    let parts = scene.map.all(named: { $0 == "[heap]" })
    // The first page of the heap is a guard before the descriptions.
    guard parts.first?.access.isNone == true, let last = parts.last, last.isWritable,
      last.size <= Self.largestHeap
    else { return nil }
    heap = last.range
  }

  private static let page: UInt64 = 4096
  /// Only descriptions are in this heap.
  private static let largestHeap = ByteCount.mebibytes(64)
  /// Stacks are searched this far for the description of their thread.
  private static let farthest: UInt64 = 1 << 20

  func survey(_ scene: borrowing ContentScene) -> [ContentFacts.Piece] {
    let groups = groups(scene)
    // Whoever else has a heap with a guard has no such groups, and other stacks.
    return groups.isEmpty ? [] : groups + stacks(scene)
  }

  /// The groups that were mapped by themselves, by what each page of descriptions says
  /// (`struct meta_area` and `struct meta` in musl's src/malloc/mallocng/meta.h).
  private func groups(_ scene: borrowing ContentScene) -> [ContentFacts.Piece] {
    let width = Int(scene.width)
    let isWide = width == 8
    // A check of 64 bits, the next page, the number of slots; then the slots.
    let header = isWide ? 3 : 4
    let slot = isWide ? 5 : 6
    let slots = (Int(Self.page) / width - header) / slot
    var pieces: [ContentFacts.Piece] = []
    for area in stride(from: heap.lower.value, to: heap.upper.value, by: Int(Self.page)) {
      guard let words = scene.memory.words(at: Address(area), count: Int(Self.page) / width),
        words[header - 1] & 0xFFFF_FFFF == UInt64(slots), words[0] != 0
      else { continue }
      for number in 0..<slots {
        let first = header + number * slot
        let description = area + UInt64(first * width)
        // prev, next, mem, two masks of 32 bits; then last_idx : 5, freeable : 1, sizeclass : 6,
        // and the number of pages mapped.
        let memory = words[first + 2]
        let pages = words[first + slot - 1] >> 12
        guard memory > 0, memory % Self.page == 0, pages > 0,
          let range = mapped(memory, pages, scene),
          scene.memory.word(at: range.lower) == description
        else { continue }
        pieces.append(ContentFacts.Piece(range, Origin(.muslMalloc, .certain)))
      }
    }
    return pieces
  }

  private func mapped(
    _ start: UInt64, _ pages: UInt64, _ scene: borrowing ContentScene
  ) -> AddressRange? {
    guard start < 1 << 47, pages < 1 << 35,
      let range = AddressRange(Address(start), Address(start + pages * Self.page)),
      scene.isPlainMemory(range)
    else { return nil }
    return range
  }

  /// The stacks of threads: a guard below, and in the highest pages the thread's description, which
  /// begins with its own address and holds where the guard begins and how large all is
  /// (`struct pthread` in src/internal/pthread_impl.h).
  private func stacks(_ scene: borrowing ContentScene) -> [ContentFacts.Piece] {
    zip(scene.map.regions, scene.map.regions.dropFirst()).compactMap { zone, region in
      guard zone.isPlainReserve, zone.size <= .kibibytes(64), region.isPlainMemory,
        zone.range.upper == region.range.lower
      else { return nil }
      return stack(above: zone, in: region, scene)
    }
  }

  private func stack(
    above zone: Region, in region: Region, _ scene: borrowing ContentScene
  ) -> ContentFacts.Piece? {
    let start = region.range.lower
    let count = Int(min(region.size.value, Self.farthest) / scene.width)
    guard let words = scene.memory.words(at: start, count: count) else { return nil }
    for index in words.indices.dropLast(24)
    where words[index] == start.value + UInt64(index) * scene.width {
      let fields = words[index..<(index + 24)]
      guard let base = fields.firstIndex(of: zone.range.lower.value), base + 1 < words.count,
        words[base + 1] % Self.page == 0,
        words[base + 1] <= region.range.upper.value - zone.range.lower.value,
        let whole = AddressRange(zone.range.lower, zone.range.lower + ByteCount(words[base + 1])),
        whole.upper > start
      else { continue }
      return ContentFacts.Piece(whole, Origin(.threadStack, .certain))
    }
    return nil
  }
}

extension Region {
  fileprivate var isWritable: Bool { access.isSuperset(of: [.read, .write]) }
}
