import AddressSpace
import AddressSpaceStore
import AddressSpaceTrace
import Glibc
import SystemPackage
import TestSupport
import Testing

/// What comes from outside while a program is recorded.
@Suite("Faults from outside", .serialized)
struct FaultTests {
  /// Begins a recording in a process group of its own, as a shell at a terminal does: `$p`. It
  /// leaves the program's id in `$3`, what it says in `$4`.
  static let begin = """
    set -m
    "$0" record -o "$1" "${@:5}" >"$4" 2>&1 & p=$!
    until [ -s "$3" ]; do sleep 0.02; done
    """
  /// Of a shell: leaves its id and becomes `churn` for longer than any test takes.
  static let churn = "echo $$ >\"$0\"; exec \"$1\" 7 100000000 3"
  /// Waits until far more was committed than a program's start gives.
  static let committed = """
    until [ "$(stat -c %s "$1-wal" 2>/dev/null || echo 0)" -gt 500000 ]; do sleep 0.05; done
    """

  /// Runs a script of bash on the recording of a program of sh, which gets the file for its id as
  /// `$0`, and `argument` as `$1`; tells what all of them said.
  private func record(
    _ program: String, _ argument: String = "", before: String = "", options: [String] = ["-q"],
    in folder: FilePath, _ script: String
  ) async throws -> CommandResult {
    let addrspace = try #require(Machine.addrspace).string
    let pid = folder.appending("pid").string
    let said = folder.appending("said").string
    let command = options + ["--", "/bin/sh", "-c", program, pid, argument]
    return try await run(
      "/bin/bash",
      [
        "-c", [before, Self.begin, script].joined(separator: "\n"), addrspace,
        folder.appending("x.addrspace").string, "", pid,
        said,
      ] + command)
  }

  @Test("a program that is killed has its recording", .needsVictim("churn"))
  func killed() async throws {
    let folder = try TemporaryFolder()
    let churn = try #require(Machine.victim("churn")).string
    let result = try await record(
      Self.churn, churn, in: folder.path,
      "\(Self.committed); kill -9 $(cat \"$3\"); wait $p; echo status $?")
    #expect(result.output == "status 137\n", "\(result.error)")
    let recorded = try Recorded(folder.path.appending("x.addrspace"), result)
    #expect(recorded.recording.end?.signal == SIGKILL)
    #expect(recorded.events.count > 30)
  }

  @Test("a program that is stopped stays so, and goes on", .needs("/bin/bash"))
  func stopped() async throws {
    let folder = try TemporaryFolder()
    let result = try await record(
      "echo $$ >\"$0\"; kill -STOP $$; echo continued; exit 5", in: folder.path,
      """
      until grep -q '^State:.[tT]' /proc/$(cat "$3")/status; do sleep 0.02; done
      sleep 0.2; cat "$4"; echo stands; kill -CONT $(cat "$3"); wait $p; echo status $?; cat "$4"
      """)
    #expect(result.output == "stands\nstatus 5\ncontinued\n", "\(result.error)")
  }

  @Test(
    "threads that map are stopped between their calls", .needsVictim("churn"),
    .timeLimit(.minutes(5)))
  func stoppedThreads() async throws {
    let folder = try TemporaryFolder()
    let churn = try #require(Machine.victim("churn")).string
    let result = try await record(
      "echo $$ >\"$0\"; exec \"$1\" 7 700 3", churn, options: ["-q", "--verify"],
      in: folder.path,
      """
      for time in 1 2 3 4 5; do
        sleep 0.05; kill -STOP $(cat "$3") || break; sleep 0.2; kill -CONT $(cat "$3")
      done
      wait $p; echo status $?; cat "$4"
      """)
    #expect(result.output == "status 0\ndone\n", "\(result.error)")
  }

  @Test(
    "so many threads that there is always one to look at are let go in time",
    .needsVictim("many_threads"))
  func busy() async throws {
    let folder = try TemporaryFolder()
    let addrspace = try #require(Machine.addrspace).string
    let path = folder.path.appending("x.addrspace")
    let result = try await run(
      "/bin/bash",
      [
        "-c",
        """
        "$2" 3000 on >"$3" & p=$!
        until grep -q 3000 "$3" || ! kill -0 $p; do sleep 0.02; done; SECONDS=0
        "$0" record -q -o "$1" --pid $p --duration 1; echo "status $?"
        [ $SECONDS -lt 20 ] || echo "it took $SECONDS seconds"
        grep TracerPid /proc/$p/status; kill -9 $p
        """, addrspace, path.string, try #require(Machine.victim("many_threads")).string,
        folder.path.appending("said").string,
      ])
    #expect(result.output == "status 0\nTracerPid:\t0\n", "\(result.error)")
    #expect(try Recorded(path, result).events.count > 30)
  }

