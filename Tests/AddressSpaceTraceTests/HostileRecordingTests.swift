import AddressSpace
import AddressSpaceTrace
import TestSupport
import Testing

@Suite("Recordings that are cut short or lie")
struct HostileRecordingTests {
  @Test("a recorder that was killed left no end: what is there is told")
  func killed() throws {
    let random = RandomRecording(seed: 3, events: 50)
    let report = try random.report()
    #expect(report.end == nil)
    #expect(report.moment.event == 50 && report.moment.time == 50_000_000)
    random.recording.finish(TraceEnd(duration: 70_000_000, signal: 9))
    let ended = try random.report()
    #expect(ended.moment.time == 70_000_000 && ended.end?.signal == 9)
    #expect(ended.timeline.points == report.timeline.points)
  }

  @Test("a recording without events")
  func empty() throws {
    let random = RandomRecording(seed: 1, events: 0)
    for moment in [TraceMoment.end, .lowest, .event(0), .time(nanoseconds: 5)] {
      let report = try random.report(TraceReportOptions(moment: moment))
      #expect(report.moment.event == 0 && report.callers.isEmpty && report.drops.isEmpty)
      #expect(report.timeline.points.count == 1)
    }
  }

  @Test("numbers at random where others should be", arguments: 0..<200 as Range<UInt64>)
  func garbage(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    func number() -> UInt64 {
      let bits = UInt64.random(in: 0...64, using: &random)
      let value = bits == 0 ? 0 : UInt64.random(in: .min ... .max, using: &random) >> (64 - bits)
      return Bool.random(using: &random) ? value : ~value
    }
    func place() -> Int { Int(truncatingIfNeeded: number()) }
    func range() -> AddressRange {
      let (one, other) = (Address(number()), Address(number()))
      return AddressRange(min(one, other), max(one, other)) ?? .everything(below: one)
    }
    func region() -> Region {
      Region(
        range: range(), access: .init(rawValue: UInt8(truncatingIfNeeded: number())),
        offset: number(), inode: number() & 1,
        name: ["", "[heap]", "[stack]", "/a"][Int.random(in: 0..<4, using: &random)],
        traits: .init(rawValue: UInt8(truncatingIfNeeded: number())))
    }
    let recording = Recording()
    var facts = LayoutFacts()
    facts.wordSize = Bool.random(using: &random) ? .bits32 : .bits64
    facts.startOfBreak = Bool.random(using: &random) ? Address(number()) : nil
    _ = recording.begin([region()], facts: facts)
    for _ in 0..<30 {
      recording.add(Frame(module: place(), offset: number()))
      recording.add(StackTable.Node(parent: place(), frame: place() % 40))
      recording.add([], ofFrame: place())
      let outcome: MapCall.Outcome =
        switch Int.random(in: 0..<6, using: &random) {
        case 0:
          .failed(
            errno: Int32(truncatingIfNeeded: number()), asked: ByteCount(number()),
            at: Address(number()))
        case 1: .changed(.unmap(range()))
        case 2: .changed(.protect(range(), .init(rawValue: UInt8(truncatingIfNeeded: number()))))
        case 3:
          .changed(.move(from: range(), to: range(), keepsSource: Bool.random(using: &random)))
        default: .changed(.map(region()))
        }
      recording.add(
        TraceEvent(
          time: number(), space: Int.random(in: 0...1, using: &random), thread: place(),
          call: MapCall.allCases.randomElement(using: &random) ?? .mmap, outcome: outcome,
          stack: StackID(place() % 50)))
      recording.add(
        TraceSnapshot(
          space: place() % 2, time: number(), events: place(), occasion: .low, capture: [9, 9]))
    }
    for moment in [.end, .lowest, .time(nanoseconds: number()), .event(3)] as [TraceMoment] {
      for grouping in TraceReport.CallerGrouping.allCases {
        let options = TraceReportOptions(
          moment: moment, requests: [BufferRequest(bytes: .mebibytes(1))],
          allocator: Allocator(.malloc), grouping: grouping, mostPoints: 1)
        let report = try TraceReport(of: recording, options: options, parse: recording.parse)
        #expect(report.timeline.points.count <= 50, "seed \(seed)")
      }
    }
  }

  @Test("a buffer that cannot be asked for is an error with a sentence")
  func allocator() {
    let random = RandomRecording(seed: 1, events: 3)
    let error = #expect(throws: TraceReportError<Never>.self) {
      try random.report(TraceReportOptions(allocator: Allocator(.virtualalloc)))
    }
    #expect(error?.description.contains("virtualalloc") == true)
  }
}
