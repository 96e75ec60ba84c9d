/// Texts of CPython, at most as long as a path may be.
struct PythonText {
  let memory: PythonMemory
  let offsets: PythonOffsets

  private static var longest: UInt64 { 4096 }

  /// A `str`, of 2.7 as well; nil where it is none that can be read.
  func text(at address: UInt64) -> String? {
    guard let lengthOffset = offsets.textLength, let stateOffset = offsets.textState,
      let asciiData = offsets.asciiData, let compactData = offsets.compactData
    else { return bytes(at: address).map { String(decoding: $0, as: UTF8.self) } }
    guard let length = memory.word(at: address &+ UInt64(lengthOffset)), length <= Self.longest,
      let state = memory.number(at: address &+ UInt64(stateOffset), bytes: 4)
    else { return nil }
    // interned:2, kind:3, compact:1, ascii:1
    let kind = Int(state >> 2 & 7)
    guard state >> 5 & 1 == 1, [1, 2, 4].contains(kind) else { return nil }
    if length == 0 { return "" }
    let isASCII = state >> 6 & 1 == 1
    let data = address &+ UInt64(isASCII ? asciiData : compactData)
    guard let units = memory.bytes(at: data, count: Int(length) * kind) else { return nil }
    return decode(units, kind: kind)
  }

  private func decode(_ units: [UInt8], kind: Int) -> String {
    var text = String.UnicodeScalarView()
    for start in stride(from: 0, to: units.count, by: kind) {
      let number = PythonMemory.number(units[start..<start + kind])
      text.append(Unicode.Scalar(UInt32(truncatingIfNeeded: number)) ?? "\u{fffd}")
    }
    return String(text)
  }

  /// A `bytes`, or 2.7's `str`; nil where it is unreasonably long.
  func bytes(at address: UInt64, atMost most: Int = Int(longest)) -> [UInt8]? {
    guard let size = memory.word(at: address &+ UInt64(offsets.bytesSize)), size <= UInt64(most)
    else { return nil }
    if size == 0 { return [] }
    return memory.bytes(at: address &+ UInt64(offsets.bytesData), count: Int(size))
  }
}
