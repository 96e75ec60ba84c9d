import AddressSpace
import AddressSpaceFormats
import AddressSpaceTrace
import TestSupport
import Testing

/// A program that loads pictures, and leaks 64 KiB into the middle of its largest free span.
@Suite("The story of a leak")
struct LeakStoryTests {
  static let start = """
    08048000-08080000 r-xp 00000000 08:01 11 /usr/bin/photo
    08080000-08090000 rw-p 00038000 08:01 11 /usr/bin/photo
    f7fc0000-f7fc4000 r--p 00000000 00:00 0 [vvar]
    f7fc4000-f7fc6000 r-xp 00000000 00:00 0 [vdso]
    f7fc6000-f7ff0000 r-xp 00000000 08:01 22 /lib/ld-linux.so.2
    fffdd000-ffffe000 rw-p 00000000 00:00 0 [stack]

    """

  /// Captures as the recorder writes them.
  static func parse(_ snapshot: TraceSnapshot) -> Snapshot? {
    try? MapsParser.parse(snapshot.capture, path: nil)
  }

  static func recording() -> Recording {
    let recording = Recording()
    recording.add(TraceSpace(pid: 7, name: "photo", wordSize: .bits32, isMain: true))
    recording.add(TraceThread(tid: 7, name: "photo"))
    recording.add(TraceThread(tid: 9, name: "exif"))
    recording.add(
      TraceSnapshot(
        space: 0, time: 0, events: 0, occasion: .start, capture: Array(Self.start.utf8)))
    let load = recording.stack("/lib/i386-linux-gnu/libc.so.6:mmap", "Loader::open", "main")
    let leak = recording.stack(
      "/lib/i386-linux-gnu/libc.so.6:mmap", "/lib/i386-linux-gnu/libc.so.6:malloc",
      "ExifCache::load", "worker")
    // Two pictures come and go, the cache stays; then the third is refused.
    let base = Address(0xE000_0000)
    let picture = AddressRange(base, 0xF6E0_0000) ?? .everything(below: base)
    for _ in 0..<2 {
      recording.map(0xE000_0000, 0xF6E0_0000, stack: load, thread: 0)
      recording.add(
        .munmap, .changed(.unmap(picture)),
        stack: load, thread: 0)
    }
    recording.map(0x7800_0000, 0x7801_0000, stack: leak, thread: 1)
    recording.map(0x7000_0000, 0x7001_0000, stack: leak, thread: 1)
    recording.add(
      .mmap2, .failed(errno: 12, asked: .gibibytes(3), at: nil), stack: load, thread: 0)
    recording.finish(TraceEnd(duration: 10_000_000, status: 1))
    return recording
  }

  static func report(_ options: TraceReportOptions = TraceReportOptions()) throws -> TraceReport {
    var options = options
    options.requests = [try BufferRequest(text: "2GiB")]
    options.allocator = Allocator(.mmap)
    return try TraceReport(of: recording(), options: options, parse: parse)
  }

  @Test("the drop, its thread and its stack")
  func drop() throws {
    let report = try Self.report()
    #expect(report.layout.name == "linux-i386-4g")
    let drops = report.drops.filter { $0.subject == .buffer(0) }
    #expect(drops.count == 1)
    let drop = try #require(drops.first)
    #expect(drop.from == 1 && drop.to == 0 && drop.step == 1)
    #expect(drop.cause.number == 5 && drop.cause.event.time == 5_000_000)
    #expect(drop.cause.thread?.name == "exif")
    #expect(drop.cause.stack?.interestingFrame?.function == "ExifCache::load")
    #expect(drop.cause.stack?.interestingFrame?.file == "ExifCache::load.c")
    #expect(drop.liveBytes == .kibibytes(64))
    #expect(drop.cause.bytes == .kibibytes(64))
    // The pictures made lower room too, for a while.
    let low = try #require(report.lows.first)
    #expect(low.cause.number == 1 && low.liveBytes == .zero)
    #expect(report.lows.last?.cause.number == 5)
  }

