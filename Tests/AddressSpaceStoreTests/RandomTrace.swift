import AddressSpace
import AddressSpaceStore
import AddressSpaceTrace
import TestSupport

/// A recording of everything that a sink can be given, from a seed.
struct RandomTrace {
  var header: TraceHeader
  var end: TraceEnd
  var spaces: [TraceSpace] = []
  var threads: [TraceThread] = []
  var modules: [TraceModule] = []
  var frames: [Frame] = []
  var nodes: [StackTable.Node] = []
  var symbols: [Int: [Symbol]] = [:]
  var snapshots: [TraceSnapshot] = []
  var events: [TraceEvent] = []

  private var random: SeededGenerator

  init(seed: UInt64, events count: Int = 200) {
    var random = SeededGenerator(seed: seed)
    header = TraceHeader(
      command: (0..<Int.random(in: 0...3, using: &random)).map { _ in Self.name(&random) },
      began: .random(in: 0...4_000_000_000, using: &random), isAttached: .random(using: &random),
      recorder: Self.name(&random))
    end = TraceEnd(
      duration: .random(in: 0...1 << 62, using: &random),
      status: Bool.random(using: &random) ? .random(in: 0...255, using: &random) : nil,
      signal: Bool.random(using: &random) ? .random(in: 1...64, using: &random) : nil)
    self.random = random
    makeSubjects()
    var time: UInt64 = 0
    for _ in 0..<count { events.append(event(at: &time)) }
  }

  private static func name(_ random: inout SeededGenerator) -> String {
    ["", "photo", "/usr/lib/libc.so.6", "a\0b", "ü\u{1F600}\u{1B}[31m", "it's \"so\"\n"]
      .randomElement(using: &random) ?? ""
  }

  private mutating func name() -> String { Self.name(&random) }

  private mutating func below(_ count: Int) -> Int { .random(in: 0..<count, using: &random) }

  /// A number of any size: small ones, and those at which representations change.
  private mutating func number() -> UInt64 {
    let bits = below(65)
    return bits == 0 ? 0 : UInt64.random(in: 0...UInt64.max, using: &random) >> UInt64(64 - bits)
  }

  private mutating func makeSubjects() {
    for index in 0...below(3) {
      spaces.append(
        TraceSpace(
          pid: Int32(truncatingIfNeeded: number()), name: name(),
          wordSize: index.isMultiple(of: 2) ? .bits32 : .bits64, isMain: index == 0))
    }
    for _ in 0...below(5) {
      threads.append(TraceThread(tid: Int32(truncatingIfNeeded: number()), name: name()))
    }
    for _ in 0...below(5) {
      modules.append(TraceModule(path: name(), buildID: Bool.random(using: &random) ? "00ff" : nil))
    }
    for index in 0..<40 {
      frames.append(
        Frame(
          module: Bool.random(using: &random) ? below(modules.count) : nil, offset: number(),
          origin: Frame.Origin.allCases[index % Frame.Origin.allCases.count]))
    }
    var table = StackTable()
    for index in 0..<60 {
      let node = StackTable.Node(
        parent: index > 0 && Int.random(in: 0..<5, using: &random) > 0 ? below(index) : nil,
        frame: below(frames.count))
      // A parent may be a node that was there before.
      if let parent = node.parent, parent >= table.nodes.count { continue }
      if table.place(of: node).isNew { nodes.append(node) }
    }
    for frame in frames.indices where Bool.random(using: &random) {
      symbols[frame] = (0...below(3)).map { depth in
        Symbol(
          function: Bool.random(using: &random) ? name() : nil,
          file: Bool.random(using: &random) ? name() : nil,
          line: Bool.random(using: &random) ? below(100_000) : nil, isInlined: depth > 0)
      }
    }
    for (index, occasion) in TraceSnapshot.Occasion.allCases.enumerated() {
      snapshots.append(
        TraceSnapshot(
          space: below(spaces.count), time: number() >> 2, events: index * 7, occasion: occasion,
          capture: (0..<below(300)).map { _ in UInt8.random(in: 0...255, using: &random) }))
    }
  }

  private mutating func event(at time: inout UInt64) -> TraceEvent {
    // Time stands still, goes on, and of a change that was found, back.
    let step = number() >> UInt64(20 + below(44))
    time = below(9) == 0 ? time - min(time, step) : min(time + step, 1 << 62)
    return TraceEvent(
      time: time, space: below(spaces.count),
      thread: below(4) > 0 ? below(threads.count) : nil,
      call: MapCall.allCases[below(MapCall.allCases.count)], outcome: outcome(),
      stack: below(4) > 0 ? StackID(below(nodes.count)) : nil)
  }

  private mutating func outcome() -> MapCall.Outcome {
    switch below(5) {
    case 0:
      return .changed(
        .map(
          Region(
            range: range(), access: access(), offset: below(2) == 0 ? 0 : number(),
            inode: below(2) == 0 ? 0 : number(), name: name(),
            traits: Region.Traits(rawValue: UInt8(below(4))),
            kind: Region.Kind.allCases[below(Region.Kind.allCases.count)])))
    case 1: return .changed(.unmap(range()))
    case 2: return .changed(.protect(range(), access()))
    case 3:
      let from = range()
      // Most moves keep the size.
      let to = below(2) == 0 ? range() : from
      return .changed(.move(from: from, to: to, keepsSource: .random(using: &random)))
    default:
      return .failed(
        errno: Int32(below(134)), asked: ByteCount(number()),
        at: below(2) == 0 ? nil : Address(number()))
    }
  }

  private mutating func access() -> Region.Access {
    Region.Access(rawValue: UInt8(below(16)))
  }

  /// A range of pages mostly, anywhere.
  private mutating func range() -> AddressRange {
    while true {
      var (low, size) = (number(), number())
      if below(8) > 0 {
        low &= ~0xFFF
        size &= ~0xFFF
      }
      let (high, overflows) = low.addingReportingOverflow(size)
      if !overflows, let range = AddressRange(Address(low), Address(high)) { return range }
    }
  }

  /// Gives all to a sink; what is referred to stands before, as a recorder has it.
  func write(to sink: RecordingWriter) throws {
    try sink.begin(header)
    try spaces.forEach(sink.add)
    try threads.forEach(sink.add)
    try modules.forEach(sink.add)
    try frames.forEach(sink.add)
    try nodes.forEach(sink.add)
    for (index, event) in events.enumerated() {
      try sink.add(event)
      if index % 50 == 49 { try sink.commit() }
    }
    try snapshots.forEach(sink.add)
    for (frame, symbols) in symbols { try sink.add(symbols, ofFrame: frame) }
    try sink.finish(end)
  }
}
