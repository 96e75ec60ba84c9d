import AddressSpace
import AddressSpaceFormats
import AddressSpaceProcess
import Glibc
import SystemPackage
import TestSupport
import Testing

/// Programs that meet another wall than address space first: what they really get is the forecast
/// made just before.
@Suite("Forecast against other walls than address space", .serialized)
struct LimitTrialTests {
  static let missing: Comment =
    "needs the 32-bit victims of tools/build-victims (ADDRSPACE_VICTIMS)"
  static let hasVictims = Machine.victim("limits32") != nil && Machine.victim("victim-pie") != nil

  /// A program under limits that the shell sets.
  struct Trial: CustomTestStringConvertible, Sendable {
    let limits: String
    let program: String
    let allocator: Allocator.Family
    let size: UInt64
    var options = ""

    var testDescription: String { "\(limits); \(program) \(options), \(allocator) of \(size)" }
  }

  /// Limits in KiB, each near enough to be met: of all mappings, of data, of both.
  static let trials: [Trial] = {
    let limits = [
      "ulimit -v 1500000", "ulimit -d 1000000", "ulimit -v 2178005; ulimit -d 1009498",
      "ulimit -v 512345", "ulimit -d 174046", "ulimit -v 193625",
    ]
    let sizes: [UInt64] = [384_000_000, 48_000_000, 24_000_000, 3_000_000, 600_000]
    var seed: UInt64 = 0
    return limits.flatMap { limit in
      sizes.flatMap { size in
        [Allocator.Family.mmap, .malloc].map { allocator in
          seed += 1
          let programs = ["victim-pie", "victim-nopie", "limits32"]
          let program = programs[Int(seed % 3)]
          let threads = program == "limits32" ? "" : " --threads \(seed % 2 * 2)"
          return Trial(
            limits: limit, program: program, allocator: allocator, size: size,
            options: "--seed \(seed) --blocks 30 --allocator \(allocator.rawValue)" + threads)
        }
      }
    }
  }()

  @Test(
    "RLIMIT_AS and RLIMIT_DATA, to the last buffer", .enabled(if: hasVictims, missing),
    arguments: trials)
  func resourceLimits(trial: Trial) async throws {
    let (forecast, reality) = try await held(trial, request: "\(trial.size)")
    #expect(forecast.fits == reality.count && forecast.isExact, "\(trial.testDescription)")
    #expect(forecast.limitingWall != nil, "\(trial.testDescription)")
  }

  /// Pillow's blocks of so many bytes, of lines of so many.
  struct Picture: Sendable {
    let text: String
    let line: UInt64
    var block: UInt64 { (16 << 20) / line * line }
  }

  static let pictures = [
    Picture(text: "40000x1200x4x1", line: 160_000), Picture(text: "33000x300x4x1", line: 132_000),
  ]

  @Test(
    "Pillow's blocks under both", .enabled(if: hasVictims, missing),
    arguments: ["ulimit -v 1269837", "ulimit -d 1317071"], [0, 1])
  func pillow(limit: String, picture: Int) async throws {
    let picture = Self.pictures[picture]
    let request = try BufferRequest(text: picture.text)
    let trial = Trial(
      limits: limit, program: "limits32", allocator: .pillow, size: request.bytes.value,
      options:
        "--seed 7 --blocks 40 --allocator malloc --piece \(picture.block) --line \(picture.line)")
    let (forecast, reality) = try await held(trial, request: picture.text)
    #expect(forecast.fits == reality.count && forecast.isExact, "\(trial.testDescription)")
    #expect(forecast.limitingWall != nil)
  }

