/// Which list of an arena holds free chunks of a size: one size each up to some, then ranges.
///
/// `smallbin_index` and `largebin_index`.
extension GlibcRules {
  /// The lists of an arena, the first of which does not exist (`NBINS`).
  static let bins = 128
  /// The list of chunks that are not sorted yet.
  static let unsorted = 1

  /// From this size on a list holds several sizes (`MIN_LARGE_SIZE`).
  var firstLarge: UInt64 { (64 - correction) * alignment }

  private var correction: UInt64 { alignment > header ? 1 : 0 }

  /// The list for chunks of a size.
  func bin(_ size: UInt64) -> Int {
    size < firstLarge ? Int(size / alignment + correction) : largeBin(size)
  }

  private func largeBin(_ size: UInt64) -> Int {
    let (most, first): (UInt64, UInt64) =
      sizeField == 8 ? (48, 48) : alignment == 16 ? (45, 49) : (38, 56)
    if size >> 6 <= most { return Int(first + (size >> 6)) }
    if size >> 9 <= 20 { return Int(91 + (size >> 9)) }
    if size >> 12 <= 10 { return Int(110 + (size >> 12)) }
    if size >> 15 <= 4 { return Int(119 + (size >> 15)) }
    if size >> 18 <= 2 { return Int(124 + (size >> 18)) }
    return 126
  }
}
