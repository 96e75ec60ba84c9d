import AddressSpace
import AddressSpaceFormats
import AddressSpaceProcess
import Glibc
import SystemPackage
import TestSupport
import Testing

/// `tools/capture.sh` against what the program itself reads of the same process.
@Suite("A shell's capture", .serialized)
struct ShellCaptureTests {
  /// A shell to run it, and whether only busybox's programs are at hand.
  struct Shell: CustomTestStringConvertible, Sendable {
    let command: [String]
    var isBusybox = false

    var testDescription: String { command.joined(separator: " ") }
  }

  static let shells = [
    Shell(command: ["/bin/dash"]), Shell(command: ["/bin/bash", "--posix"]),
    Shell(command: ["/bin/busybox", "sh"], isBusybox: true), Shell(command: ["/bin/mksh"]),
  ].filter { Fixtures.exists(FilePath($0.command[0])) }

  static let script = Fixtures.package.appending("tools/capture.sh")

  /// What busybox has in the place of other programs.
  static let applets = ["cat", "dd", "expr", "sed", "tr", "uname", "printf", "[", "test"]

  private func capture(_ pid: Int32, _ shell: Shell) async throws -> CommandResult {
    let folder = try TemporaryFolder()
    if shell.isBusybox {
      for name in Self.applets {
        symlink(shell.command[0], folder.path.appending(name).string)
      }
    }
    let path = shell.isBusybox ? folder.path.string : "/usr/bin:/bin"
    return try await run(
      "/usr/bin/env",
      ["-i", "PATH=\(path)"] + shell.command + [Self.script.string, "\(pid)"])
  }

