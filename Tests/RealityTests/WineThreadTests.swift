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
    "what CreateThread really starts", .enabled(if: isPossible, TestbedTrialTests.missing),
    arguments: trials)
  func threads(trial: Trial) async throws {
    let root = try #require(Machine.testbed)
    let victim = try #require(Machine.victim(trial.program))
    let place = root.appending("root").appending(trial.program)
    let file = try FileDescriptor.open(
      place, .writeOnly, options: [.create, .truncate], permissions: [.ownerReadWriteExecute])
    try file.closeAfter { _ = try file.writeAll(try Fixtures.bytes(victim)) }
    let request = try BufferRequest(text: trial.request)
    let talk = Conversation(
      TestbedTrialTests.tool, ["run", "wine", "/root/\(trial.program)"] + trial.arguments)
    let (forecast, reality) = try await talk.held(bytes: request.bytes) { pid in
      let (snapshot, _) = try LiveProcess(pid: pid).snapshot()
      let layout = Layout.inferred(from: snapshot.map, facts: snapshot.facts)
      let room = Room(map: snapshot.map, layout: layout, facts: snapshot.facts)
      return try Forecaster(room).forecast(request)
    }
    // Where a thread has ended it may not be known whether a block of TEBs is due.
    let hasEnded = trial.arguments.last != "0"
    #expect(forecast.fits == reality.count || hasEnded && !forecast.isExact)
    #expect(forecast.fits <= reality.count && forecast.fits + 1 >= reality.count)
    #expect(forecast.isExact || hasEnded)
    if trial.request == "thread" { #expect(forecast.request.bytes == .mebibytes(2)) }
  }
}
