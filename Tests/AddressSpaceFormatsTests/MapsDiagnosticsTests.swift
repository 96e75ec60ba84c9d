import AddressSpace
import AddressSpaceFormats
import Testing

/// A bad line neither stops the file nor vanishes.
@Suite("Bad lines")
struct MapsDiagnosticsTests {
  static let good = "10000000-10001000 rw-p 00000000 00:00 0 good\n"

  static let badLines: [MapsCase] = [
    MapsCase("not a mapping", good + "hello\n", names: ["good"], badLines: [2]),
    MapsCase(
      "an address of 17 digits", good + "1ffffffffffffffff-20000000000000000 rw-p 0 00:00 0\n",
      names: ["good"], badLines: [2]),
    MapsCase(
      "zeros may be many",
      "00000000000000000010000000-000000000000000000010001000 rw-p 0 00:00 0\n",
      names: [""]),
    MapsCase(
      "ends where it begins", "20000000-20000000 rw-p 0 00:00 0\n" + good, names: ["good"],
      badLines: [1]),
    MapsCase(
      "ends below", "20001000-20000000 rw-p 0 00:00 0\n" + good, names: ["good"], badLines: [1]),
    MapsCase(
      "three letters", "20000000-20001000 rw- 0 00:00 0\n" + good, names: ["good"], badLines: [1]),
    MapsCase(
      "five letters", "20000000-20001000 rw-pp 0 00:00 0\n" + good, names: ["good"], badLines: [1]),
    MapsCase(
      "other letters", "20000000-20001000 abcd 0 00:00 0\n" + good, names: ["good"], badLines: [1]),
    MapsCase("no permissions", "20000000-20001000\n" + good, names: ["good"], badLines: [1]),
    MapsCase(
      "cut off behind the permissions", good + "20000000-20001000 rw-p 000", names: ["good", ""],
      badLines: [2]),
    MapsCase("cut off in the range", good + "20000000-200", names: ["good"], badLines: [2]),
    MapsCase("cut off before the dash", good + "2000", names: ["good"], badLines: [2]),
    MapsCase(
      "cut off in the permissions", good + "20000000-20001000 r", names: ["good"], badLines: [2]),
    MapsCase(
      "an inode beyond 64 bits", good + "20000000-20001000 rw-p 0 00:00 18446744073709551616 /a\n",
      names: ["good", ""], badLines: [2]),
    MapsCase(
      "an offset beyond 64 bits", good + "20000000-20001000 rw-p 10000000000000000 00:00 0 /a\n",
      names: ["good", ""], badLines: [2]),
    MapsCase(
      "overlapping", good + "10000000-10002000 rw-p 0 00:00 0 second\n", names: ["good"],
      badLines: [2]),
    MapsCase(
      "in the middle, counted from 1",
      good + "\n\n?\r\n# comment\n!\n20000000-20001000 rw-p 0 00:00 0 next\n",
      names: ["good", "next"], badLines: [4, 6]),
    MapsCase(
      "a key of smaps before any mapping", "Size:  4 kB\n" + good, names: ["good"], badLines: [1]),
  ]

  @Test("reported with their number, the rest still read", arguments: badLines)
  func reported(example: MapsCase) throws {
    let snapshot = try example.check()
    for diagnostic in snapshot.diagnostics.kept {
      #expect(!diagnostic.message.isEmpty && !diagnostic.message.hasSuffix("."))
    }
  }

  @Test("a file that ends in the middle of a line says that it was perhaps cut off")
  func cutOff() throws {
    let text = Self.good + "20000000-200"
    let diagnostics = try MapsParser.parse(Array(text.utf8)).diagnostics
    #expect(diagnostics.kept.first?.message.contains("cut off") == true)
    let whole = try MapsParser.parse(Array((text + "\n").utf8)).diagnostics
    #expect(whole.kept.first?.message.contains("cut off") == false)
  }

  @Test("all are counted, the first thousand kept")
  func many() throws {
    let text = Self.good + String(repeating: "x\n", count: 5000)
    let diagnostics = try MapsParser.parse(Array(text.utf8)).diagnostics
    #expect(diagnostics.count == 5000)
    #expect(diagnostics.kept.count == Diagnostics.mostKept)
    #expect(diagnostics.kept.last?.line == Diagnostics.mostKept + 1)
  }

  @Test("nothing but bad lines is an error that counts them")
  func onlyBad() {
    let error = #expect(throws: FormatError.self) {
      try MapsParser.parse(Array("a\nb\n\nc".utf8))
    }
    #expect(error == .noRegions(badLines: 3))
    #expect(error?.description.contains("3 lines") == true)
  }

  @Test("one long line, without a newline or with")
  func longLine() throws {
    let long = [UInt8](repeating: UInt8(ascii: "a"), count: 10_000_000)
    #expect(throws: FormatError.noRegions(badLines: 1)) { try MapsParser.parse(long) }
    let named = Array("20000000-20001000 rw-p 0 00:00 0 /".utf8) + long.prefix(1_000_000)
    let snapshot = try MapsParser.parse(Array(Self.good.utf8) + named)
    #expect(snapshot.map.regions.last?.name.utf8.count == 1_000_001)
    let bad = try MapsParser.parse(Array(Self.good.utf8) + long.prefix(1_000_000) + [0x0A])
    let message = try #require(bad.diagnostics.kept.first).message
    #expect(message.utf8.count < 200)
  }

  @Test("a message quotes only a little of a bad line")
  func shortQuotes() throws {
    let letters = String(repeating: "w", count: 100_000)
    let text = Self.good + "20000000-20001000 \(letters) 0 00:00 0\n"
    let message = try #require(
      MapsParser.parse(Array(text.utf8)).diagnostics.kept.first
    ).message
    #expect(message.utf8.count < 200)
  }

  @Test("NUL bytes are bytes like others")
  func nulBytes() throws {
    let good = Array(Self.good.utf8)
    let padded = try MapsParser.parse(good + [UInt8](repeating: 0, count: 4000))
    #expect(padded.map.regions.map(\.name) == ["good"])
    let named = try MapsParser.parse(
      Array("20000000-20001000 rw-p 0 00:00 0 /a".utf8) + [0, 0x62, 0x0A])
    #expect(named.map.regions.map(\.name) == ["/a\0b"])
    #expect(throws: FormatError.self) {
      try MapsParser.parse([UInt8](repeating: 0, count: 100_000))
    }
  }
}
