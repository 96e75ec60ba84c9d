import AddressSpace
import AddressSpaceStore
import AddressSpaceTrace
import SystemPackage
import TestSupport
import Testing

/// A recording that was made for a test, and what the program under test said meanwhile.
struct Recorded {
  let result: CommandResult
  let recording: RecordingReader
  /// All events of all spaces, by their numbers.
  let events: [(number: Int, event: TraceEvent)]

  /// Records a program with `options` and reads what came of it.
  init(
    _ options: [String] = [], of command: [String], input: String = ""
  ) async throws {
    let folder = try TemporaryFolder()
    let path = folder.path.appending("test.addrspace")
    let program = try #require(Machine.addrspace)
    let result = try await run(
      program, ["record", "-q", "-o", path.string] + options + ["--"] + command, input: input)
    try self.init(path, result)
  }

  /// Reads a recording.
  init(_ path: FilePath, _ result: CommandResult) throws {
    self.result = result
    let reader = try RecordingReader(path: path.string)
    var events: [(number: Int, event: TraceEvent)] = []
    for space in reader.spaces.indices {
      try reader.events(ofSpace: space) { number, event in events.append((number, event)) }
    }
    recording = reader
    self.events = events.sorted { $0.number < $1.number }
  }

  /// The calls of which there are events.
  var calls: Set<MapCall> { Set(events.map(\.event.call)) }

  /// The functions of an event's stack, innermost first, with those that were inlined.
  func functions(of event: TraceEvent) -> [String] {
    guard let stack = event.stack else { return [] }
    return recording.stacks.frames(of: stack).flatMap { frame in
      recording.symbols[frame]?.compactMap(\.function) ?? []
    }
  }

  /// The functions of the last event of a call that mapped so many bytes.
  func functions(ofLastMappingOf bytes: UInt64) -> [String] {
    for (_, event) in events.reversed() {
      guard case .changed(.map(let region)) = event.outcome, region.size.value == bytes else {
        continue
      }
      return functions(of: event)
    }
    return []
  }
}

extension Trait where Self == ConditionTrait {
  /// Skips where a victim was not built.
  static func needsVictim(_ name: String) -> Self {
    .enabled(
      if: Machine.addrspace != nil && Machine.victim(name) != nil,
      "needs \(name) of tools/build-victims (ADDRSPACE_VICTIMS), and the program")
  }

  /// Skips where a program that the test needs is not installed.
  static func needs(_ path: FilePath) -> Self {
    .enabled(
      if: Machine.addrspace != nil && Fixtures.exists(path), "needs \(path), and the program")
  }

  /// Skips where there is no i386 root.
  static var needsTestbed: Self {
    .enabled(
      if: Machine.addrspace != nil && Machine.testbed != nil,
      "needs the i386 root of tools/testbed (ADDRSPACE_TESTBED_ROOT), and the program")
  }
}
