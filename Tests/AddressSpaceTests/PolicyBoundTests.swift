import TestSupport
import Testing

@testable import AddressSpace

/// What a source does not tell is not decided; what it does tell is.
@Suite("Rules where the source tells less, and excuses")
struct PolicyBoundTests {
  static func room(
    _ lines: [(UInt64, UInt64, String)], layout name: String = "linux-i386-3g",
    _ facts: LayoutFacts = LayoutFacts()
  ) throws -> Room {
    let regions = try lines.map { low, high, name in
      Region(
        range: try #require(AddressRange(Address(low), Address(high))), access: [.read, .write],
        name: name, kind: name == "[not listed]" ? .system : nil)
    }
    let map = AddressMap.assembling(regions).map
    let layout = try #require(Layout.named(name, map: map, facts: facts))
    return Room(map: map, layout: layout, facts: facts)
  }

  static func verdict(_ rule: String, excused: [String] = [], _ room: Room) throws
    -> RuleAnswer.Verdict
  {
    var rule = try PolicyRule(text: rule)
    rule.excused = excused
    return try PolicyChecker(room).answer(to: rule).verdict
  }

  /// 16 MiB taken at 256 MiB, 1 MiB at 1 GiB.
  static let lines: [(UInt64, UInt64, String)] = [
    (0x1000_0000, 0x1100_0000, "/opt/a.so"), (0x4000_0000, 0x4010_0000, ""),
  ]

  @Test(
    "where mappings are missing, what is free is free at most, what is taken is taken at least",
    arguments: [
      ("largest-free >= 1GiB", .undecided), ("largest-free >= 3GiB", .broken),
      ("largest-free <= 3GiB", .held), ("largest-free <= 1MiB", .undecided),
      ("free >= 1GiB", .undecided), ("free >= 4GiB", .broken),
      ("fragmentation <= 99%", .undecided), ("fragmentation >= 1%", .undecided),
      ("fits 64MiB >= 1", .undecided), ("fits 1GiB >= 4", .broken),
      ("regions <= 1", .broken), ("regions <= 2", .undecided), ("regions >= 2", .held),
      ("kind anonymous <= 1KiB", .broken), ("kind anonymous <= 1GiB", .undecided),
      ("owner *.so <= 15MiB", .broken), ("owner *.so <= 16MiB", .undecided),
      ("pins < 2MiB between 1MiB <= 0", .undecided), ("pins < 2MiB between 1MiB >= 1", .undecided),
    ] as [(String, RuleAnswer.Verdict)])
  func upperBound(rule: String, verdict: RuleAnswer.Verdict) throws {
    var facts = LayoutFacts()
    facts.lacksMappings = true
    #expect(try Self.verdict(rule, Self.room(Self.lines, facts)) == verdict)
  }

  @Test(
    "what is not listed may be free or taken",
    arguments: [
      ("largest-free >= 500MiB", .held), ("largest-free >= 2GiB", .undecided),
      ("free >= 500MiB", .held), ("free >= 2900MiB", .undecided),
      ("fragmentation <= 99%", .undecided),
      ("regions <= 1", .broken), ("regions <= 2", .undecided),
      ("kind anonymous <= 1MiB", .undecided), ("kind anonymous <= 1KiB", .broken),
      ("kind anonymous <= 3GiB", .held), ("kind system <= 1KiB", .undecided),
      ("owner *.so <= 16MiB", .undecided), ("owner *.so <= 3GiB", .held),
      ("pins < 2MiB between 1MiB <= 0", .broken), ("pins < 2MiB between 1MiB <= 1", .undecided),
    ] as [(String, RuleAnswer.Verdict)])
  func notListed(rule: String, verdict: RuleAnswer.Verdict) throws {
    let lines = Self.lines + [(0x5000_0000, 0xC000_0000, "[not listed]")]
    #expect(try Self.verdict(rule, Self.room(lines)) == verdict)
  }

