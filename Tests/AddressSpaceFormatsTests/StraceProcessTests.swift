import AddressSpace
import AddressSpaceFormats
import TestSupport
import Testing

/// Who shares memory with whom in a log of several processes and threads.
@Suite("Processes in logs of strace")
struct StraceProcessTests {
  static func map(_ address: String) -> String {
    "mmap2(NULL, 4096, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = \(address)\n"
  }

  /// The lowest addresses of each space at the end, and its program's name.
  static func spaces(_ log: String) -> [(name: String?, changes: Int, pid: Int32)] {
    var replay = StraceReplay(Array(log.utf8))
    replay.run { _ in }
    return replay.spaces.map { ($0.name, $0.changes, $0.pid) }
  }

  static func lowers(_ log: String) throws -> [Address] {
    try SavedFile.read(Array(log.utf8)).map.regions.map(\.range.lower)
  }

  @Test("threads share, forks copy, by CLONE_VM")
  func clones() throws {
    let shared = """
      10 brk(NULL) = 0x57000000
      10 \(Self.map("0xf7000000"))10 clone(child_stack=0xf6d8d424, flags=CLONE_VM|CLONE_FS|CLONE_THREAD, tls=0xf7d8) = 11
      11 \(Self.map("0xf6000000"))10 clone3({flags=CLONE_VM|CLONE_THREAD, exit_signal=0} => {parent_tid=[12]}, 88) = 12
      12 munmap(0xf7000000, 4096) = 0
      """
    #expect(try Self.lowers(shared) == [0xF600_0000])
    let forked = """
      10 brk(NULL) = 0x57000000
      10 \(Self.map("0xf7000000"))10 clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|SIGCHLD) = 11
      11 munmap(0xf7000000, 4096) = 0
      10 \(Self.map("0xf5000000"))
      """
    #expect(try Self.lowers(forked) == [0xF500_0000, 0xF700_0000])
    #expect(Self.spaces(forked).map(\.changes) == [2, 1])
  }

  @Test("a child that runs before its maker's call returns")
  func earlyChild() throws {
    for (flags, expected) in [("CLONE_VM|SIGCHLD", 1), ("SIGCHLD", 2)] {
      let log = """
        10 \(Self.map("0xf7000000"))10 clone(child_stack=NULL, flags=\(flags) <unfinished ...>
        11 munmap(0xf7000000, 4096) = 0
        10 <... clone resumed>) = 11
        10 \(Self.map("0xf5000000"))10 \(Self.map("0xf4000000"))
        """
      #expect(Self.spaces(log).count == expected, "\(flags)")
      #expect(try Self.lowers(log).contains(0xF700_0000) == (expected == 2))
    }
  }

  @Test("execve begins anew, vfork shares until then")
  func execute() throws {
    let log = """
      10 execve("/bin/sh", ["sh", "-c", "photo"], 0x7ffd /* 3 vars */) = 0
      10 brk(NULL) = 0x57000000
      10 \(Self.map("0xf7000000"))10 vfork( <unfinished ...>
      11 execve("/opt/missing", ["photo"], 0x7ffd /* 3 vars */) = -1 ENOENT (No such file or directory)
      11 execve("/opt/photo", ["photo", "a b"], 0x7ffd /* 3 vars */ <unfinished ...>
      10 <... vfork resumed>) = 11
      11 <... execve resumed>) = 0
      11 brk(NULL) = 0x58000000
      11 \(Self.map("0xf6000000"))11 \(Self.map("0xf5000000"))
      """
    #expect(Self.spaces(log).map(\.name) == ["sh", "photo"])
    let snapshot = try SavedFile.read(Array(log.utf8))
    #expect(snapshot.source.name == "photo" && snapshot.source.pid == 11)
    #expect(snapshot.facts.startOfBreak == 0x5800_0000)
    #expect(snapshot.diagnostics.kept.contains { $0.message.contains("2 address spaces") })
  }

