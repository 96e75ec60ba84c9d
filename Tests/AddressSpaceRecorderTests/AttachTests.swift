import AddressSpace
import AddressSpaceStore
import AddressSpaceTrace
import SystemPackage
import TestSupport
import Testing

/// Recording programs that run already.
@Suite("Attaching", .serialized)
struct AttachTests {
  @Test(
    "a running program is recorded, let go and unharmed", .needsVictim("churn"),
    arguments: ["churn", "churn32"], [0, 3])
  func runningProgram(name: String, threads: Int) async throws {
    guard let churn = Machine.victim(name) else { return }
    let folder = try TemporaryFolder()
    let path = folder.path.appending("x.addrspace")
    let program = try #require(Machine.addrspace)
    let result = try await run(
      "/bin/sh",
      [
        "-c",
        "\"$2\" 5 100000000 \(threads) & p=$!; sleep 0.2; "
          + "\"$0\" record --verify -q -o \"$1\" --pid $p --duration 2; echo \"status $?\"; "
          + "grep TracerPid /proc/$p/status; sleep 0.1; kill -0 $p && echo alive; kill -9 $p",
        program.string, path.string, churn.string,
      ])
    #expect(result.output.contains("status 0"), "\(result.output) \(result.error)")
    #expect(result.output.contains("TracerPid:\t0"))
    #expect(result.output.contains("alive"))
    let recorded = try Recorded(path, result)
    #expect(recorded.recording.header.isAttached)
    #expect(recorded.events.count > 30)
    #expect(recorded.calls.isSuperset(of: [.munmap, .mremap, .mprotect]))
  }

  @Test("children of a running program are let go where they are not followed", .needs("/bin/sh"))
  func children() async throws {
    let folder = try TemporaryFolder()
    let program = try #require(Machine.addrspace)
    for (options, names) in [([], ["sh"]), (["-f"], ["sh", "ls"])] {
      let path = folder.path.appending("x\(options.count).addrspace")
      let result = try await run(
        "/bin/sh",
        [
          "-c",
          """
          program=$0; file=$1; shift
          sh -c 'while :; do ls / >/dev/null; sleep 0.05; done' & p=$!; sleep 0.3
          "$program" record --verify -q -o "$file" --pid $p --duration 1 "$@"; echo "status $?"
          kill -0 $p && echo alive; kill -9 $p
          """,
          program.string, path.string,
        ] + options)
      #expect(result.output.contains("status 0"), "\(result.output) \(result.error)")
      #expect(result.output.contains("alive"))
      let recorded = try Recorded(path, result)
      #expect(Set(recorded.recording.spaces.map(\.name)).isSuperset(of: names))
      #expect(!options.isEmpty || recorded.recording.spaces.count == 1)
    }
  }

  @Test(
    "it can attach and let go at any moment of vfork, fork and clone", .needsVictim("spawner"),
    arguments: ["spawner", "spawner32"], [1, 3])
  func spawningProgram(name: String, threads: Int) async throws {
    guard let spawner = Machine.victim(name) else { return }
    let folder = try TemporaryFolder()
    let program = try #require(Machine.addrspace)
    var calls: Set<MapCall> = []
    for round in 0..<8 {
      let path = folder.path.appending("x\(round).addrspace")
      let result = try await run(
        "/bin/sh",
        [
          "-c",
          """
          "$2" "$3" & p=$!; sleep 0.1
          timeout -s KILL 30 "$0" record --verify -q -o "$1" --pid $p --duration 0.2
          echo "status $?"; grep TracerPid /proc/$p/status; kill -9 $p
          """,
          program.string, path.string, spawner.string, "\(threads)",
        ])
      #expect(result.output.contains("status 0"), "\(result.output) \(result.error)")
      #expect(result.output.contains("TracerPid:\t0"))
      let recorded = try Recorded(path, result)
      #expect(recorded.recording.spaces.count == 1)
      calls.formUnion(recorded.calls)
    }
    #expect(calls.isSuperset(of: name == "spawner" ? [.mmap, .munmap] : [.mmap2, .munmap]))
  }

  @Test("a program that job control stopped stays so", .needsVictim("churn"))
  func stoppedProgram() async throws {
    guard let churn = Machine.victim("churn") else { return }
    let folder = try TemporaryFolder()
    let program = try #require(Machine.addrspace)
    let path = folder.path.appending("x.addrspace")
    let result = try await run(
      "/bin/sh",
      [
        "-c",
        """
        state() { sed -n 's/^State:.\\(.\\).*/\\1/p' /proc/$p/task/*/status | sort -u | tr -d '\\n'; }
        "$2" 5 100000000 2 >&2 & p=$!; sleep 0.1; kill -STOP $p
        while [ "$(state)" != T ]; do sleep 0.05; done
        "$0" record --verify -q -o "$1" --pid $p --duration 0.3; echo "status $?"
        echo "then $(state)"; kill -CONT $p; sleep 0.1; echo "at last $(state)"; kill -9 $p
        """,
        program.string, path.string, churn.string,
      ])
    #expect(result.output.contains("status 0"), "\(result.output) \(result.error)")
    #expect(result.output.contains("then T\n"))
    #expect(!result.output.contains("at last T\n"))
    #expect(try Recorded(path, result).events.isEmpty)
  }

  @Test("it refuses what it cannot attach to, with a sentence")
  func refusals() async throws {
    let folder = try TemporaryFolder()
    let program = try #require(Machine.addrspace)
    let path = folder.path.appending("x.addrspace").string
    let none = try await run(program, ["record", "-o", path, "--pid", "4194000"])
    #expect(none.status == 125)
    #expect(none.error.contains("no process 4194000"), "\(none.error)")
    let both = try await run(program, ["record", "-o", path, "--pid", "1", "--", "/bin/true"])
    #expect(both.status == 64)
  }
}
