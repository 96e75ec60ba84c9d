import AddressSpace
import TestSupport
import Testing

@testable import AddressSpaceTrace

@Suite("Long recordings")
struct LongRecordingTests {
  @Test("who made what lasts is known, who made what is gone is forgotten")
  func makers() throws {
    let recording = Recording()
    var facts = LayoutFacts()
    facts.wordSize = .bits32
    _ = recording.begin([], facts: facts)
    let early = recording.stack("early", "main")
    let busy = recording.stack("busy", "main")
    recording.map(0x5000_0000, 0x5001_0000, stack: early)
    let base = Address(0x6000_0000)
    let range = AddressRange(base, 0x6100_0000) ?? .everything(below: base)
    let region = Region(range: range, access: [.read, .write])
    for _ in 0..<50_000 {
      recording.add(.mmap2, .changed(.map(region)), stack: busy)
      recording.add(.munmap, .changed(.unmap(range)), stack: busy)
    }
    let late = recording.stack("late", "main")
    recording.map(0x7000_0000, 0x7001_0000, stack: late)
    let report = try TraceReport(of: recording, parse: recording.parse)
    let functions = report.callers.map { $0.stack.interestingFrame?.function ?? "" }
    #expect(functions.sorted() == ["early", "late"])
    #expect(report.calls.map(\.changes) == [2, 50_000, 50_000])
    #expect(report.timeline.points.count <= 2000)
    #expect(report.drops.count < 20)
    // At the moment of the third mapping it was busy's too.
    let then = try TraceReport(
      of: recording, options: TraceReportOptions(moment: .event(60_000)), parse: recording.parse)
    #expect(
      Set(then.callers.map { $0.stack.interestingFrame?.function }) == ["early", "busy"])
  }

  @Test("the log of makers forgets only who made nothing that is left")
  func log() {
    var random = SeededGenerator(seed: 5)
    var map = EvolvingMap(AddressMap.assembling([]).map)
    var log = MakerLog()
    for maker in 1...90_000 as ClosedRange<UInt32> {
      let low = UInt64.random(in: 1..<400, using: &random) << 12
      let range = AddressRange(Address(low), Address(low + 8192)) ?? .everything(below: 1)
      let event = TraceEvent(
        time: 0, space: 0, thread: nil, call: .mmap,
        outcome: .changed(.map(Region(range: range, offset: UInt64(maker)))))
      if case .changed(let change) = event.outcome { map.apply(change, by: maker) }
      log.note(Int(maker) + 7, maker, event) { [map] }
    }
    for piece in map.pieces { #expect(log[piece.maker]?.number == Int(piece.maker) + 7) }
    #expect(log[0] == nil && log[1] == nil && log[90_001] == nil)
    #expect(log.count <= 34_000)
  }
}
