import AddressSpace

/// Segments of mimalloc 2: at multiples of their size, they hold how many slices they have, and a
/// cookie that is made of their address and a number of the process, the same in all segments.
struct MimallocRecognizer: ContentRecognizer {
  private let segment: UInt64
  private let slice: UInt64
  private let cookie: Cookie

  /// Where in a segment the cookie is, in words, and the process's number in it.
  private struct Cookie: Hashable {
    let word: Int
    let number: UInt64
  }

  init?(_ scene: borrowing ContentScene) {
    // `MI_SEGMENT_SIZE` and `MI_SEGMENT_SLICE_SIZE` (mimalloc-types.h).
    segment = scene.wordSize == .bits32 ? 4 << 20 : 32 << 20
    slice = scene.wordSize == .bits32 ? 32 << 10 : 64 << 10
    var seen: [Cookie: Int] = [:]
    var places = 0
    let regions = scene.map.regions
    for index in regions.indices
    where regions[index].range.lower.value % segment == 0 && regions[index].isPlainMemory {
      let range = regions[index].range
      for start in stride(from: range.lower.value, to: range.upper.value, by: Int(segment)) {
        places += 1
        let length = range.upper.value - start
        guard places < Self.mostPlaces,
          let found = Self.cookie(at: Address(start), most: length / slice, scene)
        else { break }
        seen[found, default: 0] += 1
      }
    }
    let most = seen.max { ($0.value, $1.key.number) < ($1.value, $0.key.number) }
    // One segment alone is not proof enough where the library's name is not there.
    guard let most, most.value > 1 || scene.hasModule("libmimalloc") else { return nil }
    cookie = most.key
  }

  /// No more places than this are looked at before the cookie is known.
  private static let mostPlaces = 2000
  /// The cookie is in the first words, behind what memory the segment is of and which parts of it
  /// have any.
  private static let header = 64

  /// The cookie of a segment: behind it stand the number of slices, of those of the header, what
  /// kind it is and how many entries it has; before it how many pages are used, of them abandoned.
  private static func cookie(
    at start: Address, most: UInt64, _ scene: borrowing ContentScene
  ) -> Cookie? {
    guard let words = scene.memory.words(at: start, count: header) else { return nil }
    for word in 6..<(header - 4) where words[word] > 1 << 16 {
      let (slices, own, kind, entries) = (
        words[word + 1], words[word + 2], words[word + 3] & 0xFFFF_FFFF, words[word + 4]
      )
      let (abandoned, used) = (words[word - 2], words[word - 1])
      guard slices > own, slices <= most, own >= 1, own <= 32, kind <= 1, entries >= 1,
        entries <= slices, used >= 1, used <= slices, abandoned <= used
      else { continue }
      return Cookie(word: word, number: words[word] ^ start.value)
    }
    return nil
  }

  func piece(
    at start: Address, in run: AddressRange, _ scene: borrowing ContentScene
  ) -> ContentFacts.Piece? {
    guard start.value % segment == 0 else { return nil }
    let length = run.upper.value - start.value
    if let slices = slices(at: start, scene), slices <= length / slice {
      let size = min(length, Self.good(slices * slice))
      return AddressRange(start, start + ByteCount(size)).map {
        ContentFacts.Piece($0, Origin(.mimalloc, .certain))
      }
    }
    // The rest of an arena: segments that were not used yet.
    guard start.value >= segment, run.contains(Address(start.value - segment)),
      slices(at: Address(start.value - segment), scene) != nil,
      let rest = AddressRange(start, run.upper.roundedDown(to: ByteCount(segment))),
      let region = scene.map.region(at: start), rest.clamped(to: region.range) == rest,
      scene.memory.words(at: start, count: Self.header)?.allSatisfy({ $0 == 0 }) == true
    else { return nil }
    return ContentFacts.Piece(rest, Origin(.mimalloc, .likely))
  }

  private func slices(at start: Address, _ scene: borrowing ContentScene) -> UInt64? {
    guard let words = scene.memory.words(at: start, count: cookie.word + 2),
      words[cookie.word] ^ start.value == cookie.number, words[cookie.word + 1] > 0
    else { return nil }
    return words[cookie.word + 1]
  }

  /// What is asked of the system for so much (`_mi_os_good_alloc_size`).
  private static func good(_ size: UInt64) -> UInt64 {
    let mebibyte: UInt64 = 1 << 20
    let unit: UInt64 =
      size < mebibyte / 2
      ? 4096
      : size < 2 * mebibyte
        ? 64 << 10
        : size < 8 * mebibyte ? 256 << 10 : size < 32 * mebibyte ? mebibyte : 4 * mebibyte
    return (size + unit - 1) / unit * unit
  }
}
