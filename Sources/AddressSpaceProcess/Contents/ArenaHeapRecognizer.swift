import AddressSpace

/// Heaps of glibc's thread arenas: aligned to their largest size, they begin with a `heap_info`
/// that leads to the arena and tells how much of the heap can be used.
struct ArenaHeapRecognizer: ContentRecognizer {
  private let heapMax: ByteCount

  init?(_ scene: borrowing ContentScene) {
    heapMax = scene.wordSize == .bits32 ? .mebibytes(1) : .mebibytes(64)
  }

  func piece(
    at start: Address, in run: AddressRange, _ scene: borrowing ContentScene
  ) -> ContentFacts.Piece? {
    guard start.value % heapMax.value == 0 else { return nil }
    // ar_ptr, prev, size, mprotect_size (glibc arena.c).
    guard let words = scene.memory.words(at: start, count: 4) else { return nil }
    let (arena, previous, used, usable) = (words[0], words[1], words[2], words[3])
    guard usable >= 4096, usable <= heapMax.value, usable % 4096 == 0, used > 0, used <= usable,
      arena % scene.width == 0, usable <= (run.upper - start).value,
      isArena(arena, heap: start, previous: previous, scene)
    else { return nil }
    // What can be used ends where the reserve begins, or fills the heap.
    let end = start + ByteCount(usable)
    guard usable == heapMax.value || isReserve(from: end, to: start + heapMax, scene) else {
      return nil
    }
    return AddressRange(start, start + heapMax).map {
      ContentFacts.Piece($0, Origin(.glibcArena, .certain))
    }
  }

  /// Whether the arena lies where it can: behind the `heap_info` of the first heap, whose previous
  /// one is none, and for every other heap in that of an earlier one.
  private func isArena(
    _ arena: UInt64, heap: Address, previous: UInt64, _ scene: borrowing ContentScene
  ) -> Bool {
    let home = arena - arena % heapMax.value
    let offset = arena - home
    guard offset > 0, offset <= 256 else { return false }
    if previous == 0 { return home == heap.value }
    return previous % heapMax.value == 0 && previous != heap.value && home != heap.value
      && scene.memory.word(at: Address(previous)) == arena
  }

  private func isReserve(from: Address, to: Address, _ scene: borrowing ContentScene) -> Bool {
    guard let region = scene.map.region(at: from) else { return false }
    return region.range.lower == from && region.isPlainReserve && region.range.upper >= to
  }
}