  @Test("a summary's totals are exact, the rest is not told")
  func summary() throws {
    var facts = LayoutFacts()
    facts.summary = SummaryFacts(
      freeElsewhere: .mebibytes(100), freeSpans: 7, regions: 40,
      kinds: [KindUsage(kind: .image, regions: 9, bytes: .mebibytes(200))])
    let lines: [(UInt64, UInt64, String)] = [
      (0x10000, 0x4000_0000, "[not listed]"), (0x8000_0000, 0xC000_0000, "[not listed]"),
    ]
    let room = try Self.room(lines, facts)
    #expect(try Self.verdict("largest-free >= 1GiB", room) == .held)
    #expect(try Self.verdict("largest-free >= 1025MiB", room) == .broken)
    #expect(try Self.verdict("free >= 1124MiB", room) == .held)
    #expect(try Self.verdict("free >= 1125MiB", room) == .broken)
    #expect(try Self.verdict("fragmentation <= 9%", room) == .held)
    #expect(try Self.verdict("fragmentation <= 8%", room) == .broken)
    #expect(try Self.verdict("regions <= 40", room) == .held)
    #expect(try Self.verdict("regions <= 39", room) == .broken)
    #expect(try Self.verdict("kind image <= 199MiB", room) == .broken)
    #expect(try Self.verdict("kind image <= 200MiB", room) == .undecided)
    #expect(try Self.verdict("kind heap <= 1GiB", room) == .undecided)
    #expect(try Self.verdict("owner *.dll <= 1MiB", room) == .undecided)
    facts.summary?.regions = nil
    #expect(try Self.verdict("regions <= 40", Self.room(lines, facts)) == .undecided)
    let spanless: [(UInt64, UInt64, String)] = [(0x10000, 0xC000_0000, "[not listed]")]
    #expect(try Self.verdict("largest-free >= 1MiB", Self.room(spanless, facts)) == .undecided)
    #expect(try Self.verdict("fragmentation <= 9%", Self.room(spanless, facts)) == .undecided)
  }

  @Test("a heap that was not read can serve some, never more than lies in one piece")
  func unreadHeap() throws {
    // No [heap]: where it would begin is not known.
    let room = try Self.room(Self.lines)
    let answer = try PolicyChecker(room).answer(to: PolicyRule(text: "fits 512MiB >= 1"))
    #expect(answer.forecast?.bound == .atLeast)
    let spans = room.freeSpans.map { $0.size.value / (512 << 20) }.reduce(0, +)
    #expect(answer.actual.most == spans && answer.actual.least <= spans)
    #expect(try Self.verdict("fits 512MiB >= \(spans + 1)", room) == .broken)
  }

  @Test("excused owners do not count where bytes, regions or pins are counted")
  func excuses() throws {
    let room = try Self.room(
      Self.lines + [(0x4010_0000, 0x4020_0000, "/opt/locale.nls")]
        + [(0x6000_0000, 0x6001_0000, "/opt/c_1252.nls")])
    #expect(try Self.verdict("owner *.nls <= 1MiB", room) == .broken)
    #expect(try Self.verdict("owner *.nls <= 1MiB", excused: ["locale.nls"], room) == .held)
    #expect(try Self.verdict("owner *.nls <= 0", excused: ["*.nls"], room) == .held)
    #expect(try Self.verdict("kind file <= 64KiB", room) == .broken)
    #expect(
      try Self.verdict("kind file <= 64KiB", excused: ["/opt/locale.nls", "a.so"], room) == .held)
    #expect(try Self.verdict("regions <= 3", room) == .broken)
    #expect(try Self.verdict("regions <= 3", excused: ["c_*"], room) == .held)
    // Of a run only some of it is excused: the rest is a pin still.
    let pins = "pins < 4MiB between 1MiB <= 1"
    #expect(try Self.verdict(pins, room) == .broken)
    #expect(try Self.verdict(pins, excused: ["locale.nls"], room) == .broken)
    #expect(try Self.verdict(pins, excused: ["c_1252.nls"], room) == .held)
  }

  @Test("what is excused takes its room still, and is not blamed for it")
  func notBlamed() throws {
    let room = try Self.room([
      (0x5000_0000, 0x5100_0000, "/opt/a.so"), (0x9000_0000, 0x9010_0000, ""),
    ])
    let rule = try PolicyRule(text: "largest-free >= 2500MiB")
    let blamed = try PolicyChecker(room).answer(to: rule)
    #expect(blamed.verdict == .broken && blamed.pins.contains { $0.range.lower == 0x5000_0000 })
    var excusing = rule
    excusing.excused = ["a.so"]
    let answer = try PolicyChecker(room).answer(to: excusing)
    #expect(answer.verdict == .broken && answer.actual == blamed.actual)
    #expect(!answer.pins.isEmpty && !answer.pins.contains { $0.range.lower == 0x5000_0000 })
  }

  @Test("names by their whole and by their last part; in Windows whatever their letters")
  func patterns() throws {
    let lines: [(UInt64, UInt64, String)] = [(0x1000_0000, 0x1100_0000, "C:\\Win\\LOCALE.NLS")]
    let windows = try Self.room(lines, layout: "windows-2g")
    #expect(try Self.verdict("owner locale.nls <= 1MiB", windows) == .broken)
    #expect(try Self.verdict("owner c:\\*.nls <= 1MiB", windows) == .broken)
    let linux = try Self.room(lines)
    #expect(try Self.verdict("owner locale.nls <= 1MiB", linux) == .held)
    #expect(try Self.verdict("owner LOCALE.* <= 1MiB", linux) == .broken)
    // What has no name fits no pattern.
    #expect(try Self.verdict("owner * <= 15MiB", linux) == .broken)
    #expect(
      try Self.verdict("owner * <= 1KiB", Self.room([(0x1000_0000, 0x1100_0000, "")])) == .held)
  }
}
