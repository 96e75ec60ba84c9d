import AddressSpace
import AddressSpaceProcess
import SystemPackage
import TestSupport
import Testing

/// 32-bit programs that fragment themselves by a seed and then take buffers until one is refused:
/// the forecast made just before must be the very number, and for `mmap` every address.
@Suite("Forecast against 32-bit programs of this machine", .serialized)
struct LinuxTrialTests {
  /// How a program is started: the personality decides its layout.
  static let personalities: [[String]] = [
    [], ["linux32", "-3"], ["-R"], ["-L"], ["linux32", "-3", "-L"],
  ]
  static let sizes: [UInt64] = [384_000_000, 48_000_000, 24_000_000]
  static let kinds = ["victim-pie", "victim-nopie"]
  static let allocators: [Allocator.Family] = [.mmap, .malloc]
  static let missing: Comment =
    "needs the 32-bit victims of tools/build-victims (ADDRSPACE_VICTIMS) and setarch"

  struct Trial: CustomTestStringConvertible, Sendable {
    let personality: [String]
    let kind: String
    let allocator: Allocator.Family

    var testDescription: String {
      "\(kind) by \(allocator.rawValue) under setarch \(personality.joined(separator: " "))"
    }
  }

  static let trials = personalities.flatMap { personality in
    kinds.flatMap { kind in
      allocators.map { Trial(personality: personality, kind: kind, allocator: $0) }
    }
  }

  @Test(
    "exact to the last buffer", .enabled(if: Machine.victim("victim-pie") != nil, missing),
    arguments: trials)
  func exact(trial: Trial) async throws {
    let victim = try #require(Machine.victim(trial.kind))
    for (index, size) in (Self.sizes + Self.sizes + Self.sizes + Self.sizes).enumerated() {
      let seed = UInt64(index + 1)
      let threads = index % 3
      var arguments = [
        victim.string, "--seed", "\(seed)", "--allocator", trial.allocator.rawValue,
        "--threads", "\(threads)",
      ]
      if !trial.personality.isEmpty { arguments = trial.personality + arguments }
      let program: FilePath = trial.personality.isEmpty ? victim : "/usr/bin/setarch"
      let talk = Conversation(
        program, trial.personality.isEmpty ? Array(arguments.dropFirst()) : arguments)
      let (forecast, reality) = try await talk.held(bytes: ByteCount(size)) { pid in
        let (snapshot, _) = try LiveProcess(pid: pid).snapshot()
        let layout = Layout.inferred(from: snapshot.map, facts: snapshot.facts)
        let room = Room(map: snapshot.map, layout: layout, facts: snapshot.facts)
        return try Forecaster(room).forecast(
          BufferRequest(bytes: ByteCount(size)), allocator: Allocator(trial.allocator),
          placements: .max)
      }
      #expect(
        forecast.fits == reality.count && forecast.isExact,
        "seed \(seed), \(size) bytes, \(threads) threads: \(trial.testDescription)")
      if trial.allocator == .mmap {
        #expect(forecast.placements == reality.ranges, "seed \(seed), \(size) bytes")
      }
    }
  }
}
