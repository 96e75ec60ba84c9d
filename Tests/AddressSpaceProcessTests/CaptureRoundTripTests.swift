import AddressSpace
import AddressSpaceFormats
import AddressSpaceProcess
import TestSupport
import Testing

@Suite("A capture keeps all that was read", .serialized)
struct CaptureRoundTripTests {
  static let options: [[String]] = [
    [], ["--seed", "1"], ["--seed", "2", "--threads", "4"], ["--seed", "3", "--growing", "1"],
    ["--hole", "2000000"], ["--seed", "4", "--blocks", "600"],
    ["--seed", "5", "--allocator", "malloc", "--from", "thread"],
  ]
  static let personalities: [[String]] = [
    [], ["-R"], ["-L"], ["linux32", "-3"], ["linux32", "-3", "-L"],
  ]

  @Test(
    "map, kinds, facts and source",
    .enabled(if: LiveFactsTests.hasVictims, LiveFactsTests.missing),
    arguments: personalities.indices, options.indices)
  func roundTrip(personality: Int, option: Int) throws {
    // Every program meets every personality and all options, though not each pair of them.
    let name = ["victim-pie", "victim-nopie", "victim-static"][(personality + option) % 3]
    let child = try #require(
      try Child.victim(
        name, Self.options[option], personality: Self.personalities[personality]))
    let (live, text) = try LiveProcess(pid: child.pid).snapshot()
    let saved = try MapsParser.parse(CaptureText.write(live, maps: text))
    #expect(saved.map.regions == live.map.regions, "\(name)")
    #expect(saved.facts == live.facts, "\(name)")
    #expect(saved.source.pid == live.source.pid && saved.source.name == live.source.name)
    #expect(saved.source.kind == .maps && saved.diagnostics.isEmpty)
    #expect(saved.facts.isRead)
  }

  @Test("a process with a hostile name cannot write lines of its own into a capture")
  func hostileName() throws {
    for name in ["a\nb", "x\n# word-size: 64", "\u{1B}[31m", "a) R 1 (b", "", "#"] {
      var snapshot = try MapsParser.parse(Array("08048000-08049000 r-xp 0 0:0 0\n".utf8))
      snapshot.source.name = name
      snapshot.facts.wordSize = .bits32
      let text = Array("08048000-08049000 r-xp 0 0:0 0\n".utf8)
      let capture = CaptureText.write(snapshot, maps: text)
      let saved = try MapsParser.parse(capture)
      #expect(saved.facts.wordSize == .bits32)
      #expect(saved.map.regions == snapshot.map.regions)
      #expect(!(saved.source.name ?? "").contains("\n"))
    }
  }
}