  @Test(
    "small buffers get no fewer than said", .enabled(if: hasVictims, missing),
    arguments: ["ulimit -v 200000", "ulimit -d 100000"])
  func small(limit: String) async throws {
    let trial = Trial(
      limits: limit, program: "limits32", allocator: .malloc, size: 60_000,
      options: "--seed 3 --blocks 20 --allocator malloc")
    let (forecast, reality) = try await held(trial, request: "60000")
    #expect(
      forecast.fits <= reality.count && forecast.fits + 20 >= reality.count, "\(forecast.fits)")
  }

  /// How many mappings are left, -1 where there is one more than the limit says.
  @Test(
    "the limit of mappings, reached and short of it", .enabled(if: hasVictims, missing),
    arguments: [-1, 0, 1, 2, 5])
  func mappings(left: Int) async throws {
    let isMalloc = left % 2 == 0
    let trial = Trial(
      limits: "true", program: "limits32", allocator: isMalloc ? .malloc : .mmap,
      size: left == 5 ? 48_000_000 : 600_000,
      options: "--seed \(138 + left) --blocks 200 --left \(left) --allocator "
        + (isMalloc ? "malloc" : "mmap"))
    let (forecast, reality) = try await Turn.mapLimit.take {
      try await held(trial, request: "\(trial.size)")
    }
    #expect(forecast.fits == reality.count && forecast.isExact, "\(trial.testDescription)")
    if left < 0 { #expect(forecast.fits == 0 && forecast.verdict == .limited) }
  }

  @Test(
    "one request of more than memory and swap",
    .enabled(if: Machine.victim("limits") != nil, missing), arguments: [-1, 1])
  func overcommit(side: Int) async throws {
    let limits = try LiveProcess(pid: getpid()).snapshot().snapshot.facts.limits
    guard let limits, limits.overcommit?.mode == .heuristic, let memory = limits.memory else {
      return
    }
    let all = memory.total + memory.swapTotal
    let size = side > 0 ? all + .mebibytes(1) : all - .mebibytes(1)
    // As many pieces of the space are larger, so that more than one would be too long to wait for.
    let trial = Trial(
      limits: "ulimit -v \((all.value >> 10) * 2)", program: "limits", allocator: .mmap,
      size: size.value, options: "--allocator mmap")
    let (forecast, reality) = try await held(trial, request: "\(size.value)")
    #expect(forecast.fits == reality.count && forecast.isExact)
    #expect(reality.count == (side > 0 ? 0 : 1))
    #expect(side < 0 || forecast.limitingWall?.name == .overcommit && forecast.verdict == .limited)
  }

  @Test(
    "a control group with little memory is a warning: what is not touched fits",
    .enabled(if: hasVictims && ControlGroup.isPossible(.memory), "needs to make a group"))
  func controlGroup() async throws {
    let group = try ControlGroup(.memory, most: 300 << 20)
    defer { group.remove() }
    let trial = Trial(
      limits: "echo $$ >\(group.path)/cgroup.procs", program: "limits32", allocator: .mmap,
      size: 48_000_000, options: "--left 60000 --allocator mmap")
    let (forecast, reality) = try await held(trial, request: "48MB")
    #expect(forecast.fits == reality.count && forecast.isExact && forecast.fits > 6)
    let warning = try #require(forecast.warnings.first)
    #expect(warning.name == .cgroup && warning.limit == .bytes(.mebibytes(300)))
    #expect(warning.fits == 6 && forecast.limitingWall == nil)
  }

  @Test(
    "RLIMIT_AS under Wine, whose reservation is mapped already",
    .enabled(
      if: Machine.testbed != nil && Machine.victim("valloc.exe") != nil, TestbedTrialTests.missing),
    arguments: ["valloc.exe", "valloc-laa.exe"], [100, 500])
  func wine(program: String, left: UInt64) async throws {
    let root = try #require(Machine.testbed)
    let victim = try #require(Machine.victim(program))
    let copy = root.appending("root").appending(program).string
    #expect(try await run("/bin/cp", [victim.string, copy]).status == 0)
    let talk = Conversation(TestbedTrialTests.tool, ["run", "wine", "/root/\(program)"])
    let (forecast, reality) = try await talk.held(bytes: 48_000_000) { pid in
      let used = try LiveProcess(pid: pid).map().mappedBytes
      let limit = used + .mebibytes(left)
      _ = try await run("/usr/bin/prlimit", ["--pid", "\(pid)", "--as=\(limit.value)"])
      let (snapshot, _) = try LiveProcess(pid: pid).snapshot()
      let layout = Layout.inferred(from: snapshot.map, facts: snapshot.facts)
      let room = Room(map: snapshot.map, layout: layout, facts: snapshot.facts)
      return try Forecaster(room).forecast(
        BufferRequest(bytes: 48_000_000), allocator: Allocator(.virtualalloc))
    }
    #expect(forecast.fits == reality.count && forecast.isExact)
    #expect(forecast.limitingWall?.name == .resourceAddressSpace)
  }

  private func held(
    _ trial: Trial, request: String
  ) async throws -> (forecast: BufferForecast, reality: TestSupport.Expectation) {
    let program = try #require(Machine.victim(trial.program))
    let talk = Conversation(
      "/bin/bash", ["-c", "\(trial.limits); exec \(program) \(trial.options)"])
    return try await talk.held(bytes: ByteCount(trial.size)) { pid in
      let (snapshot, text) = try LiveProcess(pid: pid).snapshot()
      let layout = Layout.inferred(from: snapshot.map, facts: snapshot.facts)
      let room = Room(map: snapshot.map, layout: layout, facts: snapshot.facts)
      let forecast = try Forecaster(room).forecast(
        BufferRequest(text: request), allocator: Allocator(trial.allocator))
      // A capture of it answers the same.
      let saved = try MapsParser.parse(CaptureText.write(snapshot, maps: text))
      let savedRoom = Room(map: saved.map, layout: layout, facts: saved.facts)
      let again = try Forecaster(savedRoom).forecast(
        BufferRequest(text: request), allocator: Allocator(trial.allocator))
      #expect(again.fits == forecast.fits && again.walls == forecast.walls)
      #expect(again.isExact == forecast.isExact)
      return forecast
    }
  }
}
