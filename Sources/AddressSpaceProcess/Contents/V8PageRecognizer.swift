import AddressSpace

/// Pages of V8's heap: at multiples of 256 KiB, they begin with their size, their heap and where
/// objects lie in them, and hold the reservation that they are in (`MemoryChunk`, V8 6 to 11).
struct V8PageRecognizer: ContentRecognizer {
  private let mapped: AddressMap
  /// Whether the process is known to have V8.
  private let isNamed: Bool

  init?(_ scene: borrowing ContentScene) {
    mapped = scene.map
    isNamed = V8Shapes.isNamed(by: scene.modules)
  }

  /// `kPageSize`, which is the alignment of all chunks too.
  private static let alignment: UInt64 = 256 << 10
  /// No chunk is larger: a large object is one chunk.
  private static let largest: UInt64 = 4 << 30

  func piece(
    at start: Address, in run: AddressRange, _ scene: borrowing ContentScene
  ) -> ContentFacts.Piece? {
    page(at: start, scene) ?? memoryOfWasm(from: start, in: run)
  }

  private func page(
    at start: Address, _ scene: borrowing ContentScene
  ) -> ContentFacts.Piece? {
    guard start.value % Self.alignment == 0, let words = scene.memory.words(at: start, count: 16)
    else { return nil }
    let (size, heap, first, last) = (words[0], words[2], words[3], words[4])
    guard size >= 4096, size % 4096 == 0, size <= Self.largest, heap % scene.width == 0,
      scene.isReadable(heap), first > start.value, first <= start.value + 64 << 10,
      last > first, last <= start.value + size
    else { return nil }
    // The reservation that it is in: where that begins and how large it is.
    guard (5..<15).contains(where: { words[$0] == start.value && words[$0 + 1] == size }),
      let range = AddressRange(start, start + ByteCount(size)), let used = used(range),
      let part = AddressRange(start, used.end)
    else { return nil }
    return ContentFacts.Piece(part, Origin(used.isCode ? .v8Code : .v8Heap, .certain))
  }

  /// What a page has of its range, which has no gap and no file in it: where that ends, and whether
  /// some of it may run. Pages of code have guards, the last of which can be one with the reserve
  /// of the whole range for code.
  private func used(_ range: AddressRange) -> (end: Address, isCode: Bool)? {
    var end = range.lower
    var isCode = false
    while end < range.upper {
      guard let region = mapped.region(at: end), region.isUnnamed else { return nil }
      if region.isPlainReserve, region.range.upper > range.upper { break }
      isCode = isCode || region.access.contains(.execute)
      end = min(region.range.upper, range.upper)
    }
    return (end, isCode)
  }

  /// The rest of a region behind a page, below a reserve: both in pages of WebAssembly's.
  private func memoryOfWasm(from start: Address, in run: AddressRange) -> ContentFacts.Piece? {
    let page: UInt64 = 64 << 10
    guard isNamed, start > run.lower, start.value % page == 0, run.upper.value % page == 0,
      let reserve = mapped.region(at: run.upper), reserve.isPlainReserve,
      reserve.range.upper.value % page == 0, mapped.region(at: start)?.range.upper == run.upper,
      let range = AddressRange(start, run.upper)
    else { return nil }
    return ContentFacts.Piece(range, Origin(.wasmMemory, .likely))
  }
}
