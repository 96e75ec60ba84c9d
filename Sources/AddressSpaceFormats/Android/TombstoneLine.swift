import AddressSpace

/// One mapping of a tombstone's map: `LOW-HIGH rwx OFFSET SIZE NAME (BuildId: …) (load bias 0x…)`.
///
/// The last address is inside; 64-bit addresses have an apostrophe in their middle.
struct TombstoneLine {
  let region: Region

  init?(_ line: ArraySlice<UInt8>) {
    var rest = line.drop { $0 == 0x20 }
    guard let lower = Self.address(&rest), rest.popFirst() == UInt8(ascii: "-"),
      let last = Self.address(&rest), rest.popFirst() == 0x20
    else { return nil }
    // Versions before Android 5 print the first address outside.
    let upper = last & 0xFFF == 0xFFF ? last &+ 1 : last
    guard let range = AddressRange(Address(lower), Address(upper)),
      let access = Self.access(rest.prefix(3))
    else { return nil }
    rest = rest.dropFirst(3)
    // Offset and size, which old versions lack.
    var offset: UInt64 = 0
    if let (value, behind) = Self.column(rest), let (_, name) = Self.column(behind) {
      (offset, rest) = (value, name)
    }
    region = Region(range: range, access: access, offset: offset, name: Self.name(rest))
  }

  private static func address(_ rest: inout ArraySlice<UInt8>) -> UInt64? {
    var value: UInt64 = 0
    var digits = 0
    while let byte = rest.first {
      if byte == UInt8(ascii: "'"), digits > 0 {
        rest = rest.dropFirst()
        continue
      }
      guard let digit = LineScanner.hexadecimalDigit(byte) else { break }
      guard value >> 60 == 0 else { return nil }
      value = value << 4 | UInt64(digit)
      digits += 1
      rest = rest.dropFirst()
    }
    return digits >= 6 ? value : nil
  }

  private static func access(_ letters: ArraySlice<UInt8>) -> Region.Access? {
    guard letters.count == 3 else { return nil }
    var access: Region.Access = []
    for (letter, (byte, right)) in zip(
      letters,
      [
        (UInt8(ascii: "r"), Region.Access.read), (UInt8(ascii: "w"), .write),
        (UInt8(ascii: "x"), .execute),
      ])
    {
      if letter == byte { access.insert(right) } else if letter != UInt8(ascii: "-") { return nil }
    }
    return access
  }

  /// A number in hexadecimal with blanks before it and after it, or the line's end.
  private static func column(
    _ rest: ArraySlice<UInt8>
  ) -> (UInt64, behind: ArraySlice<UInt8>)? {
    let text = rest.drop { $0 == 0x20 }
    let digits = text.prefix { LineScanner.hexadecimalDigit($0) != nil }
    guard text.startIndex > rest.startIndex, !digits.isEmpty, digits.count <= 16,
      digits.endIndex == text.endIndex || text[digits.endIndex] == 0x20
    else { return nil }
    let value = digits.reduce(UInt64(0)) { $0 << 4 | UInt64(LineScanner.hexadecimalDigit($1) ?? 0) }
    return (value, text[digits.endIndex...])
  }

  /// The name without what the unwinder says of the file.
  private static func name(_ rest: ArraySlice<UInt8>) -> String {
    var text = rest.drop { $0 == 0x20 }
    for remark in [" (load bias ", " (load base ", " (BuildId: "] {
      if text.last == UInt8(ascii: ")"), let found = text.lastRange(of: remark) {
        text = text[..<found.lowerBound]
      }
    }
    if text.starts(with: "<anonymous:".utf8) || text.starts(with: "(BuildId: ".utf8) { return "" }
    return RegionName.decoded(text)
  }
}

extension ArraySlice<UInt8> {
  /// Where a text stands first.
  func firstRange(of text: String) -> Range<Int>? {
    let wanted = Array(text.utf8)
    guard let first = wanted.first, count >= wanted.count else { return nil }
    var from = startIndex
    while let found = self[from...].firstIndex(of: first), endIndex - found >= wanted.count {
      if self[found..<found + wanted.count].elementsEqual(wanted) {
        return found..<found + wanted.count
      }
      from = found + 1
    }
    return nil
  }

  /// Where a text stands last.
  func lastRange(of text: String) -> Range<Int>? {
    let wanted = Array(text.utf8)
    guard let first = wanted.first, count >= wanted.count else { return nil }
    var end = endIndex - wanted.count + 1
    while let found = self[..<end].lastIndex(of: first) {
      if self[found..<found + wanted.count].elementsEqual(wanted) {
        return found..<found + wanted.count
      }
      end = found
    }
    return nil
  }

  func contains(sequence text: String) -> Bool { firstRange(of: text) != nil }
}
