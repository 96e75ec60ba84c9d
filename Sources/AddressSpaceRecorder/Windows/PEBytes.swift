/// The bytes of a file, of which everything is asked with a place that may be outside.
struct PEBytes: Sendable {
  let bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var count: Int { bytes.count }

  /// Where the signature of a Windows image stands, nil where there is none.
  var start: Int? {
    guard number(at: 0, size: 2) == 0x5a4d, let start = int(at: 0x3c, size: 4),
      number(at: start, size: 4) == 0x4550
    else { return nil }
    return start
  }

  /// A little-endian number of 1 to 8 bytes, nil where not all of it is inside.
  func number(at place: Int, size: Int) -> UInt64? {
    guard place >= 0, size <= count, place <= count - size else { return nil }
    return bytes[place..<place + size].reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// A number of at most 4 bytes.
  func int(at place: Int, size: Int) -> Int? { number(at: place, size: size).map { Int($0) } }

  /// What stands in `range` up to its first zero byte; nil where the range is not inside.
  func text(in range: Range<Int>) -> String? {
    guard range.lowerBound >= 0, range.upperBound <= count else { return nil }
    let most = range.prefix(Self.longestText)
    return String(decoding: bytes[most].prefix { $0 != 0 }, as: UTF8.self)
  }

  /// Mangled names are long, but not longer.
  private static var longestText: Int { 1 << 12 }
}
