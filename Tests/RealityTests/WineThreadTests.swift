import AddressSpace
import AddressSpaceProcess
import SystemPackage
import TestSupport
import Testing

/// Windows programs that start threads until CreateThread refuses.
@Suite("Forecast of threads under Wine", .serialized)
struct WineThreadTests {
  static let isPossible = Machine.testbed != nil && Machine.victim("threads.exe") != nil

  struct Trial: CustomTestStringConvertible, Sendable {
    let program: String
    let request: String
    /// A seed, how many threads stay, how many have ended.
    let arguments: [String]

    var testDescription: String {
      "\(request) in \(program) \(arguments.joined(separator: " "))"
    }
  }

  static let trials = [
    ("threads.exe", "thread", "0 0 0"), ("threads.exe", "thread:64K", "1 0 0"),
    ("threads.exe", "thread:1M", "2 40 0"), ("threads.exe", "thread:5M", "4 30 3"),
    ("threads-laa.exe", "thread", "1 0 0"), ("threads-laa.exe", "thread:3M", "2 5 2"),
  ].map { program, request, arguments in
    Trial(
      program: program, request: request,
      arguments: arguments.split(separator: " ").map(String.init))
  }

  @Test(
    "limits of the Unix process: at least as many",
    .enabled(if: isPossible, TestbedTrialTests.missing),
    arguments: [
      ("--as", 200, "thread"), ("--as", 500, "thread:256K"), ("--data", 120, "thread"),
      ("--data", 300, "thread:64K"),
    ])
  func limited(limit: String, mebibytes: UInt64, spec: String) async throws {
    try place("threads.exe", in: try #require(Machine.testbed))
    let request = try BufferRequest(text: spec)
    let talk = Conversation(
      TestbedTrialTests.tool, ["run", "wine", "/root/threads.exe", "0", "0", "0"])
    let (forecast, reality) = try await held(talk, request) { pid in
      let before = try LiveProcess(pid: pid).snapshot().snapshot
      let mapped = before.map.mappedBytes
      let used = limit == "--as" ? mapped : .mebibytes(0)
      let value = (used + .mebibytes(mebibytes)).value
      _ = try await run("/usr/bin/prlimit", ["--pid", "\(pid)", "\(limit)=\(value)"])
      let snapshot = try LiveProcess(pid: pid).snapshot().snapshot
      let layout = Layout.inferred(from: snapshot.map, facts: snapshot.facts)
      return try Forecaster(Room(map: snapshot.map, layout: layout, facts: snapshot.facts))
        .forecast(request)
    }
    #expect(forecast.fits <= reality.count)
    #expect(!forecast.isExact || forecast.fits == reality.count)
    #expect(forecast.walls.contains { $0.name.rawValue.hasPrefix("RLIMIT_") })
  }

  /// What was forecast of a program that waits, and what it then got.
  private func held(
    _ talk: Conversation, _ request: BufferRequest,
    _ forecast: @Sendable @escaping (Int32) async throws -> BufferForecast
  ) async throws -> (BufferForecast, TestSupport.Expectation) {
    try await Turn.threads.take { try await talk.held(bytes: request.bytes, forecast) }
  }

  /// Copies a program into the testbed.
  private func place(_ program: String, in root: FilePath) throws {
    let victim = try #require(Machine.victim(program))
    try put(try Fixtures.bytes(victim), at: root.appending("root").appending(program))
  }

  @Test(
    "what CreateThread really starts", .enabled(if: isPossible, TestbedTrialTests.missing),
    arguments: trials)
  func threads(trial: Trial) async throws {
    try place(trial.program, in: try #require(Machine.testbed))
    let request = try BufferRequest(text: trial.request)
    let talk = Conversation(
      TestbedTrialTests.tool, ["run", "wine", "/root/\(trial.program)"] + trial.arguments)
    let (forecast, reality) = try await held(talk, request) { pid in
      let (snapshot, _) = try LiveProcess(pid: pid).snapshot()
      let layout = Layout.inferred(from: snapshot.map, facts: snapshot.facts)
      let room = Room(map: snapshot.map, layout: layout, facts: snapshot.facts)
      return try Forecaster(room).forecast(request)
    }
    // Where a thread has ended it may not be known whether a block of TEBs is due.
    let hasEnded = trial.arguments.last != "0"
    let figures: Comment = "said \(forecast.fits), got \(reality.count)"
    #expect(forecast.fits == reality.count || hasEnded && !forecast.isExact, figures)
    #expect(forecast.fits <= reality.count && forecast.fits + 1 >= reality.count)
    #expect(forecast.isExact || hasEnded)
    if trial.request == "thread" { #expect(forecast.request.bytes == .mebibytes(2)) }
  }
}
