import AddressSpace
@testable import AddressSpaceFormats
import SystemPackage
import TestSupport
import Testing

/// Captures of Windows programs, from outside by `tools/capture-windows.c` and by the program itself
/// with `tools/addrspace_capture.h`, against what the program's own walk over its regions says
/// (`fixtures/programs/windows/regions.c`).
@Suite("Captures of Windows programs, under Wine", .serialized)
struct WineCaptureTests {
  static let isPossible =
    Machine.testbed != nil && Machine.victim("regions.exe") != nil
    && Machine.victim("capture-windows.exe") != nil

  struct Trial: CustomTestStringConvertible, Sendable {
    let program: String
    let seed: Int
    let size: UInt64

    var testDescription: String { "\(program), seed \(seed), \(size) bytes" }
  }

  /// With an aware program no size that goes into the part of Wine's upper area around 2 GiB, which
  /// Windows itself keeps empty and so does our layout.
  static let trials = [
    Trial(program: "regions.exe", seed: 1, size: 24_000_000),
    Trial(program: "regions.exe", seed: 2, size: 96_000_000),
    Trial(program: "regions.exe", seed: 3, size: 7_654_321),
    Trial(program: "regions-laa.exe", seed: 4, size: 40_000_000),
    Trial(program: "regions-laa.exe", seed: 5, size: 384_000_000),
  ]

  @Test(
    "regions, facts, and how many buffers there are",
    .enabled(if: isPossible, TestbedTrialTests.missing), arguments: trials)
  func regions(trial: Trial) async throws {
    let root = try #require(Machine.testbed).appending("root")
    for name in [trial.program, "capture-windows.exe"] { try Self.copy(name, to: root) }
    let talk = Conversation(
      TestbedTrialTests.tool,
      ["run", "wine", "/root/\(trial.program)", "\(trial.seed)", #"Z:\root\regions.capture"#])
    let (answer, told) = try await talk.heard(bytes: ByteCount(trial.size)) { _, told in
      let said = try #require(WindowsWalk(told))
      let result = try await run(
        TestbedTrialTests.tool, ["run", "wine", "/root/capture-windows.exe", "\(said.pid)"])
      #expect(result.status == 0 && result.error == "")
      let outside = try MapsParser.parse(Array(result.output.utf8))
      let inside = try Fixtures.snapshot(root.appending("regions.capture"))
      #expect(told.contains("capture 0\n"))
      for (snapshot, name) in [(outside, "capture-windows"), (inside, "the header")] {
        expectRegions(snapshot, said, name)
        expectFacts(snapshot, trial, said)
      }
      #expect(outside.map.regions == inside.map.regions)
      return (outside, said)
    }
    try expectForecast(answer.0, trial, answer.1, told)
  }

  /// Whether it says what the program then got, as far as a list of regions can.
  ///
  /// Wine gives buffers from its own areas first, and there places them as Windows does. What lies
  /// outside them it tells to be reserved, as one region each, though it can still map there: so such
  /// buffers are beyond what a list of regions knows. Below 0x110000, which it tells to be free, it
  /// gives nothing, but no buffer of more than a megabyte is there anyway.
  private func expectForecast(
    _ snapshot: Snapshot, _ trial: Trial, _ said: WindowsWalk, _ told: String
  ) throws {
    let reality = try #require(Expectation(told))
    let layout = Layout.inferred(from: snapshot.map, facts: snapshot.facts)
    let room = Room(map: snapshot.map, layout: layout, facts: snapshot.facts)
    let forecast = try Forecaster(room).forecast(
      BufferRequest(bytes: ByteCount(trial.size)), allocator: Allocator(.virtualalloc),
      placements: .max)
    let known = reality.bases.filter { base in
      !said.regions.contains { $0.range.contains(base) }
    }
    #expect(forecast.placements.map(\.lower) == known)
    #expect(!known.isEmpty || trial.size > 100_000_000)
    #expect(Array(reality.bases.prefix(known.count)) == known)
    #expect(forecast.fits == UInt64(known.count))
    #expect(told.contains("\nfits \(known.count)\n"))
    for base in reality.bases.dropFirst(known.count) {
      let last = Address(base.value + trial.size - 1)
      #expect(said.isReserved(base, last), "\(base)")
    }
  }

  /// What one run of the above gave, for where Wine is not.
  @Test("a saved capture and walk of one process")
  func saved() throws {
    let folder = Fixtures.own.appending("windows")
    let told = try Fixtures.text(folder.appending("regions.walk"))
    let snapshot = try Fixtures.snapshot(folder.appending("regions.capture"))
    let said = try #require(WindowsWalk(told))
    let trial = Trial(program: "regions.exe", seed: 3, size: 96_000_000)
    expectRegions(snapshot, said, "capture-windows")
    expectFacts(snapshot, trial, said)
    try expectForecast(snapshot, trial, said, told)
    let kinds = Set(snapshot.map.regions.map(\.kind))
    #expect(kinds == [.image, .heap, .stack, .anonymous, .file, .shared, .reserved, .system])
  }

  @Test(
    "a process that is not there, and wrong arguments",
    .enabled(if: isPossible, TestbedTrialTests.missing),
    arguments: [(["65000"], 66), ([], 64), (["12x"], 64), (["1", "2"], 64), (["0"], 64)])
  func refusals(arguments: [String], status: Int) async throws {
    let root = try #require(Machine.testbed).appending("root")
    try Self.copy("capture-windows.exe", to: root)
    let result = try await run(
      TestbedTrialTests.tool, ["run", "wine", "/root/capture-windows.exe"] + arguments)
    #expect(result.status == status && result.output == "")
    #expect(result.error.contains(status == 64 ? "usage: " : "process 65000 does not exist."))
  }

  private func expectRegions(_ snapshot: Snapshot, _ said: WindowsWalk, _ name: String) {
    #expect(snapshot.diagnostics.isEmpty, "\(name)")
    let captured = snapshot.map.regions
    #expect(captured.map(\.range) == said.regions.map(\.range), "\(name)")
    for (region, expected) in zip(captured, said.regions) {
      var expected = expected
      // The program names its modules by the loader's list; mapped files are none.
      if expected.use == nil, expected.path.isEmpty, expected.type != .privateMemory {
        expected.path = region.name
      }
      #expect(region == expected.region, "\(name)")
    }
  }

  private func expectFacts(_ snapshot: Snapshot, _ trial: Trial, _ said: WindowsWalk) {
    let facts = snapshot.facts
    let isAware = trial.program.contains("laa")
    #expect(snapshot.source.pid == said.pid && snapshot.source.name == trial.program)
    #expect(facts.wordSize == .bits32 && facts.machine == .i386)
    #expect(facts.pageSize == .kibibytes(4) && facts.isRead)
    #expect(facts.windows?.isLargeAddressAware == isAware)
    #expect(facts.windows?.is64BitSystem == false && !facts.lacksMappings)
    #expect(facts.windows?.end == said.end && facts.windows?.version?.isEmpty == false)
    #expect((facts.limits?.commit?.limit ?? .zero) > .mebibytes(64))
    #expect((facts.held?.resident ?? .zero) > .zero && (facts.held?.committed ?? .zero) > .zero)
    let layout = Layout.inferred(from: snapshot.map, facts: facts)
    #expect(layout.name == (isAware ? "windows-4g" : "windows-2g") && !layout.isAssumed)
  }

  static func copy(_ name: String, to folder: FilePath, as other: String? = nil) throws {
    let victim = try #require(Machine.victim(name))
    try put(try Fixtures.bytes(victim), at: folder.appending(other ?? name))
  }
}
