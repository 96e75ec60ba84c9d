import AddressSpace
import AddressSpaceProcess
import Glibc
import SystemPackage
import TestSupport
import Testing

/// Limits that are changed while the process waits, and what the first screen advises.
@Suite("Changed limits, and advice that is followed", .serialized)
struct LimitChangeTrialTests {
  static let isPossible = ChangeTrialTests.isPossible && Machine.victim("limits32") != nil
  static let missing = ChangeTrialTests.missing

  struct Trial: CustomTestStringConvertible, Sendable {
    let shell: String
    let change: String
    /// What `prlimit` is told to make it so.
    let option: String

    var testDescription: String { "\(shell), then \(change)" }
  }

  static let trials = [
    Trial(shell: "ulimit -Sv 1500000", change: "ulimit=v:unlimited", option: "--as=unlimited:"),
    Trial(shell: "ulimit -Sv 1500000", change: "ulimit=v:3000000000", option: "--as=3000000000:"),
    Trial(shell: "ulimit -Sd 1000000", change: "ulimit=d:unlimited", option: "--data=unlimited:"),
    Trial(shell: "ulimit -Sd 1000000", change: "ulimit=d:2GiB", option: "--data=2147483648:"),
    Trial(shell: "true", change: "ulimit=v:1GiB", option: "--as=1073741824:"),
    Trial(shell: "true", change: "ulimit=d:512MiB", option: "--data=536870912:"),
  ]

  @Test(
    "ulimit -v and -d, set anew for the running process", .enabled(if: isPossible, missing),
    arguments: trials)
  func resourceLimits(trial: Trial) async throws {
    for kind in ChangeTrialTests.kinds {
      for (seed, size) in [0, 9].flatMap({ seed in
        ChangeTrialTests.sizes.map { (seed, $0) }
      }) {
        let victim = try #require(Machine.victim(kind))
        let options = seed > 0 ? ["--seed", "\(seed)"] : []
        let talk = Conversation(
          "/bin/sh", ["-c", trial.shell + "; exec \"$0\" \"$@\"", victim.string] + options)
        let (said, got) = try await talk.held(bytes: ByteCount(size)) { pid in
          let said = try ChangeTrialTests.forecast(pid, size, [trial.change])
          let done = try await run("/usr/bin/prlimit", ["--pid", "\(pid)", trial.option])
          #expect(done.status == 0, "\(done.error)")
          return said
        }
        #expect(
          said.buffer.fits == got.count && said.buffer.isExact,
          "\(kind), seed \(seed), \(size) bytes")
      }
    }
  }

  @Test(
    "vm.max_map_count, set anew while the process waits",
    .enabled(if: isPossible && geteuid() == 0, "needs root and the 32-bit programs"),
    arguments: [0, 2])
  func mapLimit(left: Int) async throws {
    let program = try #require(Machine.victim("limits32"))
    let options = ["--seed", "11", "--blocks", "200", "--allocator", "mmap"]
    let full = Conversation(program, options + ["--left", "\(left)"])
    let setting = "vm.max_map_count"
    try await Turn.mapLimit.take {
      let before = try #require(
        LiveProcess(pid: getpid()).snapshot().snapshot.facts.limits?.mostMappings)
      let (said, got) = try await full.held(bytes: .mebibytes(48)) { pid in
        let now = try Self.forecast(pid)
        let raised = try ChangeTrialTests.forecast(pid, 48 << 20, ["map-limit=262144"]).buffer
        let advice = try Self.advice(pid)
        #expect(try await run("/sbin/sysctl", ["-w", "\(setting)=262144"]).status == 0)
        return (now: now, raised: raised, advice: advice)
      }
      #expect(try await run("/sbin/sysctl", ["-w", "\(setting)=\(before)"]).status == 0)
      #expect(said.now.limitingWall?.name == .mapCount && said.now.fits < got.count)
      #expect(said.advice?.change == .mapLimit(262_144))
      #expect(said.raised.fits == got.count && said.raised.isExact)
      #expect(said.advice?.fits == [got.count])
    }
  }

  private static func forecast(_ pid: Int32) throws -> BufferForecast {
    let (snapshot, _) = try LiveProcess(pid: pid).snapshot()
    let layout = Layout.inferred(from: snapshot.map, facts: snapshot.facts)
    return try Forecaster(
      Room(map: snapshot.map, layout: layout, facts: snapshot.facts)
    ).forecast(BufferRequest(bytes: .mebibytes(48)), allocator: Allocator(.mmap))
  }

  /// What the first screen names as the way out.
  static func advice(_ pid: Int32) throws -> Advice? {
    let (snapshot, _) = try LiveProcess(pid: pid).snapshot()
    return try Inspection(
      snapshot, layout: Layout.inferred(from: snapshot.map, facts: snapshot.facts),
      requests: [BufferRequest(bytes: .mebibytes(48))], allocator: Allocator(.mmap)
    ).advice
  }

  /// A start, what the first screen must name as the way out, and the start that follows it.
  struct Advised: CustomTestStringConvertible, Sendable {
    let advice: String
    let before: ChangeTrialTests.Start
    let after: ChangeTrialTests.Start

    var testDescription: String { advice }
  }

  static let advised = [
    Advised(
      advice: "stack=256KiB",
      before: ChangeTrialTests.Start(personality: ["-R"], options: ["--threads", "150"]),
      after: ChangeTrialTests.Start(
        personality: ["-R"], stack: "256", options: ["--threads", "150"])),
    Advised(
      advice: "legacy=off", before: ChangeTrialTests.Start(personality: ["-R", "-L"]),
      after: ChangeTrialTests.Start(personality: ["-R"])),
    Advised(
      advice: "layout=linux-i386-4g",
      before: ChangeTrialTests.Start(personality: ["linux32", "-3", "-R"]),
      after: ChangeTrialTests.Start(personality: ["-R"])),
  ]

  @Test(
    "what the first screen advises gives what it says", .enabled(if: isPossible, missing),
    arguments: advised)
  func advice(trial: Advised) async throws {
    let program = try #require(Machine.victim("changeable"))
    let (advice, _) = try await trial.before.conversation(program, seed: 0)
      .held(bytes: .mebibytes(48)) { try Self.advice($0) }
    let (_, got) = try await trial.after.conversation(program, seed: 0)
      .held(bytes: .mebibytes(48)) { _ in }
    #expect(advice?.change.description == trial.advice)
    #expect(advice?.fits == [got.count])
  }
}
