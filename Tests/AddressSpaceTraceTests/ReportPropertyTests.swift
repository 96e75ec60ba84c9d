import AddressSpace
import TestSupport
import Testing

@testable import AddressSpaceTrace

/// What a report says, against rooms made of the whole map after every event.
@Suite("Reports of random recordings, against the map after every event")
struct ReportPropertyTests {
  static let requests = [7, 33].map { BufferRequest(bytes: ByteCount($0 * RandomRecording.page)) }

  static func options(_ moment: TraceMoment = .end) -> TraceReportOptions {
    TraceReportOptions(
      moment: moment, requests: requests, allocator: Allocator(.mmap), mostPoints: 100_000)
  }

  static func fits(_ room: Room) throws -> [UInt64] {
    try requests.map { try Forecaster(room).forecast($0, allocator: Allocator(.mmap)).fits }
  }

  @Test("every drop of a count and its event", arguments: 0..<60 as Range<UInt64>)
  func drops(seed: UInt64) throws {
    let random = RandomRecording(seed: seed, events: 60)
    let report = try random.report(Self.options())
    let rooms = (0...60).map { random.room(after: $0) }
    let fits = try rooms.map(Self.fits)
    for (index, _) in Self.requests.enumerated() {
      var least = fits[0][index]
      var expected: [[UInt64]] = []
      for event in 1...60 where fits[event][index] < least {
        let step = fits[event - 1][index] - fits[event][index]
        expected.append([UInt64(event), least, fits[event][index], step])
        least = fits[event][index]
      }
      let told = report.drops.filter { $0.subject == .buffer(index) }
      #expect(
        told.map { [UInt64($0.cause.number), $0.from, $0.to, $0.step] } == expected,
        "seed \(seed), buffer \(index)")
      for drop in told {
        let room = rooms[drop.cause.number]
        #expect(drop.largestFree == room.largestFreeSpan?.size ?? .zero, "seed \(seed)")
        let event = random.recording.events[drop.cause.number - 1]
        #expect(drop.cause.event == event, "seed \(seed)")
        let live = random.maps[60].pieces.filter { Int($0.maker) == drop.cause.number }
        #expect(drop.liveBytes == live.map(\.region.size).total(), "seed \(seed)")
      }
    }
    #expect(report.drops.map(\.cause.number) == report.drops.map(\.cause.number).sorted())
  }

  @Test("the lows of the largest span", arguments: 0..<60 as Range<UInt64>)
  func lows(seed: UInt64) throws {
    let random = RandomRecording(seed: seed, events: 60)
    let lows = try random.report(Self.options()).lows
    let sizes = (0...60).map { random.room(after: $0).largestFreeSpan?.size.value ?? 0 }
    var least = sizes[0]
    for low in lows {
      // Each is lower than all before, and falls from the one before.
      let event = low.cause.number
      #expect(low.from == least && low.to == sizes[event], "seed \(seed)")
      #expect(sizes[..<event].allSatisfy { $0 > low.to }, "seed \(seed)")
      #expect(low.step == sizes[event - 1].subtractingReportingOverflow(sizes[event]).partialValue)
      least = low.to
    }
    // None that is worth a hundredth is left out, nor the last.
    #expect(least == sizes.min(), "seed \(seed)")
    var told = sizes[0]
    for event in 1...60 where sizes[event] <= told - max(1, told / 100) && sizes[event] < told {
      #expect(lows.contains { $0.cause.number == event }, "seed \(seed), event \(event)")
      told = sizes[event]
    }
  }

  @Test("the timeline, whole and thinned", arguments: 0..<40 as Range<UInt64>)
  func timeline(seed: UInt64) throws {
    let random = RandomRecording(seed: seed, events: 200)
    let rooms = (0...200).map { random.room(after: $0) }
    let fits = try rooms.map(Self.fits)
    let whole = try random.report(Self.options()).timeline.points
    #expect(whole.map(\.event) == Array(0...200), "seed \(seed)")
    for (event, point) in whole.enumerated() {
      #expect(point.largestFree == rooms[event].largestFreeSpan?.size ?? .zero, "seed \(seed)")
      #expect(point.freeBytes == rooms[event].freeBytes, "seed \(seed)")
      #expect(point.fits == fits[event], "seed \(seed)")
      #expect(point.pieces == random.maps[event].pieceCount, "seed \(seed)")
      #expect(point.time == UInt64(event) * 1_000_000, "seed \(seed)")
    }
    var options = Self.options()
    options.mostPoints = 60
    let few = try random.report(options).timeline.points
    #expect(few.count <= 60 && few.count >= 8, "seed \(seed): \(few.count) points")
    #expect(few.first == whole.first && few.last == whole.last, "seed \(seed)")
    #expect(few.allSatisfy { whole[$0.event] == $0 }, "seed \(seed)")
    #expect(zip(few, few.dropFirst()).allSatisfy { $0.event < $1.event }, "seed \(seed)")
    for value in [\.largestFree, \.freeBytes] as [KeyPath<Timeline.Point, ByteCount>] {
      let (a, b) = (few.map { $0[keyPath: value] }, whole.map { $0[keyPath: value] })
      #expect(a.min() == b.min() && a.max() == b.max(), "seed \(seed)")
    }
    for index in 0..<2 {
      let (a, b) = (few.map { $0.fits[index] }, whole.map { $0.fits[index] })
      #expect(a.min() == b.min() && a.max() == b.max(), "seed \(seed)")
    }
  }

  @Test(
    "callers and what would be gained without each", arguments: 0..<60 as Range<UInt64>,
    TraceReport.CallerGrouping.allCases)
  func callers(seed: UInt64, grouping: TraceReport.CallerGrouping) throws {
    let random = RandomRecording(seed: seed, events: 50, heap: seed % 2 == 0)
    var options = Self.options(.event(40))
    options.grouping = grouping
    options.requests.append(BufferRequest(bytes: 140_000))
    options.allocator = Allocator(.malloc)
    let report = try random.report(options)
    let map = random.maps[40]
    let events = random.recording.events
    /// The place among the recording's stacks of who made a stretch.
    func owner(_ piece: EvolvingMap.MadeRegion) -> Int? {
      guard piece.maker > 0, events[Int(piece.maker) - 1].call != .found else { return nil }
      return random.stacks.firstIndex { $0 == events[Int(piece.maker) - 1].stack }
    }
    // The first two are of one function, the last two of one module.
    let groups: [[Int]] =
      switch grouping {
      case .stack: [[0], [1], [2], [3]]
      case .function: [[0, 1], [2], [3]]
      case .module: [[0, 1], [2, 3]]
      }
    let room = random.room(after: 40)
    func fits(_ room: Room) throws -> [UInt64] {
      try options.requests.map {
        try Forecaster(room).forecast($0, allocator: options.allocator).fits
      }
    }
    let now = try fits(room)
    var left = report.callers
    for group in groups {
      let own = map.pieces.filter { owner($0).map(group.contains) ?? false }
      guard !own.isEmpty else { continue }
      let found = left.firstIndex { $0.ranges == own.map(\.range) }
      let caller = left.remove(at: try #require(found, "seed \(seed), stacks \(group)"))
      #expect(caller.bytes == own.map(\.region.size).total(), "seed \(seed)")
      #expect(caller.stacks == Set(own.compactMap(owner)).count, "seed \(seed)")
      #expect(caller.events == Set(own.map(\.maker)).count, "seed \(seed)")
      var without = EvolvingMap(map.map)
      for piece in own { without.apply(.unmap(piece.range), by: 1) }
      let rest = Room(
        map: without.map.classified(with: random.facts), layout: random.layout,
        facts: random.facts)
      let largest = rest.largestFreeSpan?.size ?? .zero
      #expect(
        caller.largestGain == largest.lowered(by: room.largestFreeSpan?.size ?? .zero),
        "seed \(seed), stacks \(group)")
      let gains = zip(try fits(rest), now).map { $0 > $1 ? $0 - $1 : 0 }
      #expect(caller.bufferGain == gains, "seed \(seed), stacks \(group)")
    }
    #expect(left.isEmpty, "seed \(seed)")
    let order = report.callers.map { $0.bufferGain + [$0.largestGain.value, $0.bytes.value] }
    #expect(
      zip(order, order.dropFirst()).allSatisfy { !$0.lexicographicallyPrecedes($1) },
      "seed \(seed)")
  }

  @Test("nothing mapped is left out", arguments: 0..<40 as Range<UInt64>)
  func unattributed(seed: UInt64) throws {
    let random = RandomRecording(seed: seed, events: 60)
    let report = try random.report(Self.options())
    let pieces = random.maps[60].pieces
    let events = random.recording.events
    func tally(_ isMeant: (EvolvingMap.MadeRegion) -> Bool) -> TraceReport.Unattributed.Tally {
      let own = pieces.filter(isMeant)
      return .init(regions: own.count, bytes: own.map(\.region.size).total())
    }
    #expect(report.unattributed.before == tally { $0.maker == 0 }, "seed \(seed)")
    #expect(
      report.unattributed.found
        == tally { $0.maker > 0 && events[Int($0.maker) - 1].call == .found }, "seed \(seed)")
    let callers = report.callers.map(\.bytes).total()
    let others = [
      report.unattributed.before, report.unattributed.found, report.unattributed.withoutStack,
    ].map(\.bytes).total()
    #expect(callers + others == pieces.map(\.region.size).total(), "seed \(seed)")
    #expect(report.calls.map(\.changes).reduce(0, +) + report.failures.count == 60, "seed \(seed)")
  }

  @Test("pins and plans with who made them", arguments: 0..<40 as Range<UInt64>)
  func pins(seed: UInt64) throws {
    let random = RandomRecording(seed: seed, events: 60)
    let report = try random.report(Self.options())
    let room = random.room(after: 60)
    let expected = try PinRanking(
      room, for: Self.requests.map { ($0, Allocator(.mmap)) }
    ).pins()
    #expect(report.pins.map(\.pin.range) == expected.map(\.range), "seed \(seed)")
    func expectMakers(_ makers: [TraceReport.MadeStretch], _ pieces: [EvolvingMap.MadeRegion]) {
      #expect(makers.map(\.range) == pieces.map(\.range), "seed \(seed)")
      for (made, piece) in zip(makers, pieces) {
        switch made.maker {
        case .before: #expect(piece.maker == 0, "seed \(seed)")
        case .event(let record):
          #expect(record.number == Int(piece.maker), "seed \(seed)")
          #expect(record.event == random.recording.events[record.number - 1], "seed \(seed)")
        }
      }
    }
    for pin in report.pins { expectMakers(pin.makers, random.maps[60].pieces(in: pin.pin.range)) }
    for (request, plan) in zip(Self.requests, report.plans) {
      let cheapest = try ClearingPlanner(room, for: request, allocator: Allocator(.mmap)).cheapest()
      #expect(plan?.plan.window == cheapest?.window, "seed \(seed)")
      guard let plan else { continue }
      let pieces = room.regions[plan.plan.regions].flatMap {
        random.maps[60].pieces(in: $0.range)
      }
      expectMakers(plan.makers, pieces)
      #expect(plan.owners.map(\.bytes).total() == plan.plan.bytes, "seed \(seed)")
      #expect(plan.owners.map(\.regions).reduce(0, +) == pieces.count, "seed \(seed)")
    }
  }
}
