import AddressSpace
import AddressSpaceFormats
import AddressSpaceProcess
import Foundation
import SystemPackage
import TestSupport
import Testing

/// `fixtures/programs/restless.c` moves 400 windows of a file about: in every map of one moment each
/// is there once, and at most one of them twice.
@Suite("A process that maps and unmaps all the time", .serialized)
struct RestlessProcessTests {
  /// The compiled program, nil where there is no compiler for it.
  private static func restless(_ flags: [String] = []) async throws -> FilePath? {
    let folder = FileManager.default.temporaryDirectory
    let path = folder.appendingPathComponent("restless-\(getpid())\(flags.joined())").path
    if FileManager.default.fileExists(atPath: path) { return FilePath(path) }
    let source = Fixtures.own.appending("programs/restless.c").string
    let built = try? await run(
      "/usr/bin/gcc", flags + ["-O1", "-Wall", "-Wextra", "-pthread", "-o", path, source])
    return built?.status == 0 ? FilePath(path) : nil
  }

  private static let windows = 400
  private static let windowBytes: UInt64 = 64 * 4096

  /// What is wrong with the windows of one map.
  private func faults(in map: AddressMap) -> [String] {
    var counts: [UInt64: Int] = [:]
    for region in map.regions where region.name.hasPrefix("/memfd:blocks") {
      counts[region.offset / Self.windowBytes, default: 0] += 1
    }
    let missing = Self.windows - counts.count
    let twice = counts.values.reduce(0) { $0 + $1 - 1 }
    return missing == 0 && twice <= 1 ? [] : ["\(missing) are missing, \(twice) are there twice"]
  }

  struct Trial: CustomTestStringConvertible, Sendable {
    /// How long it rests after each move, in microseconds.
    let pause: Int
    let mode: String
    var flags: [String] = []
    let count: Int

    var testDescription: String { "\(mode), rests \(pause) us \(flags.joined())" }
  }

  static let trials = [
    Trial(pause: 5000, mode: "blocks", count: 200),
    Trial(pause: 5000, mode: "sizes", flags: ["-m32"], count: 200),
    Trial(pause: 0, mode: "blocks", count: 50),
    Trial(pause: 0, mode: "sizes", count: 50),
    Trial(pause: 0, mode: "blocks", flags: ["-m32"], count: 50),
  ]

  @Test("every snapshot is of one moment, and so is its capture", arguments: trials)
  func consistent(trial: Trial) async throws {
    guard let program = try await Self.restless(trial.flags) else {
      try Test.cancel("gcc cannot compile restless.c with \(trial.flags)")
    }
    let child = try Child(program, ["\(trial.pause)", trial.mode])
    try child.waitUntilReady()
    var refused = 0
    for _ in 0..<trial.count {
      switch reading(child.pid) {
      case .success(let (snapshot, text)):
        #expect(faults(in: snapshot.map) == [])
        #expect(snapshot.diagnostics.isEmpty)
        let saved = try MapsParser.parse(CaptureText.write(snapshot, maps: text))
        #expect(saved.map.regions == snapshot.map.regions)
        #expect(saved.facts == snapshot.facts)
      // Honest, but not for one that rests long enough to be read.
      case .failure(.keepsChanging): refused += 1
      case .failure(let error): Issue.record("\(error)")
      }
    }
    #expect(refused == 0 || trial.pause == 0, "\(refused) of \(trial.count)")
  }

  @Test("a heap that changes all the time is read, or is unknown, but never traps")
  func heap() async throws {
    for flags in [[], ["-m32"]] {
      guard let program = try await Self.restless(flags) else { continue }
      let child = try Child(program, ["0", "heap"])
      try child.waitUntilReady()
      for _ in 0..<100 {
        guard case .success(let (snapshot, _)) = reading(child.pid),
          let heap = snapshot.facts.heap
        else { continue }
        let end = try #require(snapshot.map.regions.last).range.upper
        #expect(heap.end <= end && heap.top.value <= heap.end.value)
      }
    }
  }
}
