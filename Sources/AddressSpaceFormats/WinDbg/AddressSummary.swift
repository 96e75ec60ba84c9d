import AddressSpace

/// The tables of totals that `!address` and `!address -summary` print, as far as they could be read.
struct AddressSummary {
  private(set) var uses: [Total] = []
  private(set) var states: [Total] = []
  /// The largest free region.
  private(set) var largestFree: AddressRange?
  /// The line of its first table.
  private(set) var line: Int?
  private var table = Table.none
  private var form = Form.columns

  /// A row of a table of totals.
  struct Total {
    /// Without `RegionUsage`, `32` or `64`.
    let name: String
    let kind: AddressUse.Kind?
    let wordSize: WordSize?
    /// How many regions; the oldest form has no such column.
    let count: UInt64?
    let bytes: UInt64
  }

  private enum Table {
    case none
    case uses
    case states
    case largest
    /// One that says nothing new.
    case other
  }

  private enum Form {
    /// `NAME COUNT SIZE ( HUMAN ) PERCENT`
    case columns
    /// `SIZE ( KB) : PERCENT : NAME`, up to 6.10
    case sizeFirst
  }

  /// Whether anything of it was read.
  var isEmpty: Bool { uses.isEmpty && states.isEmpty && largestFree == nil }

  /// Takes one line; answers whether it was one of a summary.
  mutating func take(_ bytes: [UInt8], _ line: Range<Int>, number: Int) -> Bool {
    if let heading = Self.heading(bytes, line) {
      // The first table of another summary: the last of several counts.
      if heading == .uses { self = AddressSummary() }
      if self.line == nil { self.line = number }
      table = heading
      form =
        bytes.firstIndex(of: "summary", in: line).map { bytes[$0 + 1] } == UInt8(ascii: "U")
        ? .sizeFirst : .columns
      return true
    }
    if let start = bytes.firstIndex(of: "largest free region: base", in: line) {
      takeLargest(bytes, start + 25..<line.upperBound)
      if self.line == nil { self.line = number }
      return true
    }
    switch table {
    case .none: return false
    case .largest: return takeLargestRow(bytes, line)
    case .uses, .states, .other:
      guard let total = form == .columns ? columns(bytes, line) : sizeFirst(bytes, line) else {
        return false
      }
      if table == .uses { uses.append(total) }
      if table == .states { states.append(total) }
      return true
    }
  }

  private static func heading(_ bytes: [UInt8], _ line: Range<Int>) -> Table? {
    guard line.count < 400 else { return nil }
    if bytes.contains("usage summary", in: line) { return .uses }
    if bytes.contains("state summary", in: line) { return .states }
    if bytes.contains("type summary", in: line) || bytes.contains("protect summary", in: line) {
      return .other
    }
    return bytes.contains("largest region by usage", in: line) ? .largest : nil
  }

  /// `Base 03240000 - Size 73050000 (1884480 KB)`
  private mutating func takeLargest(_ bytes: [UInt8], _ range: Range<Int>) {
    var scanner = LineScanner(bytes, range)
    scanner.skipBlanks()
    guard let base = scanner.debuggerNumber(), scanner.skipDash() else { return }
    let word = scanner.word()
    guard bytes.begins(with: "size", at: word.lowerBound) else { return }
    scanner.skipBlanks()
    guard let size = scanner.debuggerNumber() else { return }
    setLargest(base, size)
  }

  /// `Free    717f2000   7e000 ( 504.000 kb)`
  private mutating func takeLargestRow(_ bytes: [UInt8], _ line: Range<Int>) -> Bool {
    guard let (name, numbers) = Self.beforeBracket(bytes, line, numbers: 2) else { return false }
    if name.count == 4, bytes.begins(with: "free", at: name.lowerBound),
      let base = number(bytes, numbers[0]), let size = number(bytes, numbers[1])
    {
      setLargest(base, size)
    }
    return true
  }

  private mutating func setLargest(_ base: UInt64, _ size: UInt64) {
    guard size > 0, base <= UInt64.max - size else { return }
    largestFree = AddressRange(Address(base), Address(base + size))
  }

  /// `Heap32   26   0`006e0000 (   6.875 Mb)   7.62%    0.34%`
  private func columns(_ bytes: [UInt8], _ line: Range<Int>) -> Total? {
    guard let (name, numbers) = Self.beforeBracket(bytes, line, numbers: 2),
      let size = number(bytes, numbers[1])
    else { return nil }
    var scanner = LineScanner(bytes, numbers[0])
    guard let count = scanner.decimal(), scanner.rest.isEmpty else { return nil }
    return total(bytes, name, count: count, size: size)
  }

  /// `1452000 (   20808) : 00.99%   60.02%   : RegionUsageImage`
  private func sizeFirst(_ bytes: [UInt8], _ line: Range<Int>) -> Total? {
    var scanner = LineScanner(bytes, line)
    scanner.skipBlanks()
    guard let size = scanner.debuggerNumber(),
      let colon = bytes[scanner.rest].lastIndex(of: UInt8(ascii: ":"))
    else { return nil }
    var rest = LineScanner(bytes, colon + 1..<line.upperBound)
    rest.skipBlanks()
    let word = rest.word()
    guard !word.isEmpty else { return nil }
    let hasPrefix = bytes.begins(with: "regionusage", at: word.lowerBound) && word.count > 11
    return total(
      bytes, hasPrefix ? word.lowerBound + 11..<word.upperBound : word, count: nil, size: size)
  }

  private func total(
    _ bytes: [UInt8], _ name: Range<Int>, count: UInt64?, size: UInt64
  ) -> Total {
    let (word, wordSize) = AddressUse.withoutWordSize(bytes, name)
    return Total(
      name: RegionName.decoded(bytes[word]), kind: AddressUse.kind(bytes, word),
      wordSize: wordSize, count: count, bytes: size)
  }

  /// The words directly before the first bracket that stands behind one, and what is before them.
  private static func beforeBracket(
    _ bytes: [UInt8], _ line: Range<Int>, numbers: Int
  ) -> (name: Range<Int>, numbers: [Range<Int>])? {
    guard line.count < 400, let bracket = bytes[line].firstIndex(of: UInt8(ascii: "(")) else {
      return nil
    }
    var words: [Range<Int>] = []
    var end = bracket
    for _ in 0..<numbers {
      while end > line.lowerBound, bytes[end - 1].isBlank { end -= 1 }
      var start = end
      while start > line.lowerBound, !bytes[start - 1].isBlank { start -= 1 }
      guard start < end else { return nil }
      words.append(start..<end)
      end = start
    }
    while end > line.lowerBound, bytes[end - 1].isBlank { end -= 1 }
    var start = line.lowerBound
    while start < end, bytes[start].isBlank { start += 1 }
    return (start..<end, words.reversed())
  }

  private func number(_ bytes: [UInt8], _ word: Range<Int>) -> UInt64? {
    var scanner = LineScanner(bytes, word)
    guard let number = scanner.debuggerNumber(), scanner.rest.isEmpty else { return nil }
    return number
  }
}
