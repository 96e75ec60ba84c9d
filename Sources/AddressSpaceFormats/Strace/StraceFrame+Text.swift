import AddressSpace

extension StraceFrame {
  /// Reads `MODULE(SYMBOL+0xDISTANCE) [0xOFFSET]`; nil where it is not of that form.
  init?(_ bytes: [UInt8], _ place: Range<Int>) {
    guard place.last.map({ bytes[$0] }) == UInt8(ascii: "]"),
      let bracket = bytes[place].lastIndex(of: UInt8(ascii: "["))
    else { return nil }
    var scanner = StraceScanner(bytes, bracket + 1..<place.upperBound)
    guard let offset = scanner.hexadecimal() else { return nil }
    self.offset = offset
    var end = bracket
    while end > place.lowerBound, bytes[end - 1] == 0x20 { end -= 1 }
    let text = bytes[place.lowerBound..<end]
    // A path may have brackets, a name of C++ too: the last one that opens at the outermost level.
    guard text.last == UInt8(ascii: ")"), let open = Self.opening(of: text) else {
      note = RegionName.decoded(text)
      return
    }
    let path = RegionName.decoded(text[..<open])
    module = path.isEmpty ? nil : path
    var name = text[(open + 1)..<(text.endIndex - 1)]
    if let plus = name.lastIndex(of: UInt8(ascii: "+")), name[(plus + 1)...].starts(with: "0x".utf8)
    {
      name = name[..<plus]
    }
    let function = RegionName.decoded(name)
    self.function = function.isEmpty ? nil : function
  }

  private static func opening(of text: ArraySlice<UInt8>) -> Int? {
    var depth = 0
    for index in text.indices.reversed() {
      if text[index] == UInt8(ascii: ")") { depth += 1 }
      if text[index] == UInt8(ascii: "(") {
        depth -= 1
        if depth == 0 { return index }
      }
    }
    return nil
  }
}
