import AddressSpace
import AddressSpaceFormats
import AddressSpaceProcess
import SystemPackage
import TestSupport
import Testing

/// Programs that fragment themselves by a seed, let threads start and end, and then start threads
/// until one is refused: the forecast made just before must be the very number.
@Suite("Forecast of threads against programs of this machine", .serialized)
struct ThreadTrialTests {
  static let missing: Comment =
    "needs the victims of tools/build-victims (ADDRSPACE_VICTIMS), 32-bit ones among them, and setarch"

  struct Trial: CustomTestStringConvertible, Sendable {
    let personality: [String]
    let kind: String
    let request: String

    var testDescription: String {
      "\(request) in \(kind) under setarch \(personality.joined(separator: " "))"
    }
  }

  static let trials = LinuxTrialTests.personalities.flatMap { personality in
    ["threads-pie", "threads-nopie"].flatMap { kind in
      ["thread", "thread:1M", "thread:256K"].map {
        Trial(personality: personality, kind: kind, request: $0)
      }
    }
  }

  @Test(
    "exact to the last thread", .enabled(if: Machine.victim("threads-pie") != nil, missing),
    arguments: trials)
  func exact(trial: Trial) async throws {
    // Many small stacks take a second each time.
    for seed in trial.request == "thread:256K" ? 1...1 : 1...3 {
      var arguments = trial.personality
      arguments += [try #require(Machine.victim(trial.kind)).string, "--seed", "\(seed)"]
      arguments += Self.threads(seed)
      let (forecast, reality) = try await Self.held(
        trial.personality.isEmpty ? arguments : ["/usr/bin/setarch"] + arguments, trial.request)
      #expect(forecast.fits == reality && forecast.isExact, "seed \(seed): \(trial)")
      #expect(UInt64(forecast.placements.count) == reality)
    }
  }

  /// Threads that ended and were waited for, that ended only, and that stay.
  private static func threads(_ seed: Int) -> [String] {
    [
      ["--ended", "0", "--ended", "262144", "--ended", "0"],
      ["--ended", "0", "--unjoined", "0", "--living", "0", "--ended", "1048576"],
      ["--ended", "3145728", "--ended", "524288", "--living", "65536", "--unjoined", "1048576"],
    ][seed - 1]
  }

  @Test(
    "a stack that is left serves what is not smaller than a quarter of it",
    .enabled(if: Machine.victim("threads-pie") != nil, missing),
    arguments: [("thread:1M", 1), ("thread:252K", 0), ("thread:253K", 1), ("thread:1025K", 0)])
  func leftStacks(request: String, count: UInt64) async throws {
    let victim = try #require(Machine.victim("threads-pie")).string
    let (forecast, reality) = try await Self.held(
      [victim, "--ended", "1048576", "--most", "3000"], request)
    #expect(forecast.heapFits == count && reality == 3000)
    let (all, got) = try await Self.held([victim, "--ended", "1048576"], "thread:1025K")
    #expect(all.fits == got && all.isExact)
  }

  @Test(
    "what a thread gets by default is what the limit of the stack was at the start",
    .enabled(if: Machine.victim("threads-pie") != nil, missing),
    arguments: ["256", "1000", "65536", "unlimited"], ["threads-pie", "threads-nopie"])
  func defaults(limit: String, kind: String) async throws {
    let victim = try #require(Machine.victim(kind)).string
    let (forecast, reality) = try await Self.held(
      ["/bin/sh", "-c", "ulimit -s \(limit); exec \(victim) --seed 5 --ended 0 --living 0"],
      "thread")
    #expect(forecast.fits == reality && forecast.isExact)
    let asked: ByteCount = limit == "unlimited" ? .mebibytes(2) : .kibibytes(UInt64(limit) ?? 0)
    #expect(forecast.request.bytes == asked)
  }

  @Test(
    "a static program: its C library's version is not known, so at least",
    .enabled(if: Machine.victim("threads-static") != nil, missing),
    arguments: ["thread", "thread:1M"])
  func staticProgram(request: String) async throws {
    let victim = try #require(Machine.victim("threads-static")).string
    let (forecast, reality) = try await Self.held(
      [victim, "--seed", "4", "--ended", "0", "--ended", "0", "--living", "0"], request)
    #expect(forecast.fits <= reality && forecast.fits + 2 >= reality && !forecast.isExact)
  }

  @Test(
    "the user's limit of processes comes first",
    .enabled(if: Machine.victim("threads64") != nil && Machine.isRoot, "needs to be root"),
    arguments: ["threads64", "threads-pie"])
  func userLimit(kind: String) async throws {
    let victim = try #require(Machine.victim(kind))
    // A user that nobody is, who may not enter everybody's home.
    let folder = try TemporaryFolder()
    let program = try folder.file(kind, try Fixtures.bytes(victim))
    #expect(try await run("/bin/chmod", ["755", folder.path.string, program]).status == 0)
    let (forecast, reality) = try await Self.held(
      [
        "/usr/bin/setpriv", "--reuid", "51234", "--regid", "51234", "--clear-groups",
        "/usr/bin/prlimit", "--nproc=40", program, "--ended", "65536",
      ], "thread:64K")
    #expect(forecast.fits == reality && forecast.isExact && reality == 39)
  }

  @Test(
    "so does the control group's",
    .enabled(
      if: Machine.victim("threads64") != nil && ControlGroup.isPossible(.tasks),
      "needs to make a group"),
    arguments: ["threads64", "threads-pie"])
  func groupLimit(kind: String) async throws {
    guard let victim = Machine.victim(kind) else { return }
    let group = try ControlGroup(.tasks, most: 90)
    defer { group.remove() }
    let (forecast, reality) = try await Self.held(
      [
        "/bin/sh", "-c",
        "echo $$ > \(group.path)/cgroup.procs; exec \(victim.string) --ended 0 --living 65536",
      ], "thread:64K")
    #expect(forecast.fits == reality && forecast.isExact && reality == 88)
  }

  @Test(
    "the walls that count bytes and mappings",
    .enabled(if: Machine.victim("threads-pie") != nil, missing),
    arguments: [
      ("ulimit -v 900000", "", "thread"), ("ulimit -d 300000", "", "thread:1M"),
      (":", "--mappings 64001", "thread:64K"), (":", "--mappings 64002", "thread:64K"),
      ("ulimit -v 700000", "--ended 0 --ended 0", "thread:256K"),
    ], ["threads-pie", "threads64"])
  func resources(limit: (String, String, String), kind: String) async throws {
    let victim = try #require(Machine.victim(kind)).string
    let (forecast, reality) = try await Turn.mapLimit.take {
      try await Self.held(["/bin/sh", "-c", "\(limit.0); exec \(victim) \(limit.1)"], limit.2)
    }
    #expect(forecast.fits == reality && forecast.isExact, "\(limit) \(kind)")
    #expect(forecast.limitingWall != nil)
  }

  /// What was forecast of a program that waits, live and of its capture, and what it then got.
  private static func held(
    _ command: [String], _ request: String
  ) async throws -> (forecast: BufferForecast, reality: UInt64) {
    let request = try BufferRequest(text: request)
    let talk = Conversation(FilePath(command[0]), Array(command.dropFirst()))
    let (forecast, reality) = try await Turn.threads.take {
      try await talk.held(bytes: request.bytes) { pid in
        let (snapshot, text) = try LiveProcess(pid: pid).snapshot()
        let live = try answer(snapshot, request)
        let saved = try MapsParser.parse(CaptureText.write(snapshot, maps: text))
        let later = try answer(saved, request)
        #expect(later.fits == live.fits && later.isExact == live.isExact)
        #expect(
          later.placements == live.placements && saved.facts.threads == snapshot.facts.threads)
        return live
      }
    }
    return (forecast, reality.count)
  }

  private static func answer(
    _ snapshot: Snapshot, _ request: BufferRequest
  ) throws -> BufferForecast {
    let layout = Layout.inferred(from: snapshot.map, facts: snapshot.facts)
    let room = Room(map: snapshot.map, layout: layout, facts: snapshot.facts)
    return try Forecaster(room).forecast(request, placements: .max)
  }
}
