/// A Windows image that is made for a test.
struct SmallImage {
  var isWide = false
  var base: UInt64 = 0x1040_0000
  /// Contents of `.text`, at 0x1000 of the image.
  var text = [UInt8](repeating: 0x90, count: 0x300)
  /// Names of exports with what they lead to; without a name only by number.
  var exports: [(name: String?, offset: UInt64)] = []
  /// Symbols of `.text`, with where they begin in it.
  var symbols: [(name: String, offset: UInt64, isExternal: Bool)] = []
  /// Further sections, of which nothing is in memory.
  var others: [(name: String, contents: [UInt8])] = []
  /// The number of the first export.
  var firstNumber: UInt64 = 1

  /// Where the exports lie in the image.
  static let exportsAt: UInt64 = 0x2000

  private static func number(_ value: UInt64, _ size: Int) -> [UInt8] {
    (0..<size).map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) }
  }

  private static func name(_ text: String, _ size: Int) -> [UInt8] {
    let bytes = Array(text.utf8)
    return bytes + [UInt8](repeating: 0, count: size - bytes.count)
  }

  private var exportSection: [UInt8] {
    let at = Self.exportsAt
    let named = exports.enumerated().filter { $0.element.name != nil }
    let addresses = at + 40
    let names = addresses + 4 * UInt64(exports.count)
    let numbers = names + 4 * UInt64(named.count)
    var text: [UInt8] = []
    var places: [UInt8] = []
    for (_, export) in named {
      let place = numbers + 2 * UInt64(named.count) + UInt64(text.count)
      places += Self.number(place, 4)
      text += Array((export.name ?? "").utf8) + [0]
    }
    let head: [UInt64] = [
      0, 0, 0, 0, firstNumber, UInt64(exports.count), UInt64(named.count), addresses, names,
      numbers,
    ]
    return head.flatMap { Self.number($0, 4) } + exports.flatMap { Self.number($0.offset, 4) }
      + places + named.flatMap { Self.number(UInt64($0.offset), 2) } + text
  }

  /// The file.
  var bytes: [UInt8] {
    var strings = [UInt8]()
    let long = { (text: String, strings: inout [UInt8]) -> UInt64 in
      defer { strings += Array(text.utf8) + [0] }
      return UInt64(4 + strings.count)
    }
    typealias Part = (name: String, at: UInt64, flags: UInt64, contents: [UInt8])
    var parts: [Part] = [(".text", 0x1000, 0x6000_0020, text)]
    parts.append((".edata", Self.exportsAt, 0x4000_0040, exportSection))
    for (index, other) in others.enumerated() {
      parts.append((other.name, 0x3000 + 0x1000 * UInt64(index), 0x4200_0040, other.contents))
    }
    let optionalSize = (isWide ? 112 : 96) + 16 * 8
    let headerSize = 0x40 + 24 + optionalSize + 40 * parts.count
    var body: [UInt8] = []
    var table: [UInt8] = []
    for part in parts {
      let isLong = part.name.utf8.count > 8
      table += Self.name(isLong ? "/\(long(part.name, &strings))" : part.name, 8)
      // Files have whole blocks.
      let padded = part.contents + [UInt8](repeating: 0, count: -part.contents.count & 0x1ff)
      for value in [
        UInt64(part.contents.count), part.at, UInt64(padded.count), UInt64(headerSize + body.count),
        0, 0, 0, part.flags,
      ] {
        table += Self.number(value, 4)
      }
      body += padded
    }
    var symbolTable: [UInt8] = []
    for symbol in symbols {
      let isLong = symbol.name.utf8.count > 8
      symbolTable +=
        isLong
        ? Self.number(0, 4) + Self.number(long(symbol.name, &strings), 4)
        : Self.name(symbol.name, 8)
      symbolTable += Self.number(symbol.offset, 4) + Self.number(1, 2) + Self.number(0x20, 2)
      symbolTable += [symbol.isExternal ? 2 : 3, 0]
    }
    var file = Self.name("MZ", 0x3c) + Self.number(0x40, 4) + Self.name("PE", 4)
    file += Self.number(isWide ? 0x8664 : 0x14c, 2) + Self.number(UInt64(parts.count), 2)
    file += Self.number(0, 4) + Self.number(UInt64(headerSize + body.count), 4)
    file += Self.number(UInt64(symbols.count), 4) + Self.number(UInt64(optionalSize), 2)
    file += Self.number(0x2102, 2) + Self.number(isWide ? 0x20b : 0x10b, 2)
    let start = file.count - 2
    file += [UInt8](repeating: 0, count: isWide ? 22 : 26)
    file += Self.number(base, isWide ? 8 : 4)
    file += [UInt8](repeating: 0, count: start + 56 - file.count) + Self.number(0x10000, 4)
    file += [UInt8](repeating: 0, count: start + (isWide ? 108 : 92) - file.count)
    file += Self.number(16, 4)
    file += Self.number(Self.exportsAt, 4) + Self.number(UInt64(exportSection.count), 4)
    file += [UInt8](repeating: 0, count: start + optionalSize - file.count)
    return file + table + body + symbolTable + Self.number(UInt64(strings.count + 4), 4) + strings
  }
}
