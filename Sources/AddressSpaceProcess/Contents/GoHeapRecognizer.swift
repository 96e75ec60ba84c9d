import AddressSpace

/// Go's heap, in a program whose header has Go's build note: the reservation that begins where the
/// runtime asks for its first arena.
struct GoHeapRecognizer: ContentRecognizer {
  private let program: Address
  private let mapped: AddressMap

  init?(_ scene: borrowing ContentScene) {
    // Cheaper than to read: there is hardly ever memory at such an address.
    let isNarrow = scene.wordSize == .bits32
    let isLikely =
      isNarrow
      || scene.map.regions.contains { $0.isPlainMemory && GoPlaces.isHint($0.range.lower) }
    guard isLikely, let image = scene.map.images.first,
      let end = GoPlaces.programEnd(scene.map.regions),
      let page = scene.memory.bytes(at: image.range.lower, count: 4096), Self.hasNote(page)
    else { return nil }
    program = end
    mapped = scene.map
  }

  /// The note that Go's linker writes (`ELF_NOTE_GOBUILDID_TAG`): the length of its name, of its
  /// text, its kind and its name.
  private static func hasNote(_ page: [UInt8]) -> Bool {
    let name: [UInt8] = [4, 0, 0, 0, 0x47, 0x6F, 0, 0]
    return stride(from: 8, to: page.count - 8, by: 4).contains { place in
      page[place..<(place + 8)].elementsEqual(name)
        && page[(place - 8)..<(place - 4)].elementsEqual([4, 0, 0, 0])
    }
  }

  func piece(
    at start: Address, in run: AddressRange, _ scene: borrowing ContentScene
  ) -> ContentFacts.Piece? {
    let isStart =
      scene.wordSize == .bits32
      ? GoPlaces.isNarrowStart(start, program) : GoPlaces.isHint(start)
    guard isStart, let range = reservation(from: start) else { return nil }
    let arena = scene.wordSize == .bits32 ? GoPlaces.narrowArena : GoPlaces.wideArena
    guard range.size.value % arena.value == 0 else { return nil }
    return ContentFacts.Piece(range, Origin(.goHeap, .certain))
  }

  /// All private memory and reserve from `start` on that touches.
  private func reservation(from start: Address) -> AddressRange? {
    var end = start
    while let region = mapped.region(at: end), region.range.lower == end,
      region.isPlainMemory || region.isPlainReserve
    { end = region.range.upper }
    return AddressRange(start, end)
  }
}
