internal import AddressSpace

extension PythonSizes {
  /// Python 2 keeps ints and floats in blocks; from 3.3 dead floats are kept one by one.
  var floatKind: Part.Kind {
    if !build.isSince(3, 3) { return .block(.float) }
    return .cached(.float)
  }

  func number(bits: Int) -> [Part] {
    if bits <= 8 { return [] }
    let isInt = build.version.major == 2 && bits < build.wordSize.rawValue
    return isInt ? [Part(bytes: head + word, kind: .block(.int))] : [long(bits: bits)]
  }

  /// `long` of Python 2, `int` of Python 3: digits of 15 or of 30 bits.
  private func long(bits: Int) -> Part {
    let isWide = hasWideDigits
    let digits = (UInt64(max(bits, 1)) + (isWide ? 29 : 14)) / (isWide ? 30 : 15)
    return Part(bytes: countedHead + digits * (isWide ? 4 : 2))
  }

  /// Digits of 30 bits came to 64-bit builds with 2.7 and 3.1, to 32-bit ones with 3.11.
  private var hasWideDigits: Bool {
    guard build.wordSize == .bits64 else { return build.isSince(3, 11) }
    return build.isSince(3, 1) || (build.version.major == 2 && build.isSince(2, 7))
  }
}
