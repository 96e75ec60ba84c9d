/// The lines of a code object: its table, which each of these versions writes another way.
struct PythonLines {
  let version: PythonVersion
  let firstLine: Int
  let table: [UInt8]

  /// The line of the instruction at a byte offset, nil where it has none.
  func line(at offset: Int) -> Int? {
    if offset < 0 { return firstLine }
    if version >= PythonVersion(3, 11) { return lineByLocations(offset) }
    if version >= PythonVersion(3, 10) { return lineByRanges(offset) }
    return lineByIncrements(offset)
  }

  /// `co_lnotab`: pairs of how many bytes of code further and how many lines.
  private func lineByIncrements(_ offset: Int) -> Int? {
    var line = firstLine
    var end = 0
    for index in stride(from: 0, to: table.count - 1, by: 2) {
      end += Int(table[index])
      if end > offset { break }
      // Lines go back from 3.6 on.
      line +=
        version < PythonVersion(3, 6)
        ? Int(table[index + 1]) : Int(Int8(bitPattern: table[index + 1]))
    }
    return line
  }

  /// `co_linetable` of 3.10: pairs of a length in bytes and a difference of lines, -128 for none.
  private func lineByRanges(_ offset: Int) -> Int? {
    var line = firstLine
    var end = 0
    for index in stride(from: 0, to: table.count - 1, by: 2) {
      let difference = Int(Int8(bitPattern: table[index + 1]))
      if difference != -128 { line += difference }
      end += Int(table[index])
      if end > offset { return difference == -128 ? nil : line }
    }
    return nil
  }

  /// `co_linetable` from 3.11 on: entries that begin with a byte whose highest bit is set, which has
  /// a kind and a length in units of two bytes of code.
  private func lineByLocations(_ offset: Int) -> Int? {
    var line = firstLine
    var end = 0
    var index = 0
    while index < table.count {
      let head = table[index]
      index += 1
      let kind = Int(head >> 3) & 15
      end += (Int(head & 7) + 1) * 2
      line += difference(of: kind, at: index)
      if end > offset { return kind == 15 ? nil : line }
      while index < table.count, table[index] & 0x80 == 0 { index += 1 }
    }
    return nil
  }

  /// How many lines further an entry's code is: what is behind its head are columns, but for the
  /// two kinds that begin with it.
  private func difference(of kind: Int, at index: Int) -> Int {
    switch kind {
    case 10...12: kind - 10
    case 13, 14: signedNumber(at: index)
    default: 0
    }
  }

  /// A number of six bits a byte, lowest first; its lowest bit is the sign.
  private func signedNumber(at start: Int) -> Int {
    var number = 0
    var shift = 0
    for byte in table[min(start, table.count)...].prefix(6) {
      number |= Int(byte & 63) << shift
      shift += 6
      if byte & 64 == 0 { break }
    }
    return number & 1 == 1 ? -(number >> 1) : number >> 1
  }
}
