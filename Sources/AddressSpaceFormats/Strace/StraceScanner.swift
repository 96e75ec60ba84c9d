import AddressSpace

/// A place in a line of a log, moving right; never past the line's end.
struct StraceScanner {
  let bytes: [UInt8]
  var position: Int
  let end: Int

  init(_ bytes: [UInt8], _ line: Range<Int>) {
    self.bytes = bytes
    position = line.lowerBound
    end = line.upperBound
  }

  var isAtEnd: Bool { position >= end }
  var rest: Range<Int> { position..<end }

  func starts(_ text: String) -> Bool {
    var index = position
    for byte in text.utf8 {
      guard index < end, bytes[index] == byte else { return false }
      index += 1
    }
    return true
  }

  mutating func skipBlanks() {
    while position < end, bytes[position] == 0x20 || bytes[position] == 0x09 { position += 1 }
  }

  @discardableResult
  mutating func skip(_ text: String) -> Bool {
    guard starts(text) else { return false }
    position += text.utf8.count
    return true
  }

  mutating func skip(past byte: UInt8) -> Bool {
    guard let found = bytes[position..<end].firstIndex(of: byte) else { return false }
    position = found + 1
    return true
  }

  /// Reads a decimal number of at most 18 digits.
  mutating func decimal() -> UInt64? {
    var value: UInt64 = 0
    let start = position
    while position < end, case let digit = bytes[position] &- 0x30, digit < 10 {
      guard position - start < 18 else { return nil }
      value = value * 10 + UInt64(digit)
      position += 1
    }
    return position > start ? value : nil
  }

  /// Reads `0x1f`, of at most 64 bits; nil where there is none, and stays.
  mutating func hexadecimal() -> UInt64? {
    let start = position
    guard skip("0x") else { return nil }
    var value: UInt64 = 0
    let first = position
    while position < end, let digit = LineScanner.hexadecimalDigit(bytes[position]),
      value >> 60 == 0
    {
      value = value << 4 | UInt64(digit)
      position += 1
    }
    if position > first { return value }
    position = start
    return nil
  }

  /// Reads `123 `, `123<name> ` or `[pid   123] `; nil where there is none, and stays.
  mutating func process() -> Int32? {
    let start = position
    let isBracketed = skip("[pid")
    if isBracketed { skipBlanks() }
    if let number = decimal(), let pid = Int32(exactly: number) {
      let hasName = position < end && bytes[position] == UInt8(ascii: "<")
      let isNamed = !hasName || skip(past: UInt8(ascii: ">"))
      if isNamed, isBracketed ? skip("]") : position < end && bytes[position] == 0x20 {
        return pid
      }
    }
    position = start
    return nil
  }

  /// Reads a time in nanoseconds, and whether it is one of a clock; nil where there is none, and
  /// stays. `-ttt` and `-r` look alike, but the first is of this century.
  mutating func time() -> (nanoseconds: UInt64, isClock: Bool)? {
    let start = position
    if starts("(+"), skip("(+") {
      skipBlanks()
      if let time = seconds(), skip(")") { return (time, false) }
    } else if let hours = decimal(), hours < 100, skip(":"), let minutes = decimal(), minutes < 60,
      skip(":"), let seconds = seconds()
    {
      return ((hours * 60 + minutes) * 60_000_000_000 + seconds, true)
    } else {
      position = start
      if let seconds = seconds(), bytes[start..<position].contains(UInt8(ascii: ".")) {
        return (seconds, seconds > 100_000_000 * 1_000_000_000)
      }
    }
    position = start
    return nil
  }

  /// Reads `12` or `12.345678`, up to a blank or a bracket.
  private mutating func seconds() -> UInt64? {
    guard let whole = decimal(), whole < 10_000_000_000 else { return nil }
    var time = whole * 1_000_000_000
    if skip(".") {
      let start = position
      guard let fraction = decimal(), position - start <= 9 else { return nil }
      var scaled = fraction
      for _ in (position - start)..<9 { scaled *= 10 }
      time += scaled
    }
    guard position < end, bytes[position] == 0x20 || bytes[position] == UInt8(ascii: ")") else {
      return nil
    }
    return time
  }
}
