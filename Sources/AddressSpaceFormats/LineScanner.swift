import AddressSpace

/// A place in one line of text, moving right; never past the line's end.
struct LineScanner {
  let bytes: [UInt8]
  private(set) var position: Int
  let end: Int

  init(_ bytes: [UInt8], _ line: Range<Int>) {
    self.bytes = bytes
    position = line.lowerBound
    end = line.upperBound
  }

  /// What is left of the line.
  var rest: Range<Int> { position..<end }

  /// Passes blanks and tabs, and says how many.
  @discardableResult
  mutating func skipBlanks() -> Int {
    let start = position
    while position < end, bytes[position] == 0x20 || bytes[position] == 0x09 { position += 1 }
    return position - start
  }

  /// Passes everything up to the next blank.
  mutating func word() -> Range<Int> {
    let start = position
    while position < end, bytes[position] != 0x20, bytes[position] != 0x09 { position += 1 }
    return start..<position
  }

  /// Reads a hexadecimal number, nil where there is none or it needs more than 64 bits.
  mutating func hexadecimal() -> UInt64? {
    var value: UInt64 = 0
    let start = position
    while position < end, let digit = Self.hexadecimalDigit(bytes[position]) {
      guard value >> 60 == 0 else { return nil }
      value = value << 4 | UInt64(digit)
      position += 1
    }
    return position > start ? value : nil
  }

  /// Reads a number as Windows' debuggers print it: hexadecimal, the upper half of a long one before a
  /// backtick, perhaps behind `0x`; nil where there is none.
  mutating func debuggerNumber() -> UInt64? {
    guard var value = hexadecimal() else { return nil }
    if value == 0, skip(UInt8(ascii: "x")) {
      guard let digits = hexadecimal() else { return nil }
      value = digits
    }
    guard skip(UInt8(ascii: "`")) else { return value }
    guard value >> 32 == 0, let low = hexadecimal(), low >> 32 == 0 else { return nil }
    return value << 32 | low
  }

  /// Reads a decimal number, nil where there is none or it needs more than 64 bits.
  mutating func decimal() -> UInt64? {
    var value: UInt64 = 0
    let start = position
    while position < end, case let digit = bytes[position] &- 0x30, digit < 10 {
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(UInt64(digit))
      guard !overflow, !carry else { return nil }
      value = sum
      position += 1
    }
    return position > start ? value : nil
  }

  /// Passes a device number such as `fe:00`.
  mutating func skipDevice() -> Bool {
    hexadecimal() != nil && skip(UInt8(ascii: ":")) && hexadecimal() != nil
  }

  /// Passes one given byte.
  mutating func skip(_ byte: UInt8) -> Bool {
    guard position < end, bytes[position] == byte else { return false }
    position += 1
    return true
  }

  /// Reads `LOW-HIGH`, at the line's beginning or behind a prefix; nil where the line has none.
  mutating func range() throws(MapsLine.Failure) -> (UInt64, UInt64)? {
    skipBlanks()
    let first = position
    if let range = plainRange() { return range }
    // A log's prefix: look behind each blank, bracket or colon for what can only be a range. Dates
    // and numbers with a dash look like one, but no permissions follow them.
    while position < end {
      while position < end, Self.hexadecimalDigit(bytes[position]) != nil { position += 1 }
      while position < end, Self.hexadecimalDigit(bytes[position]) == nil { position += 1 }
      let start = position
      guard start > 0, !Self.isWordByte(bytes[start - 1]), hasRangeAndPermissions else { continue }
      return try rangeHere()
    }
    // What begins like a mapping and goes wrong behind the range is worth a word on what.
    position = first
    return try rangeHere()
  }

  /// Reads the range where `LOW-HIGH rwxp` stands here, as on nearly every line; else nothing moves.
  private mutating func plainRange() -> (UInt64, UInt64)? {
    let start = position
    if let lower = hexadecimal(), position - start >= Self.fewestDigits, skip(UInt8(ascii: "-")) {
      let middle = position
      if let upper = hexadecimal(), position - middle >= Self.fewestDigits, position + 5 <= end,
        bytes[position] == 0x20, Region.Access(bytes, position + 1..<position + 5) != nil
      {
        return (lower, upper)
      }
    }
    position = start
    return nil
  }

  private mutating func rangeHere() throws(MapsLine.Failure) -> (UInt64, UInt64)? {
    let start = position
    let digits = digitsAhead(from: start)
    guard digits >= Self.fewestDigits, start + digits < end,
      bytes[start + digits] == UInt8(ascii: "-"),
      digitsAhead(from: start + digits + 1) >= Self.fewestDigits
    else { return nil }
    guard let lower = hexadecimal(), skip(UInt8(ascii: "-")), let upper = hexadecimal() else {
      throw .addressTooLong
    }
    return (lower, upper)
  }

  /// The kernel writes eight at least; hand-made files have fewer.
  private static let fewestDigits = 4

  /// Whether `LOW-HIGH rwxp` stands here: enough to be sure in the middle of a line.
  private var hasRangeAndPermissions: Bool {
    let digits = digitsAhead(from: position)
    let dash = position + digits
    guard digits >= Self.fewestDigits, dash < end, bytes[dash] == UInt8(ascii: "-") else {
      return false
    }
    let more = digitsAhead(from: dash + 1)
    let letters = dash + 1 + more + 1
    guard more >= Self.fewestDigits, letters + 4 <= end, bytes[letters - 1] == 0x20 else {
      return false
    }
    return Region.Access(bytes, letters..<letters + 4) != nil
  }

  private func digitsAhead(from start: Int) -> Int {
    var index = start
    while index < end, Self.hexadecimalDigit(bytes[index]) != nil { index += 1 }
    return index - start
  }

  private static func isWordByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"), UInt8(ascii: "-"):
      true
    default: false
    }
  }

  static func hexadecimalDigit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
