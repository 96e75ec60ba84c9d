import AddressSpace
import SystemPackage
import TestSupport
import Testing

/// Windows programs under Wine, not large address aware, against the same with the flag set in
/// their header.
@Suite("Large address aware or not", .serialized)
struct WineChangeTrialTests {
  static let trials: [(seed: Int, size: UInt64)] =
    [0, 1, 2, 3, 4, 5].flatMap { seed in [384_000_000, 48_000_000].map { (seed, $0) } }

  /// The same program with the bit of its header that `editbin /LARGEADDRESSAWARE` sets.
  private static func flagged(_ image: [UInt8]) -> [UInt8] {
    var image = image
    let header = (0..<4).reduce(0) { $0 | Int(image[0x3C + $1]) << (8 * $1) }
    image[header + 22] |= 0x20
    return image
  }

  @Test(
    "--if laa says what the flag gives",
    .enabled(
      if: Machine.testbed != nil && Machine.victim("valloc.exe") != nil, TestbedTrialTests.missing))
  func flag() async throws {
    let root = try #require(Machine.testbed)
    let image = try Fixtures.bytes(try #require(Machine.victim("valloc.exe")))
    try put(image, at: root.appending("root/flag-off.exe"))
    try put(Self.flagged(image), at: root.appending("root/flag-on.exe"))
    var misses = 0
    for (seed, size) in Self.trials {
      func talk(_ program: String) -> Conversation {
        let options = seed > 0 ? ["--seed", "\(seed)", "--blocks", "40"] : []
        return Conversation(TestbedTrialTests.tool, ["run", "wine", "/root/\(program)"] + options)
      }
      let (said, _) = try await talk("flag-off.exe").held(bytes: ByteCount(size)) { pid in
        try ChangeTrialTests.forecast(pid, size, ["laa"], .virtualalloc)
      }
      let (_, got) = try await talk("flag-on.exe").held(bytes: ByteCount(size)) { _ in }
      #expect(said.range.contains(got.count), "seed \(seed), \(size) bytes: \(said.range)")
      if said.buffer.fits != got.count { misses += 1 }
      #expect(!said.buffer.isExact || said.buffer.fits == got.count, "\(size) bytes")
    }
    // Where the brk heap falls is random and can cost one.
    #expect(misses <= 4, "of \(Self.trials.count)")
  }
}
