import AddressSpace
import AddressSpaceFormats
import SystemPackage
import TestSupport
import Testing

/// A minidump that a program writes of itself with `MiniDumpWriteDump`, against its live map as
/// `tools/capture-windows.c` sees it.
///
/// Asked for `MiniDumpWithFullMemoryInfo`, Wine 8 writes no list of regions all the same: so what can
/// be compared are the modules and the threads.
@Suite("A minidump that Wine writes", .serialized)
struct WineMinidumpTests {
  @Test(
    "modules and threads",
    .enabled(
      if: WineCaptureTests.isPossible && Machine.victim("minidump.exe") != nil,
      TestbedTrialTests.missing))
  func modules() async throws {
    let root = try #require(Machine.testbed).appending("root")
    try WineCaptureTests.copy("minidump.exe", to: root)
    // Another suite may run its own at the same time.
    try WineCaptureTests.copy("capture-windows.exe", to: root, as: "capture-minidump.exe")
    let talk = Conversation(
      TestbedTrialTests.tool, ["run", "wine", "/root/minidump.exe", #"Z:\root\self.dmp"#])
    let (live, _) = try await talk.heard(bytes: 0) { _, told in
      let pid = told.split(separator: " ").last?.split(whereSeparator: \.isNewline).first
      let result = try await run(
        TestbedTrialTests.tool,
        ["run", "wine", "/root/capture-minidump.exe", String(try #require(pid))])
      #expect(result.status == 0)
      return try MapsParser.parse(Array(result.output.utf8))
    }
    let bytes = try Fixtures.bytes(root.appending("self.dmp"))
    let dump = try #require(DumpStreams(bytes))
    #expect(!dump.kinds.contains(DumpStreams.memoryInfo))
    let images = Set(
      live.map.regions.filter { $0.kind == .image }.map { $0.range.lower.value - $0.offset })
    #expect(dump.modules.count > 5)
    for module in dump.modules {
      #expect(images.contains(module.base))
      let last = live.map.region(at: Address(module.base + module.size - 1))
      #expect(last.map { $0.range.lower.value - $0.offset } == module.base)
    }
    #expect(Set(dump.modules.map(\.base)) == images)
    let stacks = Set(live.map.regions.filter { $0.kind == .stack }.map(\.name))
    #expect(Set(dump.threads.map { "[stack:\($0)]" }) == stacks && stacks.count == 2)
    // The reader tells the same, and that the dump lists no more.
    let snapshot = try SavedFile.read(bytes)
    #expect(snapshot.source.kind == .minidump && snapshot.facts.lacksMappings)
    let regions = snapshot.map.regions
    #expect(
      Set(regions.filter { $0.kind == .image }.map { $0.range.lower.value - $0.offset }) == images)
    // Wine saves not every thread's stack.
    let saved = Set(regions.filter { $0.kind == .stack }.map(\.name))
    #expect(!saved.isEmpty && saved.isSubset(of: stacks))
  }
}

/// The lists of a minidump that are compared, read as `minidumpapiset.h` lays them out.
private struct DumpStreams {
  static let memoryInfo: UInt64 = 16

  private let bytes: [UInt8]
  private var places: [UInt64: Int] = [:]

  /// Nil where it is no dump.
  init?(_ bytes: [UInt8]) {
    self.bytes = bytes
    guard bytes.count > 32, bytes.starts(with: "MDMP".utf8) else { return nil }
    for index in 0..<Int(number(8)) {
      let entry = Int(number(12)) + 12 * index
      places[number(entry)] = Int(number(entry + 8))
    }
  }

  var kinds: [UInt64] { Array(places.keys) }

  /// `MINIDUMP_MODULE` has 108 bytes.
  var modules: [(base: UInt64, size: UInt64)] {
    guard let place = places[4] else { return [] }
    return (0..<Int(number(place))).map { index in
      let entry = place + 4 + 108 * index
      return (number(entry, 8), number(entry + 8))
    }
  }

  /// The ids of the threads; `MINIDUMP_THREAD` has 48 bytes.
  var threads: [UInt64] {
    guard let place = places[3] else { return [] }
    return (0..<Int(number(place))).map { number(place + 4 + 48 * $0) }
  }

  private func number(_ place: Int, _ width: Int = 4) -> UInt64 {
    bytes[place..<place + width].reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}
