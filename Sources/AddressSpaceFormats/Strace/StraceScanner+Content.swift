import AddressSpace

extension StraceScanner {
  /// What stands behind the process and the time.
  mutating func content() -> StraceLine.Content {
    if starts("---") { return .notice }
    if skip("+++ ") {
      guard skip("superseded by execve in pid ") else { return .ended }
      return decimal().flatMap { Int32(exactly: $0) }.map { .superseded(by: $0) } ?? .notice
    }
    if starts("[ Process PID=") { return mode() ?? .notice }
    if skip("<... ") {
      _ = name()
      skipBlanks()
      guard skip("resumed>") else { return .unknown }
      return .resumed(rest: rest)
    }
    guard let name = name(), skip("(") else { return .unknown }
    let isBegun = bytes[position..<end].hasSuffix("<unfinished ...>")
    return isBegun
      ? .begun(name: name, rest: position..<end - "<unfinished ...>".utf8.count)
      : .call(name: name, rest: rest)
  }

  /// Reads the name of a call.
  private mutating func name() -> Range<Int>? {
    let start = position
    while position < end, Self.isNameByte(bytes[position]) { position += 1 }
    return position > start && bytes[start] > UInt8(ascii: "9") ? start..<position : nil
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    (0x61...0x7A).contains(byte) || byte == 0x5F || (0x30...0x39).contains(byte)
      || (0x41...0x5A).contains(byte)
  }

  /// Reads `[ Process PID=5 runs in 32 bit mode. ]`, with `strace: ` before it or without.
  mutating func mode() -> StraceLine.Content? {
    skip("strace: ")
    guard skip("[ Process PID="), let pid = decimal().flatMap({ Int32(exactly: $0) }),
      skip(" runs in "), let bits = decimal(), let size = WordSize(rawValue: Int(bits))
    else { return nil }
    return .mode(pid: pid, size)
  }
}

extension ArraySlice<UInt8> {
  func hasSuffix(_ text: String) -> Bool {
    count >= text.utf8.count && suffix(text.utf8.count).elementsEqual(text.utf8)
  }
}
