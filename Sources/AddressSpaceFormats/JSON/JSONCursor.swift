import AddressSpace

/// A place in a JSON text (RFC 8259), moving on: whoever reads asks for what should come next.
///
/// It builds no tree, so that its memory does not grow with the text; nesting has a limit.
struct JSONCursor {
  private let bytes: [UInt8]
  private(set) var index = 0
  /// Of each object and array that is open, whether nothing of it was read yet.
  private var isFirst: [Bool] = []

  /// Deeper than any document of this program.
  private static let deepest = 64

  /// Where the text is not what it should be.
  struct Failure: Error {
    let offset: Int
    let message: String
  }

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { index = 3 }
  }

  private func failure(_ message: String) -> Failure {
    index < bytes.count
      ? Failure(offset: index, message: message)
      : Failure(offset: index, message: "the file ends here, perhaps cut off")
  }

  /// The byte that comes next behind blanks.
  private mutating func peek() -> UInt8? {
    while index < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[index]) { index += 1 }
    return index < bytes.count ? bytes[index] : nil
  }

  private mutating func take(_ byte: UInt8) throws(Failure) {
    guard peek() == byte else { throw failure("\(Character(Unicode.Scalar(byte))) is expected") }
    index += 1
  }

  /// Whether what comes next begins so: `{`, `[`, `"`.
  mutating func isNext(_ byte: Unicode.Scalar) -> Bool { peek() == UInt8(ascii: byte) }

  /// Whether `null` comes next; passes it.
  mutating func skipNull() throws(Failure) -> Bool {
    guard isNext("n") else { return false }
    try word("null")
    return true
  }

  /// Nothing but blanks may be left.
  mutating func end() throws(Failure) {
    if peek() != nil { throw failure("there is something behind the document") }
  }
}

extension JSONCursor {
  /// Enters an object.
  mutating func openObject() throws(Failure) { try open(UInt8(ascii: "{")) }

  /// Enters an array.
  mutating func openArray() throws(Failure) { try open(UInt8(ascii: "[")) }

  private mutating func open(_ byte: UInt8) throws(Failure) {
    guard isFirst.count < Self.deepest else { throw failure("it is nested too deeply") }
    try take(byte)
    isFirst.append(true)
  }

  /// The key of the next member, whose value has to be read then; nil, and the object is left,
  /// where there is none.
  mutating func nextKey() throws(Failure) -> String? {
    guard try hasNext(before: UInt8(ascii: "}")) else { return nil }
    let key = try string()
    try take(UInt8(ascii: ":"))
    return key
  }

  /// Whether there is another element, which has to be read then; else the array is left.
  mutating func nextElement() throws(Failure) -> Bool {
    try hasNext(before: UInt8(ascii: "]"))
  }

  private mutating func hasNext(before close: UInt8) throws(Failure) -> Bool {
    guard let first = isFirst.last else { throw failure("nothing is open here") }
    let next = peek()
    if next == close {
      index += 1
      isFirst.removeLast()
      return false
    }
    if !first { try take(UInt8(ascii: ",")) }
    isFirst[isFirst.count - 1] = false
    return true
  }

  /// Passes a value of any form.
  mutating func skip() throws(Failure) {
    switch peek() {
    case UInt8(ascii: "{"):
      try openObject()
      while try nextKey() != nil { try skip() }
    case UInt8(ascii: "["):
      try openArray()
      while try nextElement() { try skip() }
    case UInt8(ascii: "\""): _ = try string()
    case UInt8(ascii: "t"): try word("true")
    case UInt8(ascii: "f"): try word("false")
    case UInt8(ascii: "n"): try word("null")
    default: _ = try number()
    }
  }

  private mutating func word(_ word: String) throws(Failure) {
    guard bytes[index...].starts(with: word.utf8) else { throw failure("\(word) is expected") }
    index += word.utf8.count
  }

  /// A number as it is written.
  private mutating func number() throws(Failure) -> ArraySlice<UInt8> {
    let start = index
    while index < bytes.count, "+-.eE0123456789".utf8.contains(bytes[index]) { index += 1 }
    guard start < index else { throw failure("a value is expected") }
    return bytes[start..<index]
  }

  /// A whole number.
  mutating func integer() throws(Failure) -> UInt64 {
    _ = peek()
    let text = String(decoding: try number(), as: UTF8.self)
    guard let value = UInt64(digits: text) else { throw failure("\(text) is no whole number") }
    return value
  }
}

extension JSONCursor {
  /// A string.
  mutating func string() throws(Failure) -> String {
    try take(UInt8(ascii: "\""))
    var text = ""
    var start = index
    while index < bytes.count {
      switch bytes[index] {
      case UInt8(ascii: "\""):
        text += try part(from: start)
        index += 1
        return text
      case UInt8(ascii: "\\"):
        text += try part(from: start)
        index += 1
        text.unicodeScalars.append(try escape())
        start = index
      case 0..<0x20: throw failure("a string has a control character")
      default: index += 1
      }
    }
    throw failure("a string does not end")
  }

  private func part(from start: Int) throws(Failure) -> String {
    guard let text = String(validating: bytes[start..<index], as: UTF8.self) else {
      throw failure("a string is not UTF-8")
    }
    return text
  }

  private mutating func escape() throws(Failure) -> Unicode.Scalar {
    guard index < bytes.count else { throw failure("a string does not end") }
    let letter = Unicode.Scalar(bytes[index])
    index += 1
    switch letter {
    case "\"", "\\", "/": return letter
    case "b": return "\u{8}"
    case "f": return "\u{C}"
    case "n": return "\n"
    case "r": return "\r"
    case "t": return "\t"
    case "u": return try unicode()
    default: throw failure("\\\(letter) is no escape")
    }
  }

  /// Four hexadecimal digits, or two times four for what is beyond them.
  private mutating func unicode() throws(Failure) -> Unicode.Scalar {
    let first = try unit()
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard (0xD800..<0xDC00).contains(first), bytes[index...].starts(with: "\\u".utf8) else {
      throw failure("half a character is escaped")
    }
    index += 2
    let second = try unit()
    guard (0xDC00..<0xE000).contains(second) else {
      throw failure("half a character is escaped")
    }
    let value = 0x1_0000 + (UInt32(first) & 0x3FF) << 10 + UInt32(second) & 0x3FF
    guard let scalar = Unicode.Scalar(value) else {
      throw failure("half a character is escaped")
    }
    return scalar
  }

  private mutating func unit() throws(Failure) -> UInt16 {
    let digits = bytes[index...].prefix(4)
    let text = String(decoding: digits, as: UTF8.self)
    guard digits.count == 4,
      text.utf8.allSatisfy({ Unicode.Scalar($0).properties.isASCIIHexDigit }),
      let value = UInt16(text, radix: 16)
    else { throw failure("\\u is followed by four hexadecimal digits") }
    index += 4
    return value
  }
}
