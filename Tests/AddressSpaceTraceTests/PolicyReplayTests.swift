import TestSupport
import Testing

@testable import AddressSpace
@testable import AddressSpaceTrace

/// What is found lazily, against every rule asked of the whole room after every event.
@Suite("A policy held throughout a recording")
struct PolicyReplayTests {
  /// Rules of every kind, in both directions, near to what random recordings measure.
  static func policy(_ random: inout SeededGenerator) throws -> Policy {
    let size = "\(Int.random(in: 1...40, using: &random) * 4)KiB"
    let count = Int.random(in: 1...30, using: &random)
    let subjects = [
      "largest-free ? \(size)", "free ? \(size)", "fits \(size) by mmap ? \(count)",
      "fits \(size) by malloc ? \(count)", "fits 200KiB ? \(count)", "fits thread:64KiB ? 2",
      "fits 64x64x4x1 by pillow ? 3", "regions ? \(count)", "kind anonymous ? \(size)",
      "kind image ? 16KiB", "kind heap ? \(size)", "kind stack ? 28KiB", "owner program ? 16KiB",
      "owner * ? \(size)", "owner [heap] ? \(size)", "origin *brk* ? \(size)",
      "origin *malloc* ? \(size)", "module program ? 12KiB",
      "pins < 40KiB between 8KiB ? \(count / 8)",
      "fragmentation ? \(Int.random(in: 1...99, using: &random))%",
    ]
    let excuses = [[], [], ["program"], ["[heap]", "*brk*"], ["*"], ["[stack]"]]
    var rules: [PolicyRule] = []
    for subject in subjects {
      for sign in [">=", "<="] {
        let text = subject.replacing(" ? ", with: " \(sign) ")
        guard var rule = try? PolicyRule(text: text) else { continue }
        rule.excused = excuses.randomElement(using: &random) ?? []
        rules.append(rule)
      }
    }
    return Policy(rules)
  }

  /// The same by asking everything everywhere.
  static func slow(
    _ policy: Policy, events: Int, room: (Int) throws -> Room
  ) throws -> PolicyTrial {
    var trial = PolicyTrial(policy)
    for event in 0...events { try trial.look(at: room(event), after: Double(event)) }
    return trial
  }

  static func expectSame(
    _ random: RandomRecording, _ policy: Policy, events: Int, _ text: Comment
  ) throws {
    let replay = try SpaceReplay(
      random.recording, parse: random.recording.parse, layout: { _ in random.layout })
    let slow = try slow(policy, events: events) { random.room(after: $0) }
    let quick = try PolicyReplay(of: replay, policy: policy)
    try #require(quick.trial.looks == events + 1, text)
    for (one, other) in zip(quick.trial.results, slow.results) {
      let rule: Comment = "\(text), \(one.answer.rule) excusing \(one.answer.rule.excused)"
      // `slow` has events for seconds.
      try #require(one.event.map(Double.init) == other.seconds, rule)
      try #require(one.answer.actual == other.answer.actual, rule)
      try #require(one.answer.verdict == other.answer.verdict, rule)
      try #require(one.answer.pins.map(\.range) == other.answer.pins.map(\.range), rule)
      try #require(one.answer.plan?.window == other.answer.plan?.window, rule)
    }
  }

  @Test("every kind of rule, with excuses", arguments: 0..<40 as Range<UInt64>)
  func rules(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let recording = RandomRecording(seed: seed, events: 70, heap: seed % 2 == 0)
    try Self.expectSame(
      recording, Self.policy(&random), events: 70, "seed \(seed)")
  }

  @Test("with limits, near and far", arguments: 0..<24 as Range<UInt64>)
  func limits(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var limits = LimitFacts()
    switch seed % 4 {
    case 0: limits.mostMappings = 65530
    case 1: limits.mostMappings = 12
    case 2: limits.addressSpace = ResourceLimit(soft: .kibibytes(600), hard: nil)
    default: limits.data = ResourceLimit(soft: .kibibytes(300), hard: nil)
    }
    limits.memory = MachineMemory(
      total: .gibibytes(1), available: .zero, swapTotal: .zero, swapFree: .zero)
    let recording = RandomRecording(seed: seed, events: 50, heap: true, limits: limits)
    try Self.expectSame(
      recording, Self.policy(&random), events: 50, "seed \(seed)")
  }

