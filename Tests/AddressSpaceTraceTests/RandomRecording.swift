import AddressSpace
import AddressSpaceTrace
import TestSupport

/// A recording at random in a small 32-bit space, with the map after each of its events.
struct RandomRecording {
  static let page: UInt64 = 4096
  static let pages = 300

  let recording = Recording()
  let layout: Layout
  let facts: LayoutFacts
  /// The map before the first event, then after each; by the number of the event.
  private(set) var maps: [EvolvingMap]
  private(set) var stacks: [StackID] = []

  static func range(_ pages: Range<Int>) -> AddressRange {
    let low = Address(UInt64(pages.lowerBound) * page)
    return AddressRange(low, Address(UInt64(pages.upperBound) * page)) ?? .everything(below: low)
  }

  init(seed: UInt64, events: Int, heap: Bool = false, limits: LimitFacts? = nil) {
    var random = SeededGenerator(seed: seed)
    var facts = LayoutFacts()
    facts.wordSize = .bits32
    facts.machine = .i386
    facts.libcVersion = LibcVersion(2, 36)
    if heap { facts.startOfBreak = Address(20 * Self.page) }
    facts.limits = limits
    self.facts = facts
    let start = [
      Region(range: Self.range(16..<20), access: [.read], inode: 7, name: "/usr/bin/program"),
      Region(range: Self.range(290..<297), access: [.read, .write], name: "[stack]"),
    ]
    let map = AddressMap.assembling(start).map
    layout =
      (Layout.named("linux-i386-3g", map: map, facts: facts) ?? .inferred(from: map, facts: facts))
      .limited(to: Self.range(10..<Self.pages))
    _ = recording.begin(start, facts: facts)
    recording.add(TraceThread(tid: 1, name: "main"))
    maps = [EvolvingMap(map)]
    stacks = [
      recording.stack("/lib/libc.so.6:mmap", "load", "main"),
      recording.stack("/lib/libc.so.6:mmap", "load", "work", "main"),
      recording.stack("/lib/libc.so.6:malloc", "/lib/libphoto.so:decode", "main"),
      recording.stack("/lib/libphoto.so:resize", "main"),
    ]
    for _ in 0..<events { add(&random, heap: heap) }
  }

  private mutating func add(_ random: inout SeededGenerator, heap: Bool) {
    let low = Int.random(in: 8..<Self.pages - 20, using: &random)
    let range = Self.range(low..<low + Int.random(in: 1...14, using: &random))
    let stack = Int.random(in: 0..<6, using: &random)
    let id = stack < stacks.count ? stacks[stack] : stack == 4 ? nil : StackID(1 << 40)
    var call = MapCall.mmap
    let outcome: MapCall.Outcome
    switch Int.random(in: 0..<12, using: &random) {
    case 0:
      outcome = .failed(errno: 12, asked: .mebibytes(1), at: nil)
    case 1:
      call = .mprotect
      outcome = .changed(.protect(range, [.read]))
    case 2:
      call = .mremap
      let target = Self.range(low / 2..<low / 2 + 5)
      outcome = .changed(
        target.overlaps(range)
          ? .unmap(range) : .move(from: range, to: target, keepsSource: Bool.random(using: &random))
      )
    case 3:
      call = .found
      outcome = .changed(.map(Region(range: range, access: [.read])))
    case 4...6:
      call = .munmap
      outcome = .changed(.unmap(range))
    case 7 where heap:
      call = .brk
      let top = Int.random(in: 21..<60, using: &random)
      outcome = .changed(
        .map(Region(range: Self.range(20..<top), access: [.read, .write], name: "[heap]")))
    default:
      outcome = .changed(.map(Region(range: range, access: [.read, .write])))
    }
    recording.add(call, outcome, stack: id, thread: Int.random(in: -1...1, using: &random))
    var map = maps[maps.count - 1]
    if case .changed(let change) = outcome { map.apply(change, by: UInt32(maps.count)) }
    maps.append(map)
  }

  /// The room after an event.
  func room(after event: Int) -> Room {
    Room(map: maps[event].map.classified(with: facts), layout: layout, facts: facts)
  }

  func report(_ options: TraceReportOptions = TraceReportOptions()) throws -> TraceReport {
    try TraceReport(of: recording, options: options, parse: recording.parse) { _ in layout }
  }
}
