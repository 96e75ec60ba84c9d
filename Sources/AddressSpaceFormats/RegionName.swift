/// Turns the bytes of a name into text without losing any: bytes that are not UTF-8 become `\xNN`.
struct RegionName {
  private var lastBytes: Range<Int> = 0..<0
  private var lastText = ""

  /// The name at `range` of `bytes`. Neighbouring lines mostly name the same file: that is kept.
  mutating func text(of bytes: [UInt8], _ range: Range<Int>) -> String {
    guard !range.isEmpty else { return "" }
    if range.count != lastBytes.count || !bytes[range].elementsEqual(bytes[lastBytes]) {
      lastText = Self.decoded(bytes[range])
      lastBytes = range
    }
    return lastText
  }

  static func decoded(_ bytes: ArraySlice<UInt8>) -> String {
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    var text = ""
    var rest = bytes
    while !rest.isEmpty {
      let length = lengthOfScalar(in: rest)
      if length > 0, let scalar = String(validating: rest.prefix(length), as: UTF8.self) {
        text += scalar
        rest = rest.dropFirst(length)
      } else {
        let digits = String(rest.removeFirst(), radix: 16, uppercase: true)
        text += "\\x" + (digits.utf8.count == 1 ? "0" : "") + digits
      }
    }
    return text
  }

  /// The number of bytes that the first byte announces, 0 where it cannot begin a scalar.
  private static func lengthOfScalar(in bytes: ArraySlice<UInt8>) -> Int {
    switch bytes.first {
    case .some(0x00...0x7F): 1
    case .some(0xC2...0xDF): 2
    case .some(0xE0...0xEF): 3
    case .some(0xF0...0xF4): 4
    default: 0
    }
  }
}
