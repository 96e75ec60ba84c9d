import AddressSpace

/// Segments of .NET's heap: they begin with their description (`heap_segment`, .NET Core to .NET 6,
/// and later versions without regions), which says how far the segment has memory and where its
/// reservation ends.
struct DotnetSegmentRecognizer: ContentRecognizer {
  private let mapped: AddressMap

  init?(_ scene: borrowing ContentScene) {
    mapped = scene.map
  }

  /// Objects begin a page behind the description.
  private static let firstObject: UInt64 = 4096

  func piece(
    at start: Address, in run: AddressRange, _ scene: borrowing ContentScene
  ) -> ContentFacts.Piece? {
    guard let words = scene.memory.words(at: start, count: 5) else { return nil }
    let (allocated, committed, reserved, used, first) =
      (words[0], words[1], words[2], words[3], words[4])
    guard first == start.value + Self.firstObject, allocated >= first, allocated <= committed,
      used >= first, used <= committed, committed % Self.firstObject == 0,
      committed <= run.upper.value, reserved % Self.firstObject == 0, reserved > committed,
      let range = AddressRange(start, Address(reserved)), isReservation(range)
    else { return nil }
    return ContentFacts.Piece(range, Origin(.dotnetHeap, .certain))
  }

  /// Whether a range is memory and then reserve, without a gap or a file.
  private func isReservation(_ range: AddressRange) -> Bool {
    var end = range.lower
    while end < range.upper {
      guard let region = mapped.region(at: end),
        region.isPlainReserve || region.isPlainMemory && end == range.lower
      else { return false }
      end = region.range.upper
    }
    return true
  }
}