  @Test("the first Ctrl-C is the program's", .needs("/bin/bash"))
  func interrupted() async throws {
    let folder = try TemporaryFolder()
    let result = try await record(
      "trap 'echo caught; exit 7' INT; echo $$ >\"$0\"; while :; do sleep 0.02; done",
      in: folder.path, "kill -INT -- -$p; wait $p; echo status $?; cat \"$4\"")
    #expect(result.output == "status 7\ncaught\n", "\(result.error)")
    let recorded = try Recorded(folder.path.appending("x.addrspace"), result)
    #expect(recorded.recording.end?.status == 7)
  }

  @Test("the second Ctrl-C ends both, and the recording is whole", .needs("/bin/bash"))
  func interruptedTwice() async throws {
    let folder = try TemporaryFolder()
    let result = try await record(
      "trap 'echo caught' INT; echo $$ >\"$0\"; while :; do sleep 0.02; done", in: folder.path,
      """
      kill -INT -- -$p; until grep -q caught "$4"; do sleep 0.02; done
      kill -INT -- -$p; wait $p; echo status $?; grep -q '^State:.[^ZX]' "/proc/$(cat "$3")/status" 2>/dev/null && echo survived
      exit 0
      """)
    #expect(result.output == "status 137\n", "\(result.error)")
    let recorded = try Recorded(folder.path.appending("x.addrspace"), result)
    #expect(recorded.recording.end?.signal == SIGKILL)
  }

  @Test("what nohup has a recorder ignore, its program ignores too", .needs("/bin/bash"))
  func ignored() async throws {
    let folder = try TemporaryFolder()
    let result = try await record(
      "echo $$ >\"$0\"; for time in 1 2 3 4 5; do sleep 0.1; done; echo ended",
      before: "trap '' HUP",
      in: folder.path, "kill -HUP -- -$p; wait $p; echo status $?; cat \"$4\"")
    #expect(result.output == "status 0\nended\n", "\(result.error)")
  }

  @Test(
    "a full disk ends it with a sentence and leaves no program", .needsSmallDisk,
    .needsVictim("churn"))
  func fullDisk() async throws {
    let folder = try TemporaryFolder()
    let churn = try #require(Machine.victim("churn")).string
    let result = try await onSmallDisk(
      folder.path,
      """
      timeout 30 "$0" record -o "$1/disk/x.addrspace" -- /bin/sh -c '\(Self.churn)' "$1/pid" "$2"
      echo "status $?"; sleep 0.1; grep -q '^State:.[^ZX]' "/proc/$(cat "$1/pid")/status" 2>/dev/null && echo survived
      """, churn)
    #expect(result.output == "status 125\n", "\(result.error)")
    #expect(result.error.contains("full"), "\(result.error)")
    let recorded = try Recorded(folder.path.appending("x.addrspace"), result)
    #expect(recorded.recording.end == nil)
    #expect(!recorded.events.isEmpty)
    #expect(recorded.events.map(\.number) == recorded.events.indices.map { $0 + 1 })
  }

  @Test("a full disk lets a running program go, unharmed", .needsSmallDisk, .needsVictim("churn"))
  func fullDiskAttached() async throws {
    let folder = try TemporaryFolder()
    let churn = try #require(Machine.victim("churn")).string
    let result = try await onSmallDisk(
      folder.path,
      """
      "$2" 7 100000000 3 & p=$!; sleep 0.1
      timeout 30 "$0" record -q -o "$1/disk/x.addrspace" --pid $p; echo "status $?"
      grep TracerPid /proc/$p/status
      sleep 0.1; grep -l '^State:.[RSD]' /proc/$p/task/*/status | wc -l; kill -9 $p
      """, churn)
    #expect(result.output == "status 125\nTracerPid:\t0\n4\n", "\(result.error)")
    #expect(try Recorded(folder.path.appending("x.addrspace"), result).events.count > 30)
  }

  /// Runs a script with the recorder as `$0`, `folder` as `$1` and `program` as `$2`; below the
  /// folder is a `disk` of 500 KiB, of which the files are kept in the folder.
  private func onSmallDisk(
    _ folder: FilePath, _ script: String, _ program: String
  ) async throws -> CommandResult {
    let addrspace = try #require(Machine.addrspace).string
    let disk = "mkdir \"$1/disk\"; mount -t tmpfs -o size=500k none \"$1/disk\" || exit 99"
    return try await run(
      "/usr/bin/unshare",
      [
        "-m", "/bin/bash", "-c", "\(disk)\n\(script)\ncp \"$1\"/disk/* \"$1\"", addrspace,
        folder.string, program,
      ])
  }
}

extension Trait where Self == ConditionTrait {
  /// Skips where no small disk can be mounted.
  fileprivate static var needsSmallDisk: Self {
    .enabled("needs root, who may mount a small disk, and unshare") {
      guard Fixtures.exists("/usr/bin/unshare"), geteuid() == 0 else { return false }
      let mount = ["-m", "mount", "-t", "tmpfs", "none", "/mnt"]
      return try await run("/usr/bin/unshare", mount).status == 0
    }
  }
}
