import AddressSpace
import AddressSpaceProcess
import SystemPackage
import TestSupport
import Testing

/// Programs of the i386 root that `tools/testbed` makes: CPython with numpy, and Windows programs
/// under Wine.
@Suite("Forecast against the i386 testbed", .serialized)
struct TestbedTrialTests {
  static let missing: Comment = "needs the i386 root: tools/test --testbed (ADDRSPACE_TESTBED_ROOT)"
  static let tool = Fixtures.package.appending("tools/testbed")

  @Test(
    "what numpy really gets", .enabled(if: Machine.testbed != nil, missing),
    arguments: [1, 2, 3, 4, 5, 6])
  func numpy(seed: Int) async throws {
    let root = try #require(Machine.testbed)
    try copy("programs/photo_program.py", to: root.appending("root/photo_program.py"))
    let size: UInt64 = seed % 2 == 0 ? 48_000_000 : 384_000_000
    let talk = Conversation(
      Self.tool, ["run", "python3", "/root/photo_program.py", "--seed", "\(seed)"])
    let (forecast, reality) = try await talk.held(bytes: ByteCount(size)) { pid in
      try Self.forecast(pid, ByteCount(size), Allocator(.numpy))
    }
    #expect(forecast.fits == reality.count && forecast.isExact, "seed \(seed), \(size) bytes")
  }

  struct WineTrial: CustomTestStringConvertible, Sendable {
    let program: String
    let size: UInt64
    let seed: Int

    var testDescription: String { "\(program), seed \(seed), \(size) bytes" }
  }

  static let wineTrials = ["valloc.exe", "valloc-laa.exe"].flatMap { program in
    [(384_000_000, 0), (48_000_000, 0), (384_000_000, 1), (48_000_000, 2), (24_000_000, 3)].map {
      WineTrial(program: program, size: UInt64($0.0), seed: $0.1)
    }
  }

  @Test(
    "what VirtualAlloc really reserves",
    .enabled(if: Machine.testbed != nil && Machine.victim("valloc.exe") != nil, missing),
    arguments: wineTrials)
  func wine(trial: WineTrial) async throws {
    let root = try #require(Machine.testbed)
    let victim = try #require(Machine.victim(trial.program))
    try put(try Fixtures.bytes(victim), at: root.appending("root").appending(trial.program))
    var arguments = ["run", "wine", "/root/\(trial.program)"]
    if trial.seed > 0 { arguments += ["--seed", "\(trial.seed)", "--blocks", "40"] }
    let (forecast, reality) = try await Conversation(Self.tool, arguments).held(
      bytes: ByteCount(trial.size)
    ) { pid in
      try Self.forecast(pid, ByteCount(trial.size), Allocator(.virtualalloc))
    }
    #expect(forecast.fits == reality.count && forecast.isExact, "\(trial.testDescription)")
    #expect(forecast.placements.map(\.lower) == reality.bases)
  }

  private static func forecast(
    _ pid: Int32, _ bytes: ByteCount, _ allocator: Allocator
  ) throws -> BufferForecast {
    let (snapshot, _) = try LiveProcess(pid: pid).snapshot()
    let layout = Layout.inferred(from: snapshot.map, facts: snapshot.facts)
    let room = Room(map: snapshot.map, layout: layout, facts: snapshot.facts)
    return try Forecaster(room).forecast(
      BufferRequest(bytes: bytes), allocator: allocator, placements: .max)
  }

  private func copy(_ fixture: String, to path: FilePath) throws {
    try put(try Fixtures.bytes(Fixtures.own.appending(fixture)), at: path)
  }
}