  @Test("who has to give up what")
  func owners() throws {
    let report = try Self.report()
    let caller = try #require(report.callers.first)
    #expect(report.callers.count == 1)
    #expect(caller.stack.interestingFrame?.function == "ExifCache::load")
    #expect(caller.regions == 2 && caller.events == 2 && caller.bytes == .kibibytes(128))
    #expect(caller.bufferGain == [1])
    #expect(caller.largestGain > .gibibytes(1))
    let pin = try #require(report.pins.first { $0.pin.action != .fixed })
    #expect(pin.principal?.maker.stack?.interestingFrame?.function == "ExifCache::load")
    let plan = try #require(report.plans.first.flatMap { $0 })
    #expect(plan.owners.count == 1)
    #expect(plan.owners.first?.stack?.interestingFrame?.function == "ExifCache::load")
    // One of both is enough.
    #expect(plan.owners.first?.regions == 1 && plan.owners.first?.bytes == .kibibytes(64))
    #expect(report.unattributed.before.regions == 6)
    #expect(report.unattributed.found == .init() && report.unattributed.withoutStack == .init())
  }

  @Test("while a picture is open")
  func lowest() throws {
    let report = try Self.report(TraceReportOptions(moment: .event(3)))
    #expect(report.moment.event == 3 && report.moment.time == 3_000_000)
    #expect(report.callers.first?.stack.interestingFrame?.function == "Loader::open")
    #expect(report.callers.first?.bytes == ByteCount(0x16E0_0000))
    #expect(report.moment.buffers.first?.fits == 1)
    #expect(report.end?.status == 1 && report.calls.map(\.call) == [.mmap, .mmap2, .munmap])
  }

  @Test("the refused call")
  func failure() throws {
    let report = try Self.report()
    let failure = try #require(report.failures.first)
    #expect(report.failures.count == 1)
    #expect(failure.errno == 12 && failure.asked == .gibibytes(3))
    #expect(failure.wall == .addressSpace(.fragmented))
    #expect(failure.largestFree < .gibibytes(2) && failure.freeBytes > .gibibytes(3))
    #expect(failure.cause.stack?.interestingFrame?.function == "Loader::open")
    #expect(failure.cause.range == nil && failure.cause.bytes == .gibibytes(3))
  }

  @Test("what the kernel merged is told apart by who made it")
  func merged() throws {
    let recording = Self.recording()
    let other = recording.stack("/lib/i386-linux-gnu/libc.so.6:mmap", "Undo::push", "main")
    recording.map(0x7801_0000, 0x7802_0000, stack: other)
    let report = try TraceReport(of: recording, parse: Self.parse)
    let pin = try #require(report.pins.first { $0.pin.range.lower == 0x7800_0000 })
    #expect(pin.pin.range.size == .kibibytes(128))
    #expect(report.moment.room.regions[pin.pin.regions].count == 1)
    #expect(
      pin.makers.map { $0.maker.stack?.interestingFrame?.function } == [
        "ExifCache::load", "Undo::push",
      ])
  }

  @Test("pictures of several blocks are placed one by one")
  func pillow() throws {
    let request = try BufferRequest(text: "8000x6000x4x1")
    let options = TraceReportOptions(
      moment: .event(3), requests: [request], allocator: Allocator(.pillow), grouping: .function)
    let report = try TraceReport(of: Self.recording(), options: options, parse: Self.parse)
    let caller = try #require(report.callers.first)
    var map = EvolvingMap(report.moment.snapshot.map)
    for range in caller.ranges { map.apply(.unmap(range), by: 1) }
    func fits(_ map: AddressMap) throws -> UInt64 {
      let room = Room(map: map, layout: report.layout, facts: report.moment.snapshot.facts)
      return try Forecaster(room).forecast(request, allocator: Allocator(.pillow)).fits
    }
    let (now, then) = (try fits(report.moment.snapshot.map), try fits(map.map))
    #expect(then > now && caller.bufferGain == [then - now])
    #expect(report.moment.buffers.first?.fits == now)
    #expect(report.timeline.points.first { $0.event == 3 }?.fits == [now])
  }
}
