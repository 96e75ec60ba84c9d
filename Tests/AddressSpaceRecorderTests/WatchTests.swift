import AddressSpace
import AddressSpaceStore
import AddressSpaceTrace
import SystemPackage
import TestSupport
import Testing

/// What `record` does about the room while it records.
@Suite("Watching the room")
struct WatchTests {
  @Test("it says when fewer buffers fit", .needsVictim("leak32"))
  func fewerFit() async throws {
    let (result, _) = try await record(["--buffer", "8000x6000x4x2"], leaking: "c0000000")
    #expect(result.status == 0)
    let lines = result.error.split(separator: "\n").filter { $0.contains("8000x6000x4x2 fit") }
    #expect(!lines.isEmpty, "\(result.error)")
  }

  @Test("a map is kept when the largest span falls below a size", .needsVictim("leak32"))
  func snapshotBelow() async throws {
    // The leak at 0xc0000000 halves what is free between the program and its libraries.
    let (result, reader) = try await record(["--snapshot-below", "2200MiB"], leaking: "c0000000")
    #expect(result.status == 0)
    let low = reader.snapshots.filter { $0.occasion == .low }
    #expect(low.count == 1)
    let (other, whole) = try await record(["--snapshot-below", "1MiB"], leaking: "c0000000")
    #expect(other.status == 0)
    #expect(whole.snapshots.allSatisfy { $0.occasion != .low })
  }

  @Test("the recording ends when the largest span falls below a size", .needsVictim("churn32"))
  func stopBelow() async throws {
    let churn = try #require(Machine.victim("churn32"))
    let (result, reader) = try await record(
      ["--stop-below", "1900MiB"], [churn.string, "1", "100000000", "0"])
    #expect(result.status == 128 + 9)
    #expect(result.error.contains("the recording ends here"), "\(result.error)")
    #expect(!result.output.contains("done"))
    #expect(reader.end?.signal == 9)
    #expect(reader.snapshots.last?.occasion == .end)
  }

  @Test(
    "what cannot be meant is wrong usage",
    arguments: [
      [], ["ls"], ["--pid", "1", "--", "ls"], ["--duration", "1", "--", "ls"],
      ["--stop-below", "much", "--", "ls"], ["--buffer", "4x", "--", "ls"],
      ["--depth", "0", "--", "ls"], ["--unwinder", "mine", "--", "ls"],
    ])
  func usage(arguments: [String]) async throws {
    let program = try #require(Machine.addrspace)
    let folder = try TemporaryFolder()
    let path = folder.path.appending("x").string
    let result = try await run(program, ["record", "-o", path] + arguments)
    #expect(result.status == 64, "\(result.error)")
    #expect(!Fixtures.exists(FilePath(path)))
  }

  private func record(
    _ options: [String], leaking address: String
  ) async throws -> (CommandResult, RecordingReader) {
    let leak = try #require(Machine.victim("leak32"))
    return try await record(options, [leak.string, address])
  }

  private func record(
    _ options: [String], _ command: [String]
  ) async throws -> (CommandResult, RecordingReader) {
    let program = try #require(Machine.addrspace)
    let folder = try TemporaryFolder()
    let path = folder.path.appending("x.addrspace").string
    let result = try await run(program, ["record", "-o", path] + options + ["--"] + command)
    return (result, try RecordingReader(path: path))
  }
}
