import AddressSpace
import AddressSpaceFormats
import AddressSpaceProcess
import SystemPackage
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

  @Test("every process of this machine answers from a saved file as it does itself")
  func machine() throws {
    var seen = 0
    for name in Fixtures.names(in: "/proc", suffix: "") {
      guard let pid = Int32(name), case .success(let (live, text)) = reading(pid) else { continue }
      seen += 1
      let program = live.source.name ?? ""
      let answers = try Self.answers(live)
      for bytes in [
        CaptureText.write(live, maps: text), CaptureText.write(live), SnapshotText.write(live),
      ] {
        let saved = try SavedFile.read(bytes)
        #expect(saved.map.regions.elementsEqual(live.map.regions), "\(program)")
        #expect(saved.facts == live.facts, "\(program)")
        #expect(saved.diagnostics.isEmpty)
        #expect(try Self.answers(saved) == answers, "\(program)")
      }
    }
    #expect(seen > 0)
  }

  /// How many of some buffers fit, by every allocator, and what bounds them.
  private static func answers(_ snapshot: Snapshot) throws -> [String] {
    let layout = Layout.inferred(from: snapshot.map, facts: snapshot.facts)
    let room = Room(map: snapshot.map, layout: layout, facts: snapshot.facts)
    var answers = [layout.name, layout.basis, "\(room.freeBytes)"]
    for (text, family) in [
      ("24MB", .mmap), ("24MB@4MiB", .mmap), ("300K", .malloc), ("2000x1000x4x2", .numpy),
      ("2000x1000x4x1", .pillow), ("24MB", .virtualalloc), ("24MB", .heapalloc),
      ("thread", .mmap), ("thread:1MiB", .mmap),
    ] as [(String, Allocator.Family)] {
      // Placed block by block: too many in a 64-bit space.
      if family == .pillow, layout.wordSize == .bits64 { continue }
      let request = try BufferRequest(text: text)
      let forecast = try? Forecaster(room).forecast(
        request, allocator: Allocator(family), placements: 3)
      answers.append(
        "\(text) \(family) \(String(describing: forecast?.fits)) "
          + "\(String(describing: forecast?.isExact)) \(forecast?.placements ?? []) "
          + "\(forecast?.walls ?? []) \(forecast?.warnings ?? [])")
    }
    return answers
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
