import AddressSpace
import AddressSpaceStore
import AddressSpaceTrace
import SystemPackage
import TestSupport
import Testing

/// What becomes of recordings when programs start others.
@Suite("Children and other programs")
struct FollowTests {
  static let line = "/bin/true; (exec /bin/ls /); exec /bin/echo ended"

  @Test("children are followed where that is asked for", .needs("/bin/sh"))
  func children() async throws {
    let alone = try await Recorded(of: ["/bin/sh", "-c", Self.line])
    #expect(alone.result.output.hasSuffix("ended\n"))
    #expect(alone.recording.spaces.map(\.name) == ["sh", "echo"])
    let followed = try await Recorded(["-f", "--verify"], of: ["/bin/sh", "-c", Self.line])
    #expect(followed.result.status == 0, "\(followed.result.error)")
    #expect(Set(followed.recording.spaces.map(\.name)) == ["sh", "true", "ls", "echo"])
    #expect(followed.recording.spaces.filter(\.isMain).map(\.name) == ["sh", "echo"])
  }

  @Test("every space has its first map and its last", .needs("/bin/sh"))
  func snapshots() async throws {
    let recorded = try await Recorded(["-f"], of: ["/bin/sh", "-c", Self.line])
    for space in recorded.recording.spaces.indices {
      let occasions = recorded.recording.snapshots.filter { $0.space == space }.map(\.occasion)
      #expect(occasions == [.start, .end], "\(recorded.recording.spaces[space])")
    }
  }

  @Test("a hundred processes at once, each with its own map", .needs("/bin/sh"))
  func many() async throws {
    let fork = "f() { [ $1 -eq 0 ] || { f $(($1 - 1)) & f $(($1 - 1)) & wait; }; }; f 6"
    let recorded = try await Recorded(["-f", "--verify"], of: ["/bin/sh", "-c", fork])
    #expect(recorded.result.status == 0, "\(recorded.result.error)")
    #expect(recorded.recording.spaces.count == 127)
    let ends = recorded.recording.snapshots.filter { $0.occasion == .end }.map(\.space)
    #expect(ends.sorted() == Array(0..<127))
  }

  @Test("a program of another width begins a space of that width", .needsVictim("leak32"))
  func width() async throws {
    let leak = try #require(Machine.victim("leak32"))
    let recorded = try await Recorded(["--verify"], of: ["/bin/sh", "-c", "exec \(leak)"])
    #expect(recorded.result.status == 0, "\(recorded.result.error)")
    #expect(recorded.recording.spaces.map(\.wordSize) == [.bits64, .bits32])
  }

  @Test("descendants that outlive the program are waited for, and that is said", .needs("/bin/sh"))
  func descendants() async throws {
    let folder = try TemporaryFolder()
    let program = try #require(Machine.addrspace)
    let path = folder.path.appending("x.addrspace")
    let result = try await run(
      program,
      ["record", "-o", path.string, "--", "/bin/sh", "-c", "(sleep 0.3; echo late) & exit 3"])
    #expect(result.status == 3)
    #expect(result.output == "late\n")
    #expect(result.error.contains("waiting for"), "\(result.error)")
  }
}
