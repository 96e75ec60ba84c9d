import AddressSpace

/// What a Windows program has in its memory, as Wine makes it: its threads' environment blocks, the
/// stacks that these name, its heaps and their segments.
struct WindowsRecognizer: ContentRecognizer {
  private let width: UInt64

  init?(_ scene: borrowing ContentScene) {
    guard scene.facts.wine != nil else { return nil }
    width = scene.width
  }

  func survey(_ scene: borrowing ContentScene) -> [ContentFacts.Piece] {
    var pieces: [ContentFacts.Piece] = []
    for region in scene.map.regions
    where region.isPlainMemory && region.range.upper.value % Self.block == 0
      && region.size.value <= Self.block
    {
      let stacks = threads(in: region, scene)
      if stacks.isEmpty { continue }
      pieces.append(ContentFacts.Piece(region.range, Origin(.windowsBlocks, .certain)))
      for stack in stacks {
        pieces.append(ContentFacts.Piece(stack, Origin(.threadStack, .certain)))
        if let own = ownStack(above: stack, scene) {
          pieces.append(ContentFacts.Piece(own, Origin(.wineStack, .likely)))
        }
      }
    }
    return pieces
  }

  /// PEB and TEBs fill this from its high end (`virtual_alloc_first_teb`).
  private static let block: UInt64 = 2 << 20
  /// Wine's own stack of a thread, above the thread's (`kernel_stack_size`).
  private static let ownStack: UInt64 = 1 << 20
  /// Where views begin.
  private static let granularity: UInt64 = 64 << 10

  func piece(
    at start: Address, in run: AddressRange, _ scene: borrowing ContentScene
  ) -> ContentFacts.Piece? {
    guard start.value % Self.granularity == 0, let words = scene.memory.words(at: start, count: 64)
    else { return nil }
    let end =
      heapEnd(start, words, scene) ?? segmentEnd(start, words, scene)
      ?? largeEnd(start, words, scene)
    return end.flatMap { AddressRange(start, $0) }.map {
      ContentFacts.Piece($0, Origin(.windowsHeap, .certain))
    }
  }

  /// The stacks of the threads whose environment blocks are in `region`. A block holds its own
  /// address and that of the process's (winternl.h, `TEB`).
  private func threads(in region: Region, _ scene: borrowing ContentScene) -> [AddressRange] {
    let wordsOfPage = Int(4096 / width)
    guard
      let words = scene.memory.words(
        at: region.range.lower, count: Int(region.size.value / width))
    else { return [] }
    // DeallocationStack.
    let lowest = Int((width == 4 ? 0xE0C : 0x1478) / width)
    var found: [AddressRange] = []
    for page in stride(from: 0, to: words.count, by: wordsOfPage)
    where page + lowest < words.count {
      let (top, limit) = (words[page + 1], words[page + 2])
      let base = words[page + lowest]
      guard words[page + 6] == region.range.lower.value + UInt64(page) * width,
        scene.isReadable(words[page + 12]), base > 0, base % Self.granularity == 0,
        base < limit, limit < top,
        let stack = AddressRange(Address(base), Address(top)), isMapped(stack, scene)
      else { continue }
      found.append(stack)
    }
    return found
  }

  /// Wine's own stack of the same thread, in the same view.
  private func ownStack(
    above stack: AddressRange, _ scene: borrowing ContentScene
  ) -> AddressRange? {
    guard let region = scene.map.region(at: stack.upper), region.isPlainMemory,
      region.range.lower < stack.upper, region.range.upper - stack.upper >= ByteCount(Self.ownStack)
    else { return nil }
    return AddressRange(stack.upper, stack.upper + ByteCount(Self.ownStack))
  }

  /// Whether a stack is one view: a guard, then memory.
  private func isMapped(_ stack: AddressRange, _ scene: borrowing ContentScene) -> Bool {
    guard let zone = scene.map.region(at: stack.lower) else { return false }
    if zone.range.upper >= stack.upper { return zone.isPlainMemory }
    guard let memory = scene.map.region(at: zone.range.upper) else { return false }
    return zone.isPlainReserve && memory.isPlainMemory && memory.range.upper >= stack.upper
  }
}

extension WindowsRecognizer {
  /// `ffeeffee` in a heap's header, where Windows has it too.
  private static let heapMark: UInt64 = 0xFFEE_FFEE

  private func isHeap(_ address: UInt64, _ scene: borrowing ContentScene) -> Bool {
    guard address > 0, address % Self.granularity == 0,
      let word = scene.memory.word(at: Address(address + 2 * width))
    else { return false }
    return word & 0xFFFF_FFFF == Self.heapMark
  }

  /// The end of a heap's first segment, whose description follows the heap's own.
  private func heapEnd(
    _ start: Address, _ words: [UInt64], _ scene: borrowing ContentScene
  ) -> Address? {
    guard words[2] & 0xFFFF_FFFF == Self.heapMark else { return nil }
    // The list of segments leads to the entry in the description.
    let skip = (width / 4 + 2) * width
    for word in words where word >= start.value + skip && word < start.value + 4096 {
      let place = Address(word - skip)
      guard let fields = scene.memory.words(at: place, count: 8) else { continue }
      if let end = segmentEnd(place, fields, scene), end > start { return end }
    }
    return nil
  }

  /// The end of a segment: its description has some padding, its size behind the description, how
  /// much of it has memory, its place in a list and its heap (`SUBHEAP` in Wine's dlls/ntdll/heap.c).
  private func segmentEnd(
    _ place: Address, _ words: [UInt64], _ scene: borrowing ContentScene
  ) -> Address? {
    let first = Int(width / 4)
    let size = words[first]
    let heap = words[first + 4]
    guard size > 0, words[first + 1] > 0, words[first + 1] <= size, isHeap(heap, scene) else {
      return nil
    }
    return end(of: place, header: UInt64(first + 5) * width, size: size, scene)
  }

  /// The end of a block so large that it has a view of its own: its place in the heap's list, which
  /// leads back to it, and its size (`ARENA_LARGE`).
  private func largeEnd(
    _ start: Address, _ words: [UInt64], _ scene: borrowing ContentScene
  ) -> Address? {
    let first = Int(width / 4)
    let entry = start.value + UInt64(first) * width
    let (next, previous) = (words[first], words[first + 1])
    let (used, size) = (words[first + 2], words[first + 3])
    guard used > 0, used <= size, next > 1 << 12, previous > 1 << 12, next < 1 << 47,
      previous < 1 << 47, scene.memory.word(at: Address(previous)) == entry,
      scene.memory.word(at: Address(next + width)) == entry
    else { return nil }
    return end(of: start, header: UInt64(first + 5) * width, size: size, scene)
  }

  /// Where a description's size ends, nil where that is no end of a view.
  private func end(
    of place: Address, header: UInt64, size: UInt64, _ scene: borrowing ContentScene
  ) -> Address? {
    guard size < 1 << 40, place.value < 1 << 47 else { return nil }
    let end = Address(place.value + header + size)
    guard end.value % Self.granularity == 0 else { return nil }
    var at = place
    while at < end {
      guard let region = scene.map.region(at: at), region.isUnnamed else { return nil }
      at = region.range.upper
    }
    return end
  }
}
