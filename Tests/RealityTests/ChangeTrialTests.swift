import AddressSpace
import AddressSpaceProcess
import SystemPackage
import TestSupport
import Testing

/// What `--if` says of a program, against the same program with the change made.
@Suite("Changes against doing it", .serialized)
struct ChangeTrialTests {
  static let missing: Comment =
    "needs the 32-bit programs of tools/build-victims (ADDRSPACE_VICTIMS) and setarch"
  static let isPossible = Machine.victim("changeable") != nil
  static let kinds = ["changeable", "changeable-nopie"]
  static let sizes: [UInt64] = [384_000_000, 48_000_000, 24_000_000]

  /// A start: a personality and a stack limit in KiB, then the program's own options.
  struct Start: Sendable {
    var personality: [String] = []
    var stack = "8192"
    var options: [String] = []

    func conversation(_ program: FilePath, seed: Int) -> Conversation {
      let seeded = seed > 0 ? ["--seed", "\(seed)"] : []
      let setarch = personality.isEmpty ? [] : ["setarch"] + personality
      return Conversation(
        "/bin/sh",
        ["-c", "ulimit -s $0 && exec \"$@\"", stack] + setarch + [program.string] + options
          + seeded)
    }
  }

  /// A start, the change, and the start that makes it.
  struct Trial: CustomTestStringConvertible, Sendable {
    let name: String
    let changes: [String]
    let before: Start
    let after: Start

    var testDescription: String { name }
  }

  static let restarts = [
    Trial(
      name: "legacy=off", changes: ["legacy=off"], before: Start(personality: ["-R", "-L"]),
      after: Start(personality: ["-R"])),
    Trial(
      name: "layout=linux-i386-3g", changes: ["layout=linux-i386-3g"],
      before: Start(personality: ["-R"]), after: Start(personality: ["linux32", "-3", "-R"])),
    Trial(
      name: "layout=linux-i386-4g", changes: ["layout=linux-i386-4g"],
      before: Start(personality: ["linux32", "-3", "-R"]), after: Start(personality: ["-R"])),
    Trial(
      name: "no-aslr", changes: ["no-aslr"], before: Start(), after: Start(personality: ["-R"])),
    Trial(
      name: "no-aslr of the legacy layout", changes: ["no-aslr"],
      before: Start(personality: ["-L"]), after: Start(personality: ["-L", "-R"])),
    Trial(
      name: "stack=256K", changes: ["stack=256K"],
      before: Start(personality: ["-R"], options: ["--threads", "40"]),
      after: Start(personality: ["-R"], stack: "256", options: ["--threads", "40"])),
    Trial(
      name: "ulimit=s:1G", changes: ["ulimit=s:1G"], before: Start(personality: ["-R"]),
      after: Start(personality: ["-R"], stack: "1048576")),
    Trial(
      name: "ulimit=s:unlimited", changes: ["ulimit=s:unlimited"],
      before: Start(personality: ["-R"]),
      after: Start(personality: ["-R"], stack: "unlimited")),
    Trial(
      name: "several at once", changes: ["layout=linux-i386-3g", "no-aslr", "stack=1M"],
      before: Start(options: ["--threads", "20"]),
      after: Start(
        personality: ["linux32", "-3", "-R"], stack: "1024", options: ["--threads", "20"])),
  ]

  /// As it is started nothing is random: a program without holes must get the very number, and the
  /// very addresses; one with holes a number of the range, nearly always the number.
  @Test("after a restart", .enabled(if: isPossible, missing), arguments: restarts)
  func afterRestart(trial: Trial) async throws {
    var misses = 0
    for kind in Self.kinds {
      for (seed, size) in [0, 1, 2, 3].flatMap({ seed in Self.sizes.map { (seed, $0) } }) {
        let program = try #require(Machine.victim(kind))
        let (said, _) = try await trial.before.conversation(program, seed: seed)
          .held(bytes: ByteCount(size)) { try Self.forecast($0, size, trial.changes) }
        let (_, got) = try await trial.after.conversation(program, seed: seed)
          .held(bytes: ByteCount(size)) { _ in }
        let place: Comment = "\(kind), seed \(seed), \(size) bytes"
        #expect(said.range.contains(got.count), place)
        if seed == 0 {
          #expect(said.buffer.fits == got.count && said.buffer.isExact, place)
          #expect(said.buffer.placements == got.ranges, place)
        }
        if said.buffer.fits != got.count { misses += 1 }
      }
    }
    #expect(misses <= 2, "of 24")
  }

