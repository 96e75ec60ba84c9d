/// Heaps of glibc's thread arenas by their shape: aligned to their largest size (`HEAP_MAX_SIZE`),
/// memory first and above it, up to that size, what is reserved to grow.
struct GlibcArenaShapes: OriginRule {
  private let heapMax: ByteCount

  init?(_ scene: OriginScene) {
    guard scene.system != .windows, !scene.facts.showsAllOfGlibc else { return nil }
    heapMax = Self.largestHeap(scene.wordSize)
  }

  /// Twice the largest mmap threshold (glibc `arena.c`, `malloc.c`).
  static func largestHeap(_ wordSize: WordSize) -> ByteCount {
    wordSize == .bits32 ? .mebibytes(1) : .mebibytes(64)
  }

  func origin(at index: Int, in scene: OriginScene) -> Origin? {
    let region = scene.regions[index]
    if region.isPlainMemory, let tail = scene.above(index), isHeap(region, tail) {
      return Origin(.glibcArena, .likely)
    }
    if region.isPlainReserve, let memory = scene.below(index), isHeap(memory, region) {
      return Origin(.glibcArena, .likely)
    }
    return nil
  }

  private func isHeap(_ memory: Region, _ tail: Region) -> Bool {
    memory.isPlainMemory && tail.isPlainReserve
      && memory.range.lower.value % heapMax.value == 0
      && tail.range.upper.value % heapMax.value == 0
      && tail.size < heapMax && memory.kind != .heap
  }
}
