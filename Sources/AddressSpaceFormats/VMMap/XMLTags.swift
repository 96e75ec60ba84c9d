/// The tags of an XML text and their attributes, one after the other.
///
/// What VMMap saves has nothing but tags with attributes, so this reads no more than those: text is
/// passed over, no entity is expanded but the five of XML and numbers, a document type is refused by
/// whoever reads. Nothing recurses, nothing is kept but the tag at hand, and a file that was cut off
/// gives the tags before the cut.
struct XMLTags {
  private let bytes: [UInt8]
  private var position = 0
  private var line = 1
  /// Whether the text ended inside a tag.
  private(set) var endsInTag = false

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// One tag.
  struct Tag {
    /// Its name.
    let name: String
    /// Whether it opens an element; `<a/>` opens and closes.
    let opens: Bool
    /// Whether it closes one.
    let closes: Bool
    /// The line on which it begins.
    let line: Int
    fileprivate let attributes: [(name: Range<Int>, value: Range<Int>)]
    fileprivate let bytes: [UInt8]

    /// The text of an attribute, nil where it has none of that name.
    subscript(name: String) -> String? {
      attributes.first { bytes[$0.name].elementsEqual(name.utf8) }
        .map { XMLTags.text(bytes[$0.value]) }
    }
  }

  /// The next tag, nil at the end.
  mutating func next() -> Tag? {
    while passText() {
      if passes("<!--", until: "-->") || passes("<?", until: "?>")
        || passes("<![CDATA[", until: "]]>") || passes("<!", until: ">")
      {
        continue
      }
      let start = line
      position += 1
      let closes = take(UInt8(ascii: "/"))
      let name = takeName()
      var attributes: [(name: Range<Int>, value: Range<Int>)] = []
      var isEmpty = false
      while position < bytes.count, bytes[position] != UInt8(ascii: ">") {
        if take(UInt8(ascii: "/")) {
          isEmpty = true
        } else if let attribute = takeAttribute() {
          // More than a tag of this form ever has is no tag of this form.
          if attributes.count < 64 { attributes.append(attribute) }
        } else {
          step()
        }
      }
      guard take(UInt8(ascii: ">")) else { break }
      return Tag(
        name: RegionName.decoded(bytes[name]), opens: !closes, closes: closes || isEmpty,
        line: start, attributes: attributes, bytes: bytes)
    }
    return nil
  }

  /// Goes to the next `<`; answers whether there is one.
  private mutating func passText() -> Bool {
    while position < bytes.count, bytes[position] != UInt8(ascii: "<") { step() }
    return position < bytes.count
  }

  private mutating func step() {
    guard position < bytes.count else { return }
    if bytes[position] == 0x0A { line += 1 }
    position += 1
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard position < bytes.count, bytes[position] == byte else { return false }
    step()
    return true
  }

  /// Passes what begins with `start`, to `end` or to the end of the text.
  private mutating func passes(_ start: Word, until end: Word) -> Bool {
    guard bytes.count - position >= start.bytes.count,
      bytes[position..<position + start.bytes.count].elementsEqual(start.bytes)
    else { return false }
    position += start.bytes.count
    while position < bytes.count, !bytes.begins(with: end, at: position) { step() }
    if position >= bytes.count { endsInTag = true }
    position = min(bytes.count, position + end.bytes.count)
    return true
  }

  private mutating func takeName() -> Range<Int> {
    let start = position
    while position < bytes.count, Self.isName(bytes[position]) { position += 1 }
    return start..<position
  }

  /// `name="value"` or `name='value'`.
  private mutating func takeAttribute() -> (name: Range<Int>, value: Range<Int>)? {
    let name = takeName()
    guard !name.isEmpty else { return nil }
    passBlanks()
    guard take(UInt8(ascii: "=")) else { return (name, position..<position) }
    passBlanks()
    guard position < bytes.count else { return nil }
    let quote = bytes[position]
    guard quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else { return nil }
    position += 1
    let start = position
    while position < bytes.count, bytes[position] != quote { step() }
    let value = start..<position
    _ = take(quote)
    return (name, value)
  }

  private mutating func passBlanks() {
    while position < bytes.count, bytes[position] <= 0x20 { step() }
  }

  private static func isName(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"),
      UInt8(ascii: ":"), UInt8(ascii: "."), 0x80...0xFF:
      true
    default: false
    }
  }

  /// A value with the five entities of XML and numbers put in; others stay as they are written.
  private static func text(_ bytes: ArraySlice<UInt8>) -> String {
    guard bytes.contains(UInt8(ascii: "&")) else { return RegionName.decoded(bytes) }
    var result: [UInt8] = []
    var rest = bytes
    while let byte = rest.first {
      if byte == UInt8(ascii: "&"), let end = rest.prefix(12).firstIndex(of: UInt8(ascii: ";")),
        let replaced = entity(rest[(rest.startIndex + 1)..<end])
      {
        result += Array(replaced.utf8)
        rest = rest[(end + 1)...]
      } else {
        result.append(byte)
        rest = rest.dropFirst()
      }
    }
    return RegionName.decoded(result[...])
  }

  private static func entity(_ name: ArraySlice<UInt8>) -> String? {
    switch String(decoding: name, as: UTF8.self) {
    case "amp": return "&"
    case "lt": return "<"
    case "gt": return ">"
    case "quot": return "\""
    case "apos": return "'"
    case let text where text.hasPrefix("#"):
      let digits = text.dropFirst()
      let number =
        digits.lowercased().hasPrefix("x") ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
      return number.flatMap(Unicode.Scalar.init).map { String(Character($0)) }
    default: return nil
    }
  }
}
