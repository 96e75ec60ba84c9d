import AddressSpace
import AddressSpaceStore
import AddressSpaceTrace
import SystemPackage
import TestSupport
import Testing

/// Exit statuses of `record`, and what it leaves alone.
@Suite("Endings of recordings")
struct RecordStatusTests {
  @Test("the program's own status", .needs("/bin/sh"), arguments: [0, 1, 3, 125, 255])
  func status(status: Int) async throws {
    let recorded = try await Recorded(of: ["/bin/sh", "-c", "exit \(status)"])
    #expect(recorded.result.status == status)
    #expect(recorded.recording.end?.status == Int32(status))
  }

  @Test("128 and the signal that ended it", .needs("/bin/sh"), arguments: [9, 11, 15])
  func signal(signal: Int) async throws {
    let recorded = try await Recorded(of: ["/bin/sh", "-c", "kill -\(signal) $$"])
    #expect(recorded.result.status == 128 + signal)
    #expect(recorded.recording.end?.signal == Int32(signal))
  }

  @Test("what cannot be started")
  func start() async throws {
    let folder = try TemporaryFolder()
    let program = try #require(Machine.addrspace)
    let text = try folder.file("text", "no program")
    func record(_ command: String) async throws -> CommandResult {
      try await run(
        program, ["record", "-o", folder.path.appending("x").string, "--force", "--", command])
    }
    let missing = try await record("/no/such/program")
    #expect(missing.status == 127)
    #expect(missing.error.contains("there is no program /no/such/program"))
    let unexecutable = try await record(text)
    #expect(unexecutable.status == 126)
    #expect(unexecutable.error.contains("cannot be executed"))
  }

  @Test("it does not write over a recording unless it is told to", .needs("/bin/true"))
  func overwriting() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path.appending("x.addrspace").string
    let program = try #require(Machine.addrspace)
    let first = try await run(program, ["record", "-o", path, "--", "/bin/true"])
    #expect(first.status == 0)
    let second = try await run(program, ["record", "-o", path, "--", "/bin/true"])
    #expect(second.status == 125)
    #expect(second.error.contains("--force"), "\(second.error)")
    let third = try await run(program, ["record", "-o", path, "--force", "--", "/bin/true"])
    #expect(third.status == 0)
  }

  @Test("input, output and arguments are the program's own", .needs("/bin/sh"))
  func streams() async throws {
    let recorded = try await Recorded(
      [], of: ["/bin/sh", "-c", "cat; echo \"$1\" >&2", "sh", "two words"], input: "given")
    #expect(recorded.result.output == "given")
    #expect(recorded.result.error == "two words\n")
  }

  @Test("a program that is killed loses nothing that was committed", .needsVictim("churn"))
  func killedRecorder() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path.appending("x.addrspace")
    let program = try #require(Machine.addrspace)
    let churn = try #require(Machine.victim("churn"))
    for bytes in [100_000, 200_000, 400_000] {
      let result = try await run(
        "/bin/sh",
        [
          "-c",
          """
          "$0" record -q --force -o "$1" -- "$2" 7 100000000 1 & p=$!
          until [ "$(stat -c %s "$1-wal" 2>/dev/null || echo 0)" -gt \(bytes) ]; do sleep 0.05; done
          kill -9 $p; wait $p
          for n in $(seq 100); do pgrep -f "$2 7 100000000" >/dev/null || exit 0; sleep 0.1; done
          echo survived
          """,
          program.string, path.string, churn.string,
        ])
      #expect(!result.output.contains("survived"))
      let recorded = try Recorded(path, result)
      #expect(recorded.recording.end == nil)
      #expect(recorded.events.count > 5)
      #expect(recorded.events.map(\.number) == recorded.events.indices.map { $0 + 1 })
    }
  }
}