  static let random = [
    Trial(
      name: "legacy=off", changes: ["legacy=off"], before: Start(personality: ["-L"]),
      after: Start()),
    Trial(
      name: "layout=linux-i386-3g", changes: ["layout=linux-i386-3g"], before: Start(),
      after: Start(personality: ["linux32", "-3"])),
    Trial(
      name: "stack=256K", changes: ["stack=256K"], before: Start(options: ["--threads", "40"]),
      after: Start(stack: "256", options: ["--threads", "40"])),
  ]

  @Test(
    "after a restart that randomises, the number is in the range",
    .enabled(if: isPossible, missing), arguments: random)
  func afterRandomRestart(trial: Trial) async throws {
    for kind in Self.kinds {
      for (seed, size) in [0, 4].flatMap({ seed in Self.sizes.map { (seed, $0) } }) {
        let program = try #require(Machine.victim(kind))
        let (said, _) = try await trial.before.conversation(program, seed: seed)
          .held(bytes: ByteCount(size)) { try Self.forecast($0, size, trial.changes) }
        for _ in 0..<2 {
          let (_, got) = try await trial.after.conversation(program, seed: seed)
            .held(bytes: ByteCount(size)) { _ in }
          #expect(said.range.contains(got.count), "\(kind), seed \(seed), \(size) bytes")
        }
      }
    }
  }

  @Test(
    "without: the program then unmaps it itself", .enabled(if: isPossible, missing),
    arguments: kinds)
  func without(kind: String) async throws {
    let folder = try TemporaryFolder()
    let file = try folder.file("view.bin", [UInt8](repeating: 0, count: 30 << 20))
    let start = Start(options: ["--file", file, "--late-unmap", "1"])
    for (seed, size) in [0, 5, 6].flatMap({ seed in Self.sizes.map { (seed, $0) } }) {
      let (said, got) = try await start.conversation(
        try #require(Machine.victim(kind)), seed: seed
      ).held(bytes: ByteCount(size)) { try Self.forecast($0, size, ["without=*/view.bin"]) }
      #expect(
        said.buffer.fits == got.count && said.buffer.isExact, "seed \(seed), \(size) bytes")
      #expect(said.buffer.placements == got.ranges, "seed \(seed), \(size) bytes")
    }
  }

  @Test(
    "threads: the program then starts them itself, each with an arena",
    .enabled(if: isPossible, missing), arguments: kinds, [1, 2, 3])
  func threads(kind: String, count: Int) async throws {
    let start = Start(options: ["--late-threads", "\(count)"])
    for (seed, size) in [0, 7, 8].flatMap({ seed in Self.sizes.map { (seed, $0) } }) {
      let (said, got) = try await start.conversation(
        try #require(Machine.victim(kind)), seed: seed
      ).held(bytes: ByteCount(size)) { try Self.forecast($0, size, ["threads=\(count)"]) }
      #expect(said.buffer.fits <= got.count, "seed \(seed), \(size) bytes")
      // As many arenas as malloc makes on any machine with two processors.
      #expect(got.count - said.buffer.fits <= 1, "seed \(seed), \(size) bytes")
    }
  }

  @Test("tiles: pieces that are mapped until one is refused", .enabled(if: isPossible, missing))
  func tiles() async throws {
    for (seed, tile) in [(0, "16MiB"), (3, "16MiB"), (4, "64MiB"), (5, "10MB")] {
      let bytes = try #require(ByteCount(text: tile))
      let pieces = (384_000_000 - 1) / bytes.value + 1
      for threads in [0, 2] {
        let start = Start(options: ["--late-threads", "\(threads)"])
        let changes = ["tile=\(tile)"] + (threads > 0 ? ["threads=\(threads)"] : [])
        let (said, got) = try await start.conversation(
          try #require(Machine.victim("changeable")), seed: seed
        ).held(bytes: bytes) { try Self.forecast($0, 384_000_000, changes) }
        #expect(said.buffer.fits == got.count / pieces, "seed \(seed), \(tile), \(threads) threads")
      }
    }
  }

  static func forecast(
    _ pid: Int32, _ bytes: UInt64, _ changes: [String], _ allocator: Allocator.Family = .mmap
  ) throws -> ChangedForecast {
    let (snapshot, _) = try LiveProcess(pid: pid).snapshot()
    let space = try ChangedSpace(
      changes.map(Change.init(text:)), of: snapshot.map, facts: snapshot.facts,
      layout: Layout.inferred(from: snapshot.map, facts: snapshot.facts))
    return try space.forecast(
      BufferRequest(bytes: ByteCount(bytes)), allocator: Allocator(allocator), placements: .max)
  }
}
