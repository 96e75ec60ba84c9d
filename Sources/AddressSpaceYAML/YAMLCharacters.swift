/// What letters a document may hold, asked before libyaml sees any: so it never has to guess an
/// encoding, and lines are what editors count.
enum YAMLCharacters {
  /// Refuses what is no UTF-8, control characters, Unicode's own line breaks, tabs that indent, and
  /// directives: those are looked up one by one for each further one. Gives the place behind the last
  /// letter.
  static func check(_ text: [UInt8]) throws(YAMLError) -> YAMLPlace {
    var scan = Scan(text)
    var isIndent = true
    while let (letter, place) = scan.next() {
      guard let letter else { throw YAMLError(place, .notUTF8) }
      guard isAllowed(letter) else { throw YAMLError(place, .character(letter)) }
      if place.column == 1 {
        isIndent = true
        if letter == "%" { throw YAMLError(place, .directive) }
      }
      if isIndent && letter == "\t" { throw YAMLError(place, .tab) }
      isIndent = isIndent && letter == " "
    }
    return scan.end
  }

  /// What stands at a place, nil behind the end.
  static func letter(at wanted: YAMLPlace, in text: [UInt8]) -> Unicode.Scalar? {
    var scan = Scan(text)
    while let (letter, place) = scan.next() {
      if place >= wanted { return place == wanted ? letter : nil }
    }
    return nil
  }

  private static func isAllowed(_ letter: Unicode.Scalar) -> Bool {
    switch letter.value {
    case 0x09, 0x0A, 0x0D, 0x20...0x7E: true
    case 0x2028, 0x2029, 0xFEFF: false
    case 0xA0...0xD7FF, 0xE000...0xFFFD, 0x10000...0x10FFFF: true
    default: false
    }
  }

  /// Letters with their places; nil for bytes that are none.
  private struct Scan {
    private var bytes: IndexingIterator<[UInt8]>
    private var decoder = UTF8()
    /// Behind the last letter, on its line.
    private var behind = YAMLPlace.start
    private var last: Unicode.Scalar?

    init(_ text: [UInt8]) {
      bytes = text.makeIterator()
    }

    /// Behind the last letter.
    var end: YAMLPlace {
      last == "\n" || last == "\r" ? YAMLPlace(line: behind.line + 1, column: 1) : behind
    }

    mutating func next() -> (Unicode.Scalar?, YAMLPlace)? {
      let letter: Unicode.Scalar?
      switch decoder.decode(&bytes) {
      case .emptyInput: return nil
      case .error: letter = nil
      case .scalarValue(let value): letter = value
      }
      // A carriage return alone ends a line; with a newline both do once.
      let place = last == "\r" && letter == "\n" ? behind : end
      behind = YAMLPlace(line: place.line, column: place.column + 1)
      last = letter
      return (letter, place)
    }
  }
}
