import Testing

@testable import AddressSpaceReport

@Suite("Columns of text")
struct TextColumnsTests {
  @Test("padding fills up and never cuts")
  func padding() {
    #expect("ab".padded(left: 4) == "  ab" && "ab".padded(right: 4) == "ab  ")
    #expect("abcd".padded(left: 4) == "abcd" && "abcde".padded(right: 4) == "abcde")
    #expect("".padded(left: 2) == "  " && "ä".padded(right: 2) == "ä ")
    #expect("ab".padded(left: -1) == "ab" && "ab".padded(right: 0) == "ab")
  }

  @Test("what does not fit keeps its end, which names the file")
  func fitting() {
    #expect("short".fitted(to: 5) == "short")
    #expect("libunistring.so.2".fitted(to: 10) == "...ng.so.2")
    #expect("abcdef".fitted(to: 4) == "...f")
    #expect("abcdef".fitted(to: 3) == "def" && "abcdef".fitted(to: 1) == "f")
    #expect("abcdef".fitted(to: 0) == "" && "abcdef".fitted(to: -5) == "")
    for width in 0...20 { #expect("a text of some length".fitted(to: width).count <= width) }
  }

  @Test("controls, directions and line separators are spelled out")
  func printable() {
    #expect("plain text, ä, 地図, 🙂".printable == "plain text, ä, 地図, 🙂")
    #expect("\u{1B}[31m".printable == "\\x1B[31m")
    #expect("\u{7}\u{0}\u{7F}\u{9B}".printable == "\\x07\\x00\\x7F\\x9B")
    #expect("a\tb\nc\r\n".printable == "a\\x09b\\x0Ac\\x0D\\x0A")
    #expect("\u{202E}x\u{2028}".printable == "\\u{202E}x\\u{2028}")
    #expect("\u{E000}\u{FEFF}".printable == "\\u{E000}\\u{FEFF}")
  }

  @Test("what is printable stays so, and is printed the same again")
  func idempotent() {
    for scalar in ((0..<0x3000) as Range<UInt32>).compactMap(Unicode.Scalar.init) {
      let text = "a\(Character(scalar))b".printable
      #expect(text.printable == text)
      #expect(text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control })
    }
  }

  @Test("shares as whole per cent")
  func percent() {
    #expect(0.0.percent == "0%" && 0.005.percent == "1%" && 0.349.percent == "35%")
    #expect(1.0.percent == "100%")
  }
}
