import AddressSpace

/// Pages of V8's heap: at multiples of 256 KiB, they begin with their size, their heap and where
/// objects lie in them, and hold the reservation that they are in (`MemoryChunk`, V8 6 to 11).
struct V8PageRecognizer: ContentRecognizer {
  private let mapped: AddressMap

  init?(_ scene: borrowing ContentScene) {
    mapped = scene.map
  }

  /// `kPageSize`, which is the alignment of all chunks too.
  private static let alignment: UInt64 = 256 << 10
  /// No chunk is larger: a large object is one chunk.
  private static let largest: UInt64 = 4 << 30

  func piece(
    at start: Address, in run: AddressRange, _ scene: borrowing ContentScene
  ) -> ContentFacts.Piece? {
    guard start.value % Self.alignment == 0, let words = scene.memory.words(at: start, count: 16)
    else { return nil }
    let (size, flags, heap) = (words[0], words[1], words[2])
    let (first, last) = (words[3], words[4])
    guard size >= 4096, size % 4096 == 0, size <= Self.largest, heap % scene.width == 0,
      scene.isReadable(heap), first > start.value, first <= start.value + 64 << 10,
      last > first, last <= start.value + size
    else { return nil }
    // The reservation: where it begins and how large it is; of code that of the whole range.
    let isItself = (5..<15).contains { words[$0] == start.value && words[$0 + 1] == size }
    let isCode = flags & 1 != 0
    guard isItself || isCode, let range = AddressRange(start, start + ByteCount(size)),
      isMapped(range)
    else { return nil }
    return ContentFacts.Piece(range, Origin(isCode ? .v8Code : .v8Heap, .certain))
  }

  /// Whether there is no gap and no file in it: pages of code are of several accesses.
  private func isMapped(_ range: AddressRange) -> Bool {
    var at = range.lower
    while at < range.upper {
      guard let region = mapped.region(at: at), region.isUnnamed else { return false }
      at = region.range.upper
    }
    return true
  }
}
