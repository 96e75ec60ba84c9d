import AddressSpace
import AddressSpaceFormats
import TestSupport
import Testing

/// What a log of strace tells, line by line.
@Suite("Logs of strace")
struct StraceTests {
  static func read(_ text: String) throws -> Snapshot { try SavedFile.read(Array(text.utf8)) }

  /// The regions of what a log leaves, in a short form.
  static func regions(_ text: String) throws -> [String] {
    try read(text).map.regions.map { region in
      let ends = [region.range.lower, region.range.upper].map { String($0.value, radix: 16) }
      let columns = "\(ends[0])-\(ends[1]) \(region.access.letters)"
      return region.name.isEmpty ? columns : "\(columns) \(region.name)"
    }
  }

  static let start = "brk(NULL) = 0x57000000\n"

  @Test("mapped, cut up, protected, moved, given up")
  func calls() throws {
    let log = """
      brk(NULL)                         = 0x57000000
      mmap2(NULL, 40000, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0xf7000000
      munmap(0xf7002000, 4096)          = 0
      mprotect(0xf7004000, 100, PROT_NONE) = 0
      mremap(0xf7006000, 8192, 16384, MREMAP_MAYMOVE) = 0xf6000000
      mmap2(0xf7000000, 4096, PROT_READ|PROT_EXEC, MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS, -1, 0) = 0xf7000000
      brk(0x57021000)                   = 0x57021000
      brk(0x57011000)                   = 0x57011000
      brk(0x97011000)                   = 0x57011000
      mmap2(NULL, 3221225472, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = -1 ENOMEM (Cannot allocate memory)
      mmap2(NULL, 4096, PROT_READ, MAP_SHARED|MAP_ANONYMOUS, -1, 0) = 0xf5000000 <0.000048>
      """
    #expect(
      try Self.regions(log) == [
        "57000000-57011000 rw-p [heap]", "f5000000-f5001000 r--s /dev/zero (deleted)",
        "f6000000-f6004000 rw-p", "f7000000-f7001000 r-xp", "f7001000-f7002000 rw-p",
        "f7003000-f7004000 rw-p", "f7004000-f7005000 ---p", "f7005000-f7006000 rw-p",
        "f7008000-f700a000 rw-p",
      ])
    let snapshot = try Self.read(log)
    #expect(snapshot.source.kind == .strace && snapshot.source.pid == nil)
    #expect(snapshot.facts.startOfBreak == 0x5700_0000 && snapshot.facts.wordSize == .bits32)
    #expect(snapshot.facts.lacksMappings && snapshot.diagnostics.count == 1)
    let layout = Layout.inferred(from: snapshot.map, facts: snapshot.facts)
    #expect(!Room(map: snapshot.map, layout: layout, facts: snapshot.facts).isExact)
  }

  @Test(
    "who and when stand before a call in many ways",
    arguments: [
      "", "4711 ", "4711  ", "[pid 4711] ", "[pid  4711] ", "12:34:56 ", "12:34:56.789012 ",
      "1795290159.066698 ", "     0.000071 ", "4711 12:34:56.789012 ", "[pid 4711] 12:34:56 ",
      "4711 1795290159.066698 ", "[pid 4711]      0.000071 ", "[f7ed45e9] ",
      "4711 1795290159.066698 [00007ff7bf7e6c47] ", "4711<photo> ", "[pid 4711<photo>] 12:34:56 ",
      "12:34:56 (+     0.000071) ",
    ])
  func prefixes(prefix: String) throws {
    let log =
      prefix + "brk(NULL) = 0x57000000\n"
      + prefix + "mmap(NULL, 4096, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0xf7000000\n"
      + prefix + "--- SIGCHLD {si_signo=SIGCHLD} ---\n" + prefix + "+++ exited with 0 +++\n"
    let snapshot = try Self.read(log)
    #expect(snapshot.map.regions.map(\.range.lower) == [0xF700_0000])
    #expect(snapshot.source.pid == (prefix.contains("4711") ? 4711 : nil))
    #expect(snapshot.diagnostics.count == 1, "\(snapshot.diagnostics.kept)")
  }

  @Test("times of all kinds count from the first line")
  func times() throws {
    let forms: [(String, String, UInt64)] = [
      ("12:00:00 ", "12:00:02 ", 2_000_000_000),
      ("23:59:59.5 ", "00:00:00.25 ", 750_000_000),
      ("1795290159.000001 ", "1795290160.000000 ", 999_999_000),
      ("     0.000000 ", "     0.000070 ", 70_000),
    ]
    for (first, second, expected) in forms {
      var replay = StraceReplay(
        Array("\(first)brk(NULL) = 0x57000000\n\(second)brk(0x57001000) = 0x57001000\n".utf8))
      var times: [UInt64] = []
      replay.run { event in if case .step(let step) = event { times.append(step.time) } }
      #expect(times == [expected], "\(first)")
    }
  }

  @Test("pages or bytes: what offsets of mmap2 are counted in")
  func offsets() throws {
    func offsets(_ offset: String, _ call: String) throws -> [UInt64] {
      try Self.read(
        "\(call)(NULL, 4096, PROT_READ, MAP_PRIVATE, 3</lib/a>, \(offset)) = 0xf7000000\n"
      ).map.regions.map(\.offset)
    }
    #expect(try offsets("0x16", "mmap2") == [0x16000])
    #expect(try offsets("0x22000", "mmap2") == [0x22000])
    #expect(try offsets("0x22000", "mmap") == [0x22000])
    #expect(try offsets("0x22000", "old_mmap") == [0x22000])
  }

  @Test("names by descriptors: with -y, by open, or none")
  func names() throws {
    let log = """
      openat(AT_FDCWD, "/lib/lib\\"o\\303\\266\\n.so", O_RDONLY|O_CLOEXEC) = 3
      mmap2(NULL, 4096, PROT_READ|PROT_EXEC, MAP_PRIVATE, 3, 0) = 0xf7000000
      dup2(3, 9) = 9
      close(3) = 0
      mmap2(NULL, 4096, PROT_READ, MAP_PRIVATE, 3, 0) = 0xf6000000
      mmap2(NULL, 4096, PROT_READ, MAP_PRIVATE, 9, 0) = 0xf5000000
      mmap2(NULL, 4096, PROT_READ, MAP_PRIVATE, 3</a (b, c)>, 0) = 0xf4000000
      mmap2(NULL, 4096, PROT_READ, MAP_PRIVATE, 3</gone>(deleted), 0) = 0xf3000000
      memfd_create("picture", MFD_CLOEXEC) = 4
      mmap2(NULL, 4096, PROT_READ|PROT_WRITE, MAP_SHARED, 4, 0) = 0xf2000000
      """
    let map = try Self.read(log).map
    #expect(
      map.regions.map(\.name) == [
        "/memfd:picture (deleted)", "/gone (deleted)", "/a (b, c)", "/lib/lib\"oö\n.so",
        "descriptor 3, whose name is not in the log", "/lib/lib\"oö\n.so",
      ])
    #expect(map.regions.map(\.kind) == [.shared, .file, .file, .image, .file, .image])
  }

  @Test("System V's memory has the size that it was made with")
  func shared() throws {
    let log = """
      shmget(0x1234abcd, 1000000, IPC_CREAT|0600) = 15
      shmat(15, NULL, SHM_RDONLY) = 0xf7000000
      shmat(15, NULL, 0) = 0xf6000000
      shmdt(0xf7000000) = 0
      """
    #expect(try Self.regions(log) == ["f6000000-f60f5000 rw-s /SYSV1234abcd (deleted)"])
  }

  @Test("flags as numbers, and huge pages")
  func numbers() throws {
    let log = """
      mmap(NULL, 4096, 0x3 /* PROT_READ|PROT_WRITE */, 0x22 /* MAP_PRIVATE|MAP_ANONYMOUS */, -1, 0) = 0x7ff7bf7bd000
      mmap(NULL, 0x1000, 0x1, 0x22, 0xffffffff, 0) = 0x7ff7bf000000
      mmap(NULL, 1000, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS|MAP_HUGETLB, -1, 0) = 0x7ff000000000
      mmap(NULL, 1000, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS|MAP_HUGETLB|30<<MAP_HUGE_SHIFT, -1, 0) = 0x7fe000000000
      mmap(NULL, 8192, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS|MAP_GROWSDOWN|MAP_NORESERVE|MAP_STACK, -1, 0) = 0x7fd000000000
      """
    let map = try Self.read(log).map
    #expect(
      map.regions.map(\.size.value) == [8192, 1 << 30, 1 << 21, 4096, 4096])
    #expect(map.regions.map(\.access.letters).suffix(2) == ["r--p", "rw-p"])
    #expect(map.regions[0].traits == [.growsDown, .noReserve])
    #expect(try Self.read(log).facts.wordSize == .bits64)
  }

  @Test("what a call shows to have been there")
  func found() throws {
    let log = """
      mprotect(0x56500000, 8192, PROT_READ) = 0
      mmap2(NULL, 4096, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0xf7001000
      mprotect(0xf7000000, 12288, PROT_READ|PROT_WRITE) = 0
      mremap(0xf0000000, 4096, 8192, MREMAP_MAYMOVE) = 0xe0000000
      mprotect(0xd0000000, 4096, PROT_READ) = -1 ENOMEM (Cannot allocate memory)
      """
    #expect(
      try Self.regions(log) == [
        "56500000-56502000 r--p", "e0000000-e0002000 rw-p", "f7000000-f7003000 rw-p",
      ])
  }

  @Test("lines that are no calls are told and passed")
  func noise() throws {
    let log = """
      $ strace -f photo
      \(Self.start)Loading pictures: 5 (of 7)
      mmap2(NULL, 4096, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0xf7000000
      mmap2(NULL, 4096, PROT_READ, MAP_PRI
      """
    let snapshot = try Self.read(log)
    #expect(snapshot.map.regions.count == 1)
    #expect(snapshot.diagnostics.kept.compactMap(\.line) == [1, 3, 5])
  }

  @Test("a log without a mapping says how to make one that has some")
  func empty() {
    let error = #expect(throws: FormatError.self) { try Self.read(Self.start) }
    #expect(error?.description.contains("trace=memory") == true)
  }

  @Test("stacks: frames, without a function, without a module, and why one ends")
  func stacks() throws {
    let log = """
      brk(0) = 0x57000000
       > /lib/libc.so.6(brk+0xb) [0x118]
      mmap(NULL, 4096, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7f7000000000
       > /lib/libc.so.6(mmap64+0x43) [0x11ba13]
       > /opt/a (b)/photo(ns::f(int, char (*)())+0x1f) [0x12f9]
       > /opt/photo() [0x13da]
       > () [0x7fff12345678]
       > unexpected_backtracing_error [0x800000]
      munmap(0x7f7000000000, 4096) = 0
       > /lib/libc.so.6(mmap64+0x43) [0x11ba13]
      """
    var replay = StraceReplay(Array(log.utf8))
    var stacks: [[Int]] = []
    replay.run { event in if case .step(let step) = event { stacks.append(step.stack) } }
    #expect(stacks == [[0, 1, 2, 3, 4], [0]])
    let frames = replay.frames
    #expect(frames.map(\.module) == ["/lib/libc.so.6", "/opt/a (b)/photo", "/opt/photo", nil, nil])
    #expect(frames.map(\.function) == ["mmap64", "ns::f(int, char (*)())", nil, nil, nil])
    #expect(frames.map(\.offset) == [0x11BA13, 0x12F9, 0x13DA, 0x7FFF_1234_5678, 0x80_0000])
    #expect(frames.map(\.note) == [nil, nil, nil, nil, "unexpected_backtracing_error"])
  }
}
