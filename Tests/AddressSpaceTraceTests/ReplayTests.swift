import AddressSpace
import AddressSpaceTrace
import TestSupport
import Testing

@Suite("A space at a moment, against the maps after every event")
struct ReplayTests {
  static func regions(_ random: RandomRecording, at moment: TraceMoment) throws -> [Region] {
    let replay = try SpaceReplay(
      random.recording, parse: random.recording.parse, layout: { _ in random.layout })
    return try replay.snapshot(at: moment).map.regions
  }

  static func expected(_ random: RandomRecording, after event: Int) -> [Region] {
    random.maps[event].map.classified(with: random.facts).regions
  }

  @Test("the end, every event, every time", arguments: 0..<20 as Range<UInt64>)
  func moments(seed: UInt64) throws {
    let random = RandomRecording(seed: seed, events: 60)
    #expect(try Self.regions(random, at: .end) == Self.expected(random, after: 60), "seed \(seed)")
    for event in 0...60 {
      let expected = Self.expected(random, after: event)
      #expect(
        try Self.regions(random, at: .event(event)) == expected, "seed \(seed), event \(event)")
      // Events lie a millisecond apart.
      let time = UInt64(event) * 1_000_000 + seed * 10_000
      #expect(
        try Self.regions(random, at: .time(nanoseconds: time)) == expected,
        "seed \(seed), event \(event)")
    }
    #expect(throws: TraceReportError<Never>.self) { try Self.regions(random, at: .event(61)) }
    let late = TraceMoment.time(nanoseconds: .max)
    #expect(try Self.regions(random, at: late) == Self.expected(random, after: 60))
  }

  @Test("the lowest", arguments: 0..<200 as Range<UInt64>)
  func lowest(seed: UInt64) throws {
    let random = RandomRecording(seed: seed, events: 80)
    let report = try random.report(TraceReportOptions(moment: .lowest))
    let rooms = (0...80).map { random.room(after: $0) }
    func rank(_ room: Room) -> [UInt64] {
      [room.largestFreeSpan?.size.value ?? 0, room.freeBytes.value]
    }
    let least = rooms.map(rank).min { $0.lexicographicallyPrecedes($1) }
    #expect(rank(report.moment.room) == least, "seed \(seed)")
    #expect(
      report.moment.snapshot.map.regions == Self.expected(random, after: report.moment.event),
      "seed \(seed), event \(report.moment.event)")
  }

  @Test("the heap is known at the moments at which it was read, and there only")
  func heap() throws {
    let recording = Recording()
    let stack = Region(
      range: AddressRange(0xBFFF_0000, 0xC000_0000)!, access: [.read, .write], name: "[stack]")
    var facts = LayoutFacts()
    facts.wordSize = .bits32
    facts.isRead = true
    var later = facts
    later.libcVersion = LibcVersion(2, 40)
    _ = recording.begin([stack], facts: facts)
    recording.map(0x10_0000, 0x20_0000)
    recording.map(0x30_0000, 0x40_0000)
    later.heap = HeapFacts(top: 100, end: 0x100_0000)
    let piece = ContentFacts.Piece(
      AddressRange(0x10_0000, 0x20_0000)!, Origin(.obmallocArena, .certain))
    later.contents = ContentFacts([piece], isComplete: true)
    recording.add([stack], facts: later, of: 0, .low)
    recording.map(0x50_0000, 0x60_0000)
    later.heap = HeapFacts(top: 200, end: 0x200_0000)
    recording.add([stack], facts: later, of: 0, .end)
    let replay = try SpaceReplay(recording, parse: recording.parse)
    let tops = try (0...3).map { try replay.snapshot(at: .event($0)).facts.heap?.top }
    #expect(tops == [nil, nil, 100, 200])
    #expect(try replay.snapshot(at: .end).facts.heap?.top == 200)
    // Nothing says when what memory held came there, or that it stays.
    #expect(try (0...3).allSatisfy { try replay.snapshot(at: .event($0)).facts.contents == nil })
    // What was learnt later was true before.
    #expect(try replay.snapshot(at: .event(0)).facts.libcVersion == LibcVersion(2, 40))
    #expect(try replay.snapshot(at: .end).source.kind == .recording)
  }

  @Test("each program of a process is a space of its own; the last is the one that is meant")
  func spaces() throws {
    let recording = Recording()
    let first = recording.begin([], name: "sh")
    recording.map(0x10_0000, 0x20_0000, in: first)
    let child = recording.begin([], name: "child", isMain: false)
    recording.map(0x30_0000, 0x40_0000, in: child)
    let last = recording.begin([], name: "photo")
    recording.map(0x50_0000, 0x60_0000, in: child)
    recording.map(0x70_0000, 0x80_0000, in: last)
    recording.map(0x70_0000, 0x90_0000, in: 99)
    func lowers(_ space: Int?) throws -> [Address] {
      try SpaceReplay(recording, space: space, parse: recording.parse).snapshot(at: .end)
        .map.regions.map(\.range.lower)
    }
    #expect(try lowers(nil) == [0x70_0000])
    #expect(try lowers(first) == [0x10_0000])
    #expect(try lowers(child) == [0x30_0000, 0x50_0000])
    for space in [3, -1, .max] {
      #expect(throws: TraceReportError<Never>.self) { try lowers(space) }
    }
    #expect(throws: TraceReportError<Never>.self) {
      try SpaceReplay(Recording(), parse: { _ in nil })
    }
    #expect(throws: TraceReportError<Never>.self) {
      try SpaceReplay(recording, parse: { _ in nil })
    }
    // Event 4 is another space's: nothing has changed here by then.
    let replay = try SpaceReplay(recording, space: first, parse: recording.parse)
    #expect(try replay.snapshot(at: .event(4)).map.regions.count == 1)
    // Event 5 is of a space that the recording does not hold.
    #expect(throws: TraceReportError<Never>.self) { try replay.snapshot(at: .event(5)) }
  }

  @Test("what happened before the first map was read is in it already")
  func lateStart() throws {
    let recording = Recording()
    recording.add(TraceSpace(pid: 1, name: "a", wordSize: .bits32, isMain: true))
    recording.add(.munmap, .changed(.unmap(AddressRange(0x1000, 0x9000)!)))
    recording.add(
      [Region(range: AddressRange(0x1000, 0x3000)!)], of: 0, .start)
    recording.map(0x5000, 0x6000)
    let report = try TraceReport(of: recording, parse: recording.parse)
    #expect(report.moment.snapshot.map.regions.map(\.range.lower) == [0x1000, 0x5000])
    #expect(report.calls.map(\.call) == [.mmap])
  }
}
