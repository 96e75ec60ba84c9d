import AddressSpaceFormats
import Testing

@Suite("Files that are something else")
struct SavedFormTests {
  @Test(
    "told by their first bytes",
    arguments: [
      ([0x1F, 0x8B, 8, 0], "gzip"), ([0x28, 0xB5, 0x2F, 0xFD], "zstd"),
      ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], "xz"), ([0x7F, 0x45, 0x4C, 0x46, 1], "ELF"),
      (Array("PAGEDU64".utf8), "kernel"),
    ] as [([UInt8], String)])
  func foreign(bytes: [UInt8], word: String) {
    let error = #expect(throws: FormatError.self) { try MapsParser.parse(bytes) }
    guard case .foreign(let form, let remedy) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(form.contains(word))
    #expect(remedy.hasSuffix(".") || remedy.contains("|"))
    #expect(error?.line == nil)
  }

  @Test(
    "nothing at all",
    arguments: ["", "\n", "\r\n\r\n", "# only a comment\n", "\u{FEFF}", "hello\n"])
  func nothing(text: String) {
    let error = #expect(throws: FormatError.self) { try MapsParser.parse(Array(text.utf8)) }
    guard case .noRegions = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(error?.description.hasSuffix(".") == true)
  }
}