  /// Expects that a shell's capture has the same regions, and the facts that a shell can read.
  private func expectSame(_ pid: Int32, _ shell: Shell) async throws {
    // Both see the limits of the machine.
    let (live, result) = try await Turn.mapLimit.take {
      (try LiveProcess(pid: pid).snapshot().snapshot, try await capture(pid, shell))
    }
    try #require(result.status == 0 && result.error == "", "\(result.error)")
    let saved = try MapsParser.parse(Array(result.output.utf8), strict: true)
    let name = live.source.name ?? ""
    #expect(
      saved.map.regions.map(\.columns) == live.map.regions.map(\.columns), "\(name), \(shell)")
    #expect(saved.source.pid == pid && saved.source.name == live.source.name?.oneLine)
    #expect(saved.facts.shellReadable == live.facts.shellReadable, "\(name), \(shell)")
    #expect(saved.facts.held?.committed == live.facts.held?.committed, "\(name)")
    #expect((saved.facts.held?.resident == nil) == (live.facts.held?.resident == nil))
    if let one = saved.facts.limits?.memory, let other = live.facts.limits?.memory {
      #expect(one.total == other.total && one.swapTotal == other.swapTotal)
    }
  }

  @Test(
    "of victims", .enabled(if: LiveFactsTests.hasVictims, LiveFactsTests.missing),
    arguments: shells)
  func victims(shell: Shell) async throws {
    for (index, name) in ["victim-pie", "victim-nopie", "victim-static", "victim64"].enumerated() {
      let personality = [[], ["-R"], ["-L"], []][index]
      let child = try #require(
        try Child.victim(name, ["--seed", "7", "--threads", "2"], personality: personality))
      try await expectSame(child.pid, shell)
    }
  }

  @Test(
    "of a program with limits, of another user", .enabled(if: Machine.isRoot, "needs root"),
    arguments: shells)
  func limits(shell: Shell) async throws {
    let line = """
      ulimit -Sv 3000000; ulimit -Sd 2000000; ulimit -s 1024; ulimit -u 5000
      exec setpriv --reuid 65534 --clear-groups /bin/sh -c 'echo ready; read x'
      """
    let child = try Child("/bin/bash", ["-c", line])
    try child.waitUntilReady()
    let live = try LiveProcess(pid: child.pid).snapshot().snapshot
    #expect(live.facts.limits?.addressSpace?.soft == .kibibytes(3_000_000))
    #expect(live.facts.threads?.limits.first?.kind == .user)
    try await expectSame(child.pid, shell)
  }

  @Test(
    "of processes in control groups",
    .enabled(
      if: ControlGroup.isPossible(.memory) && ControlGroup.isPossible(.tasks),
      "needs to make groups"), arguments: shells)
  func controlGroups(shell: Shell) async throws {
    let groups = [
      try ControlGroup(.memory, most: 300 << 20), try ControlGroup(.tasks, most: 90),
    ]
    defer { for group in groups { group.remove() } }
    let join = groups.map { "echo $$ >\($0.path)/cgroup.procs; " }.joined()
    do {
      let child = try Child("/bin/sh", ["-c", join + "echo ready; read x"])
      try child.waitUntilReady()
      let live = try LiveProcess(pid: child.pid).snapshot().snapshot
      try #require(live.facts.limits?.cgroup?.limit == .mebibytes(300))
      try await expectSame(child.pid, shell)
    }
  }

  /// Groups of version 1, the second seen from a container, and of version 2.
  static let groups: [(cgroup: String, lines: [String])] = [
    (
      "8:cpu,pids,foo:/docker/x/in\n4:memory:/a/b\n",
      ["# task-limit: pids.max 100 3", "# cgroup-memory: 5000000 4999000"]
    ),
    ("0::/a/b\n", ["# cgroup-memory: 900 80"]),
    ("4:memory:/a/b\n0::/a/b\n", ["# cgroup-memory: 900 80"]),
    ("5:devices:/\n0::/none\n", []), ("", []),
  ]

  @Test("of control groups in a made-up /proc", arguments: shells, groups.indices)
  func madeUpGroups(shell: Shell, index: Int) async throws {
    let folder = try TemporaryFolder()
    let place = folder.path.string
    let mounts = """
      30 20 0:26 / \(place)/second rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate
      31 20 0:27 / \(place)/memory rw shared:5 - cgroup cgroup rw,memory
      32 20 0:28 /docker/x \(place)/pids rw - cgroup cgroup rw,cpu,pids,foo

      """
    // The group with the least left counts, wherever it stands.
    for (path, text) in [
      ("self/mountinfo", mounts), ("7/cgroup", Self.groups[index].cgroup),
      ("7/maps", try Fixtures.text("/proc/self/maps")),
      ("7/stat", try Fixtures.text("/proc/self/stat")),
      ("7/status", try Fixtures.text("/proc/self/status")),
      ("pids/pids.max", "100\n"), ("pids/pids.current", "3\n"),
      ("pids/in/pids.max", "max\n"), ("pids/in/pids.current", "2\n"),
      ("memory/memory.limit_in_bytes", "5000000\n"),
      ("memory/memory.usage_in_bytes", "4999000\n"),
      ("memory/a/memory.limit_in_bytes", "1000000\n"),
      ("memory/a/memory.usage_in_bytes", "999\n"),
      ("memory/a/b/memory.limit_in_bytes", "9223372036854771712\n"),
      ("memory/a/b/memory.usage_in_bytes", "5\n"),
      ("second/a/memory.max", "900\n"), ("second/a/memory.current", "80\n"),
      ("second/a/b/memory.max", "max\n"), ("second/a/b/memory.current", "70\n"),
    ] {
      var parent = folder.path
      for part in path.split(separator: "/").dropLast() {
        parent = parent.appending(String(part))
        mkdir(parent.string, 0o755)
      }
      _ = try folder.file(path, text)
    }
    let script = try folder.file(
      "capture.sh", try Fixtures.text(Self.script).replacing("/proc", with: place))
    let result = try await run(
      FilePath(shell.command[0]), Array(shell.command.dropFirst()) + [script, "7"])
    #expect(result.status == 0, "\(result.error)")
    let lines = result.output.split(separator: "\n").map(String.init)
    let told = lines.filter { $0.contains("pids.max") || $0.contains("cgroup-memory") }
    #expect(told == Self.groups[index].lines)
  }

  @Test("of programs with hostile names", arguments: shells)
  func names(shell: Shell) async throws {
    let folder = try TemporaryFolder()
    for name in ["a b", ") R 1 (", "((", "$(id)", "`id`", "*", "a\\nb", "x\ny", "-n"] {
      let program = folder.path.appending(name)
      symlink("/bin/cat", program.string)
      let child = try Child(program)
      while try Fixtures.text(FilePath("/proc/\(child.pid)/wchan")) == "" { usleep(1000) }
      usleep(50_000)
      try await expectSame(child.pid, shell)
    }
  }

  @Test("of every process of this machine", arguments: shells.prefix(1))
  func machine(shell: Shell) async throws {
    try await Turn.mapLimit.take { try await compareAll(shell) }
  }

  private func compareAll(_ shell: Shell) async throws {
    var seen = 0
    for name in Fixtures.names(in: "/proc", suffix: "") {
      guard let pid = Int32(name), pid != getpid(), seen < 40,
        case .success(let before) = reading(pid), before.snapshot.facts.wine == nil,
        before.snapshot.map.regions.count < 1500
      else { continue }
      // Only of one that stands still all the while two readings are the same.
      guard case .success(let after) = reading(pid), before.text == after.text else { continue }
      let result = try await capture(pid, shell)
      guard result.status == 0, let saved = try? MapsParser.parse(Array(result.output.utf8)),
        case .success(let last) = reading(pid),
        last.snapshot.map.regions.map(\.columns) == before.snapshot.map.regions.map(\.columns)
      else { continue }
      let program = before.snapshot.source.name ?? ""
      #expect(
        saved.map.regions.map(\.columns) == last.snapshot.map.regions.map(\.columns), "\(program)")
      #expect(saved.facts.shellReadable == last.snapshot.facts.shellReadable, "\(program)")
      seen += 1
    }
    #expect(seen > 0)
  }

  @Test("statuses", arguments: shells)
  func statuses(shell: Shell) async throws {
    #expect(try await capture(999_999_999, shell).status == 66)
    let usage = try await run(
      FilePath(shell.command[0]), Array(shell.command.dropFirst()) + [Self.script.string, "x"])
    #expect(usage.status == 64 && usage.output == "" && usage.error.contains("usage"))
    let ended = try Child("/bin/cat")
    ended.end()
    let result = try await capture(ended.pid, shell)
    #expect(result.status == 66 && result.output == "" && result.error != "")
  }
}

extension Region {
  /// What a line of a map tells of it, and its traits.
  fileprivate var columns: [String] {
    [
      "\(range)", access.letters, "\(offset)", "\(inode)", name, "\(traits.rawValue)",
    ]
  }
}

extension LayoutFacts {
  /// What of the facts a shell can read, without what changes from one moment to the next.
  fileprivate var shellReadable: LayoutFacts {
    var facts = self
    // They need the process's memory, or the kernel to be asked.
    facts.heap = nil
    facts.contents = nil
    facts.firstMapping = nil
    facts.lowestMapping = nil
    facts.wine = nil
    facts.held = nil
    facts.threads = threads.map { threads in
      ThreadFacts(
        count: threads.count,
        limits: threads.limits.map { TaskLimit($0.kind, limit: $0.limit, used: 0) })
    }
    facts.limits?.memory?.available = .zero
    facts.limits?.memory?.swapFree = .zero
    facts.limits?.overcommit?.committed = .zero
    facts.limits?.cgroup?.used = .zero
    return facts
  }
}

extension String {
  /// What of a name stands in one line.
  fileprivate var oneLine: String {
    contains(where: \.isNewline)
      ? split(whereSeparator: \.isNewline).joined(separator: " ") : self
  }
}
