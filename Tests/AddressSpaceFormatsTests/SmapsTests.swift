import AddressSpace
import AddressSpaceFormats
import Testing

/// `/proc/PID/smaps` of all kernels: lines of details below each mapping.
@Suite("smaps")
struct SmapsTests {
  static let details = """
    Size:                  4 kB
    Rss:                   4 kB
    Pss:                   4 kB
    Shared_Clean:          0 kB
    Private_Dirty:         4 kB
    """

  static let lineCases: [MapsCase] = [
    MapsCase(
      "2.6: few keys",
      "10000000-10001000 r-xp 00000000 fe:00 7 /a\n\(details)\n20000000-20001000 rw-p 0 00:00 0\n\(details)\n",
      names: ["/a", ""]),
    MapsCase(
      "keys nobody knows yet, without a unit or without a value",
      """
      10000000-10001000 r-xp 00000000 fe:00 7 /a
      THPeligible:           0
      ProtectionKey:         0
      Some_New_Key2:    17 kB
      Empty:
      VmFlags: rd ex mr mw me sd
      """, names: ["/a"]),
    MapsCase(
      "Android's Name: lines, whose value looks like anything",
      """
      12c00000-32c00000 rw-p 00000000 00:00 0
      Name:           [anon:dalvik-main space (region space)]
      Size:             524288 kB
      32c00000-32c01000 rw-p 00000000 00:00 0
      Name:           [anon:10000000-10001000 rw-p 00000000 00:00 0]
      """, names: ["", ""]),
    MapsCase(
      "names with colons are no keys",
      """
      10000000-10001000 r--p 00000000 fe:00 7 /tmp/a: b
      Size:             4 kB
      20000000-20001000 r--p 00000000 fe:00 7 Size: 4 kB
      """, names: ["/tmp/a: b", "Size: 4 kB"]),
    MapsCase(
      "carriage returns",
      "10000000-10001000 r--p 00000000 fe:00 7 /a\r\nSize:  4 kB\r\nVmFlags: rd nr \r\n",
      names: ["/a"]),
    MapsCase(
      "the sum of smaps_rollup behind a map is no mapping",
      """
      10000000-10001000 r--p 00000000 fe:00 7 /a
      Size:  4 kB
      10000000-10001000 ---p 00000000 00:00 0  [rollup]
      Rss:  4 kB
      """, names: ["/a"]),
    MapsCase(
      "a line of no key and no mapping",
      """
      10000000-10001000 r--p 00000000 fe:00 7 /a
      Size:  4 kB
      what is this
      Rss:  4 kB
      """, names: ["/a"], badLines: [3]),
  ]

  @Test("lines", arguments: lineCases)
  func lines(example: MapsCase) throws {
    #expect(try example.check().source.kind == .smaps)
  }

  @Test("flags belong to the mapping above them")
  func flags() throws {
    let text = """
      10000000-10001000 ---p 00000000 00:00 0
      Size:  4 kB
      VmFlags: mr mw me nr sd
      20000000-20001000 rw-p 00000000 00:00 0
      Size:  4 kB
      VmFlags: rd wr mr mw me ac sd
      bf000000-bf021000 rw-p 00000000 00:00 0  [stack]
      VmFlags: rd wr mr mw me gd ac
      """
    let snapshot = try MapsParser.parse(Array(text.utf8))
    #expect(snapshot.map.regions.map(\.traits) == [.noReserve, [], .growsDown])
    #expect(snapshot.facts.knowsTraits)
    #expect(snapshot.diagnostics.isEmpty)
  }

  @Test("without flags nothing is known of traits")
  func noFlags() throws {
    let text = "10000000-10001000 ---p 00000000 00:00 0\n\(Self.details)\n"
    let snapshot = try MapsParser.parse(Array(text.utf8))
    #expect(snapshot.source.kind == .smaps && !snapshot.facts.knowsTraits)
    let maps = try MapsParser.parse(Array("10000000-10001000 ---p 00000000 00:00 0\n".utf8))
    #expect(maps.source.kind == .maps && !maps.facts.knowsTraits)
  }

  @Test("flags whose letters only contain nr or gd are others")
  func otherFlags() throws {
    let text = "10000000-10001000 ---p 0 00:00 0\nVmFlags: nrx xgd NR gdnr\n"
    let snapshot = try MapsParser.parse(Array(text.utf8))
    #expect(snapshot.map.regions.first?.traits == [])
  }

  @Test("smaps_rollup alone is an error")
  func rollup() {
    let text = """
      00010000-fff03000 ---p 00000000 00:00 0                                  [rollup]
      Rss:                9980 kB
      Pss:                9980 kB
      Pss_Dirty:          8452 kB
      """
    #expect(throws: FormatError.self) { try MapsParser.parse(Array(text.utf8)) }
  }

  @Test("what all mappings hold, and which memory is like new memory")
  func held() throws {
    func mapping(_ line: String, flags: String, rss: Int = 4, swap: Int? = 8) -> String {
      "\(line)\nRss:  \(rss) kB\nPss:  99 kB\n"
        + (swap.map { "Swap:  \($0) kB\nSwapPss: 1 kB\n" } ?? "")
        + "VmFlags: \(flags) \n"
    }
    let lines = [
      mapping("10000000-10003000 rw-p 0 00:00 0", flags: "rd wr mr mw me ac sd"),
      mapping("10003000-10005000 rw-p 0 00:00 0", flags: "rd wr mr mw me ac hg sd", rss: 12),
      mapping("20000000-20001000 rw-p 0 00:00 0", flags: "rd wr mr mw me nr sd"),
      mapping("20001000-20002000 rw-p 0 00:00 0", flags: "rd wr mr mw me gd ac"),
      mapping("20002000-20003000 rw-p 0 fe:00 7 /a", flags: "rd wr mr mw me dw ac sd"),
      mapping("20003000-20004000 rw-p 0 00:00 0", flags: "rd wr mr mw me"),
      mapping("20004000-20005000 ---p 0 00:00 0", flags: "mr mw me nr"),
    ]
    let snapshot = try MapsParser.parse(Array(lines.joined().utf8), strict: true)
    #expect(
      snapshot.map.regions.map(\.traits)
        == [[], [.distinct], [.noReserve], [.growsDown], [], [.distinct], [.noReserve]])
    #expect(
      snapshot.facts.held
        == HeldMemory(
          resident: .kibibytes(36), committed: .kibibytes(28), swapped: .kibibytes(56)))
    // A sum of some of the mappings is the sum of none.
    let cut =
      lines.dropLast() + [mapping("20004000-20005000 ---p 0 00:00 0", flags: "mr", swap: nil)]
    let held = try MapsParser.parse(Array(cut.joined().utf8)).facts.held
    #expect(held?.swapped == nil && held?.resident == .kibibytes(36))
    #expect(
      try MapsParser.parse(Array("10000000-10003000 rw-p 0 00:00 0\n".utf8)).facts.held == nil)
  }
}