  @Test("without clone in the log: another break is another program, taken memory another space")
  func guessed() {
    let log = """
      10 brk(NULL) = 0x57000000
      10 \(Self.map("0xf7000000"))11 \(Self.map("0xf6000000"))12 \(Self.map("0xf6000000"))12 brk(NULL) = 0x5a000000
      12 \(Self.map("0xf5000000"))
      """
    let spaces = Self.spaces(log)
    #expect(spaces.map(\.pid) == [10, 12, 12])
    #expect(spaces.map(\.changes) == [2, 1, 1])
  }

  @Test("the first process has no number on a terminal until there are two")
  func terminal() throws {
    let log = """
      brk(NULL) = 0x57000000
      \(Self.map("0xf7000000"))strace: Process 11 attached
      [pid    11] \(Self.map("0xf6000000"))[pid    10] munmap(0xf7000000, 4096) = 0
      [pid    11] +++ exited with 0 +++
      \(Self.map("0xf5000000"))+++ exited with 0 +++
      """
    let spaces = Self.spaces(log)
    #expect(spaces.count == 1)
    #expect(try Self.lowers(log) == [0xF500_0000, 0xF600_0000])
  }

  @Test("a program of another word size is another program")
  func modes() {
    let log = """
      10 \(Self.map("0xf7000000"))strace: [ Process PID=10 runs in 64 bit mode. ]
      10 mmap(NULL, 4096, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7f0000000000
      """
    var replay = StraceReplay(Array(log.utf8))
    replay.run { _ in }
    #expect(replay.spaces.map(\.wordSize) == [.bits32, .bits64])
  }

  @Test("a thread that begins a program takes the process's number")
  func superseded() {
    let log = """
      10 \(Self.map("0xf7000000"))10 clone(flags=CLONE_VM|CLONE_THREAD) = 11
      11 execve("/opt/photo", ["photo"], 0x7ffd /* 3 vars */ <unfinished ...>
      10 +++ superseded by execve in pid 11 +++
      10 <... execve resumed>) = 0
      10 \(Self.map("0xf6000000"))
      """
    let spaces = Self.spaces(log)
    #expect(spaces.map(\.name) == [nil, "photo"] && spaces.map(\.changes) == [1, 1])
  }

  @Test("every prefix, and random damage", arguments: 0..<10)
  func hostile(seed: UInt64) throws {
    let log = """
      10 12:00:00.000001 execve("/bin/sh", ["sh", "-c", "photo"], 0x7ffd /* 3 vars */) = 0
      10 brk(NULL) = 0x57000000
      10 brk(0x57021000) = 0x57021000
      10 shmget(0x1234abcd, 1000000, IPC_CREAT|0600) = 15
      10 shmat(15, NULL, SHM_RDONLY) = 0xf7000000
      10 mmap2(NULL, 4096, PROT_READ|PROT_WRITE, MAP_PRIVATE, 3</lib/a\\12>, 0x16) = 0xf6000000
       > /lib/libc.so.6(mmap64+0x43) [0x11ba13]
      10 clone3({flags=CLONE_VM|CLONE_THREAD} => {parent_tid=[12]}, 88 <unfinished ...>
      12 mprotect(0xf6000000, 8192, PROT_NONE) = 0
      10 <... clone3 resumed>) = 12
      12 mremap(0xf6000000, 4096, 16384, MREMAP_MAYMOVE) = 0xf5000000
      12 +++ superseded by execve in pid 10 +++
      strace: [ Process PID=10 runs in 64 bit mode. ]
      [pid 10] 0.000071 mmap(NULL, 4096, 0x3, 0x22|21<<MAP_HUGE_SHIFT, -1, 0) = 0x7ff7bf7bd000
      """
    let bytes = Array(log.utf8)
    if seed == 0 {
      for count in 0...bytes.count { try HostileCoreTests.ask(Array(bytes.prefix(count))) }
    }
    var random = SeededGenerator(seed: seed)
    for _ in 0..<300 {
      var bytes = bytes
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        let place = Int.random(in: bytes.indices, using: &random)
        bytes[place] = Array("0f9(),<>[]\"= \n\\-".utf8).randomElement(using: &random) ?? 0
      }
      try HostileCoreTests.ask(bytes)
    }
  }
}
