/// Text as UTF-8 bytes and its lines, whoever wrote it: Windows programs write UTF-16 too, and end
/// lines in CR LF or, by mistake, in CR CR LF.
struct TextLines {
  let bytes: [UInt8]
  private var start = 0
  /// The number of the line that was read last, from 1.
  private(set) var number = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    if bytes.starts(with: Self.mark) { start = Self.mark.count }
  }

  /// Whether the last line ends without a newline, perhaps cut off.
  var endsInMidLine: Bool { bytes.last.map { $0 != 0x0A } ?? false }

  /// The next line without its end, nil where there is none.
  mutating func next() -> Range<Int>? {
    guard start < bytes.count else { return nil }
    number += 1
    let newline = bytes[start...].firstIndex(of: 0x0A) ?? bytes.count
    var end = newline
    while end > start, bytes[end - 1] == 0x0D { end -= 1 }
    defer { start = newline + 1 }
    return start..<end
  }

  /// The same text as UTF-8: turns what begins with a mark of UTF-16, leaves all else.
  static func utf8(_ bytes: [UInt8]) -> [UInt8] {
    guard bytes.count >= 2 else { return bytes }
    switch (bytes[0], bytes[1]) {
    case (0xFF, 0xFE): return transcoded(bytes, lowFirst: true)
    case (0xFE, 0xFF): return transcoded(bytes, lowFirst: false)
    default: return bytes
    }
  }

  private static func transcoded(_ bytes: [UInt8], lowFirst: Bool) -> [UInt8] {
    let units = (1..<max(1, bytes.count / 2)).lazy.map { unit in
      let (first, second) = (UInt16(bytes[2 * unit]), UInt16(bytes[2 * unit + 1]))
      return lowFirst ? second << 8 | first : first << 8 | second
    }
    return Array(String(decoding: units, as: UTF16.self).utf8)
  }

  /// The mark that UTF-8 text may begin with.
  private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
}

extension [UInt8] {
  /// Whether `word`, which is written small, stands in the range; capitals of ASCII are as small.
  func contains(_ word: Word, in range: Range<Int>) -> Bool {
    firstIndex(of: word, in: range) != nil
  }

  /// Where `word` begins in the range; nil where it does not.
  func firstIndex(of word: Word, in range: Range<Int>) -> Int? {
    guard let first = word.bytes.first, range.count >= word.bytes.count else { return nil }
    var index = range.lowerBound
    let last = range.upperBound - word.bytes.count
    while index <= last {
      if self[index].lowercased == first, begins(with: word, at: index) { return index }
      index += 1
    }
    return nil
  }

  /// Whether `word` stands at an index.
  func begins(with word: Word, at index: Int) -> Bool {
    guard word.bytes.count <= count - index else { return false }
    for offset in word.bytes.indices where self[index + offset].lowercased != word.bytes[offset] {
      return false
    }
    return true
  }
}

/// A word to look for, written small.
struct Word: ExpressibleByStringLiteral, Sendable {
  let bytes: [UInt8]

  init(stringLiteral text: String) { bytes = Array(text.utf8) }
}

extension UInt8 {
  /// The small letter of a capital one of ASCII; every other byte as it is.
  var lowercased: UInt8 {
    (0x41...0x5A).contains(self) ? self | 0x20 : self
  }

  /// Whether it is a blank or a tab.
  var isBlank: Bool { self == 0x20 || self == 0x09 }
}