  @Test("Wine, whose reservations may be free", arguments: [false, true])
  func wine(knowsTraits: Bool) throws {
    let policy = Policy(
      try [
        "largest-free >= 1GiB", "largest-free <= 1GiB", "free >= 3GiB", "fits 200MiB >= 9",
        "fits 200MiB by virtualalloc <= 9", "fragmentation <= 50%", "kind reserved <= 512MiB",
        "regions <= 9", "pins < 64MiB between 32MiB <= 1",
      ].map(PolicyRule.init(text:)))
    var facts = LayoutFacts()
    facts.knowsTraits = knowsTraits
    let empty = AddressMap.assembling([]).map
    let layout = try #require(Layout.named("wine-4g", map: empty, facts: facts))
    for seed in 0..<60 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      var map = EvolvingMap(empty)
      var tracker = try PolicyTracker(policy, map: map, layout: layout, facts: facts)
      var trial = PolicyTrial(policy)
      for event in 0...40 {
        if event > 0 {
          let low = UInt64.random(in: 1..<120, using: &random) << 25
          let size = UInt64.random(in: 1...12, using: &random) << 25
          let range = try #require(
            AddressRange(Address(low), Address(min(low + size, 0xFFFF_0000))))
          let access: Region.Access = Bool.random(using: &random) ? [] : [.read, .write]
          let region = Region(
            range: range, access: access, traits: Bool.random(using: &random) ? .noReserve : [])
          let change: MapChange =
            Int.random(in: 0..<3, using: &random) == 0 ? .unmap(range) : .map(region)
          map.apply(change, by: UInt32(event))
          tracker.apply(change, by: UInt32(event))
        }
        try tracker.look(after: event)
        let room = Room(map: map.map.classified(with: facts), layout: layout, facts: facts)
        try trial.look(at: room, after: Double(event))
      }
      try #require(tracker.worst == trial.results.map { Int($0.seconds) }, "seed \(seed)")
    }
  }

  @Test("where the heap was read, its figures count")
  func heap() throws {
    let recording = Recording()
    var facts = LayoutFacts()
    facts.wordSize = .bits32
    facts.machine = .i386
    facts.isRead = true
    facts.libcVersion = LibcVersion(2, 36)
    let range = AddressRange(0x10_0000, 0x20_0000)!
    let heap = Region(range: range, access: [.read, .write], name: "[heap]")
    _ = recording.begin([heap], facts: facts)
    recording.map(0x5000_0000, 0xFF00_0000)
    facts.heap = HeapFacts(top: 800_000, end: range.upper)
    recording.add([heap], facts: facts, of: 0, .low)
    recording.map(0x4000_0000, 0x5000_0000)
    let policy = Policy([try PolicyRule(text: "fits 700KiB >= 100000")])
    let replay = try SpaceReplay(recording, parse: recording.parse)
    let slow = try Self.slow(policy, events: 2) { event in
      let snapshot = try replay.snapshot(at: .event(event))
      return Room(map: snapshot.map, layout: replay.layout, facts: snapshot.facts)
    }
    let quick = try PolicyReplay(of: replay, policy: policy)
    #expect(quick.trial.results.map(\.answer.actual) == slow.results.map(\.answer.actual))
    #expect(quick.trial.results.map(\.event) == slow.results.map { Int($0.seconds) })
  }

  @Test("a rule that is broken only in between names the moment and who had made its pins")
  func between() throws {
    let recording = Recording()
    var facts = LayoutFacts()
    facts.wordSize = .bits32
    facts.isRead = true
    _ = recording.begin([], facts: facts)
    let stack = recording.stack("/lib/libc.so.6:mmap", "/bin/photo:decode", "main")
    recording.map(0x1000_0000, 0x1001_0000)
    recording.map(0x8000_0000, 0x8001_0000, stack: stack)
    recording.add(.munmap, .changed(.unmap(AddressRange(0x8000_0000, 0x8001_0000)!)))
    let policy = Policy([try PolicyRule(text: "largest-free >= 3GiB")])
    let replay = try SpaceReplay(recording, parse: recording.parse) { snapshot in
      Layout.named("linux-i386-4g", map: snapshot.map, facts: snapshot.facts)
        ?? .inferred(
          from: snapshot.map, facts: snapshot.facts)
    }
    let found = try PolicyReplay(of: replay, policy: policy)
    let result = try #require(found.trial.results.first)
    #expect(result.event == 2 && result.seconds == 0.002 && result.verdict == .broken)
    let pin = try #require(result.answer.pins.first)
    #expect(found.stacks[0][pin.range]?.interestingFrame?.function == "decode")
  }

  @Test("in a long recording hardly anything is counted anew")
  func long() throws {
    let rules = [
      "largest-free >= 100MiB", "free >= 1GiB", "fragmentation <= 99%", "fits 48MB by mmap >= 2",
      "regions <= 30000", "owner /data/* <= 1GiB",
    ]
    let policy = Policy(try rules.map(PolicyRule.init(text:)))
    var facts = LayoutFacts()
    facts.wordSize = .bits32
    facts.machine = .i386
    let empty = AddressMap.assembling([]).map
    let layout = try #require(Layout.named("linux-i386-3g", map: empty, facts: facts))
    var tracker = try PolicyTracker(
      policy, map: EvolvingMap(empty), layout: layout, facts: facts)
    var random = SeededGenerator(seed: 1)
    for event in 0..<20_000 {
      try tracker.look(after: event)
      let low = UInt64.random(in: 0x1000...0xB_0000, using: &random) << 12
      let range = try #require(AddressRange(Address(low), Address(low + 0x4000)))
      let region = Region(range: range, access: [.read, .write], inode: 3, name: "/data/x")
      tracker.apply(event % 3 == 0 ? .unmap(range) : .map(region), by: UInt32(event + 1))
    }
    #expect(tracker.evaluations == 0)
    #expect(tracker.worst.allSatisfy { $0 > 0 })
  }
}
