import AddressSpace
import AddressSpaceFormats
import TestSupport
import Testing

/// Threads whose calls overlap: the log has them in the order in which they return, the kernel made
/// them in another.
@Suite("The order of calls in logs of strace")
struct StraceOrderTests {
  static let private4K = "4096, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0"

  /// Two threads of one space, in which 0xf7000000 is mapped, four pages of it.
  static let start = """
    10 brk(NULL) = 0x57000000
    10 brk(0x57004000) = 0x57004000
    10 mmap2(NULL, 16384, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0xf7000000
    10 clone(flags=CLONE_VM|CLONE_THREAD) = 11
    10 clone(flags=CLONE_VM|CLONE_THREAD) = 12

    """

  static func regions(_ log: String, after start: String = start) throws -> [String] {
    try SavedFile.read(Array((start + log + "\n").utf8)).map.regions.map {
      "\($0.range) \($0.access.letters)"
    }
  }

  static func steps(_ log: String, after start: String = start) -> [StraceStep] {
    var steps: [StraceStep] = []
    var replay = StraceReplay(Array((start + log + "\n").utf8))
    replay.run { event in if case .step(let step) = event { steps.append(step) } }
    return steps
  }

  static let heap = "0x57000000-0x57004000 rw-p"

  /// What one thread gives up and another has before that call returns.
  static let handedOut: [(name: String, log: String, regions: [String])] = [
    (
      "munmap, a part of it",
      """
      10 munmap(0xf7000000, 16384 <unfinished ...>
      11 mmap2(NULL, \(private4K) <unfinished ...>
      11 <... mmap2 resumed>) = 0xf7003000
      10 <... munmap resumed>) = 0
      """, [heap, "0xf7003000-0xf7004000 r--p"]
    ),
    (
      "mremap that moves",
      """
      11 mmap2(NULL, \(private4K) <unfinished ...>
      10 mremap(0xf7000000, 16384, 32768, MREMAP_MAYMOVE <unfinished ...>
      11 <... mmap2 resumed>) = 0xf7000000
      10 <... mremap resumed>) = 0xf6000000
      """, [heap, "0xf6000000-0xf6008000 rw-p", "0xf7000000-0xf7001000 r--p"]
    ),
    (
      "mremap that moves to where it is told",
      """
      10 mremap(0xf7000000, 16384, 8192, MREMAP_MAYMOVE|MREMAP_FIXED, 0xf6000000 <unfinished ...>
      11 mmap2(NULL, \(private4K)) = 0xf7002000
      11 mmap2(NULL, \(private4K)) = 0xf7000000
      10 <... mremap resumed>) = 0xf6000000
      """,
      [
        heap, "0xf6000000-0xf6002000 rw-p", "0xf7000000-0xf7001000 r--p",
        "0xf7002000-0xf7003000 r--p",
      ]
    ),
    (
      "mremap that shrinks in its place",
      """
      10 mremap(0xf7000000, 16384, 4096, MREMAP_MAYMOVE <unfinished ...>
      11 mmap2(NULL, \(private4K)) = 0xf7003000
      10 <... mremap resumed>) = 0xf7000000
      """, [heap, "0xf7000000-0xf7001000 rw-p", "0xf7003000-0xf7004000 r--p"]
    ),
    (
      "brk",
      """
      10 brk(0x57001000 <unfinished ...>
      11 mmap2(0x57003000, \(private4K)) = 0x57003000
      10 <... brk resumed>) = 0x57001000
      10 brk(0x57002000) = 0x57002000
      """,
      ["0x57000000-0x57002000 rw-p", "0x57003000-0x57004000 r--p", "0xf7000000-0xf7004000 rw-p"]
    ),
    (
      "shmdt",
      """
      10 shmget(IPC_PRIVATE, 20480, IPC_CREAT|0600) = 15
      10 shmat(15, NULL, 0) = 0xf6000000
      10 shmdt(0xf6000000 <unfinished ...>
      11 mmap2(NULL, \(private4K)) = 0xf6002000
      10 <... shmdt resumed>) = 0
      """, [heap, "0xf6002000-0xf6003000 r--p", "0xf7000000-0xf7004000 rw-p"]
    ),
    (
      "to shmat",
      """
      10 shmget(IPC_PRIVATE, 8192, IPC_CREAT|0600) = 15
      10 munmap(0xf7000000, 16384 <unfinished ...>
      11 shmat(15, NULL, SHM_RDONLY) = 0xf7001000
      10 <... munmap resumed>) = 0
      """, [heap, "0xf7001000-0xf7003000 r--s"]
    ),
    (
      "to mremap that moves",
      """
      11 mmap2(NULL, \(private4K)) = 0xf6000000
      10 munmap(0xf7000000, 16384 <unfinished ...>
      11 mremap(0xf6000000, 4096, 8192, MREMAP_MAYMOVE) = 0xf7002000
      10 <... munmap resumed>) = 0
      """, [heap, "0xf7002000-0xf7004000 r--p"]
    ),
    (
      "to mremap that grows in its place",
      """
      11 mmap2(NULL, \(private4K)) = 0xf6fff000
      10 munmap(0xf7000000, 16384 <unfinished ...>
      11 mremap(0xf6fff000, 4096, 8192, MREMAP_MAYMOVE) = 0xf6fff000
      10 <... munmap resumed>) = 0
      """, [heap, "0xf6fff000-0xf7001000 r--p"]
    ),
    (
      "to brk",
      """
      10 mmap2(0x57004000, \(private4K)) = 0x57004000
      10 munmap(0x57004000, 4096 <unfinished ...>
      11 brk(0x57006000) = 0x57006000
      10 <... munmap resumed>) = 0
      """, ["0x57000000-0x57006000 rw-p", "0xf7000000-0xf7004000 rw-p"]
    ),
    (
      "to a place that was asked for, if it was free",
      """
      10 munmap(0xf7000000, 16384 <unfinished ...>
      11 mmap2(0xf7001000, 4096, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS|MAP_FIXED_NOREPLACE, -1, 0) = 0xf7001000
      10 <... munmap resumed>) = 0
      """, [heap, "0xf7001000-0xf7002000 r--p"]
    ),
    (
      "to one of huge pages, which is longer than was asked",
      """
      10 munmap(0xf7000000, 8192) = 0
      10 munmap(0xf7002000, 8192 <unfinished ...>
      11 mmap2(NULL, 2097153, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS|MAP_HUGETLB, -1, 0) = 0xf6e00000
      10 <... munmap resumed>) = 0
      """, [heap, "0xf6e00000-0xf7200000 r--p"]
    ),
    (
      "what was moved to where another gave up",
      """
      10 mmap2(NULL, \(private4K)) = 0xf6000000
      11 mremap(0xf6000000, 4096, 16384, MREMAP_MAYMOVE <unfinished ...>
      10 munmap(0xf7000000, 16384 <unfinished ...>
      12 mmap2(NULL, \(private4K)) = 0xf6000000
      10 <... munmap resumed>) = 0
      11 <... mremap resumed>) = 0xf7000000
      """, [heap, "0xf6000000-0xf6001000 r--p", "0xf7000000-0xf7004000 r--p"]
    ),
    (
      "what several gave up",
      """
      10 munmap(0xf7000000, 8192 <unfinished ...>
      12 munmap(0xf7002000, 8192 <unfinished ...>
      11 mmap2(NULL, \(private4K)) = 0xf6000000
      11 mremap(0xf6000000, 4096, 16384, MREMAP_MAYMOVE) = 0xf7000000
      12 <... munmap resumed>) = 0
      10 <... munmap resumed>) = 0
      """, [heap, "0xf7000000-0xf7004000 r--p"]
    ),
    (
      "what was mapped before the log began",
      """
      10 munmap(0xf5000000, 16384 <unfinished ...>
      11 mmap2(NULL, \(private4K)) = 0xf5000000
      10 <... munmap resumed>) = 0
      """, [heap, "0xf5000000-0xf5001000 r--p", "0xf7000000-0xf7004000 rw-p"]
    ),
    (
      "by a thread that nothing was heard of before",
      """
      13 munmap(0xf7000000, 16384 <unfinished ...>
      11 mmap2(NULL, \(private4K)) = 0xf7000000
      13 <... munmap resumed>) = 0
      """, [heap, "0xf7000000-0xf7001000 r--p"]
    ),
    (
      "by a call that the log's end cuts off",
      """
      10 munmap(0xf7000000, 16384 <unfinished ...>
      11 mmap2(NULL, \(private4K)) = 0xf7000000
      """, [heap, "0xf7000000-0xf7001000 r--p"]
    ),
    (
      "by a thread that did not live to see it",
      """
      10 munmap(0xf7000000, 16384 <unfinished ...>
      11 mmap2(NULL, \(private4K)) = 0xf7000000
      10 <... munmap resumed>) = ?
      10 +++ killed by SIGKILL +++
      """, [heap, "0xf7000000-0xf7001000 r--p"]
    ),
  ]

  @Test("what one gives up another may have before that call returns", arguments: handedOut.indices)
  func handingOut(index: Int) throws {
    let (name, log, expected) = Self.handedOut[index]
    #expect(try Self.regions(log) == expected, "\(name)")
  }

  @Test("a log may begin with a call that has not returned")
  func cutOff() throws {
    let log = """
      10 munmap(0xf7000000, 16384 <unfinished ...>
      11 mmap2(NULL, \(Self.private4K)) = 0xf7000000
      10 <... munmap resumed>) = 0
      """
    #expect(try Self.regions(log, after: "") == ["0xf7000000-0xf7001000 r--p"])
  }

  @Test("lines without a process are of the only one left")
  func nameless() throws {
    let start = """
      brk(NULL) = 0x57000000
      mmap2(NULL, 16384, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0xf7000000
      strace: Process 11 attached

      """
    let log = """
      [pid    10] mremap(0xf7000000, 16384, 32768, MREMAP_MAYMOVE <unfinished ...>
      [pid    11] mmap2(NULL, \(Self.private4K)) = 0xf7000000
      [pid    11] +++ exited with 0 +++
      <... mremap resumed>) = 0xf6000000
      """
    #expect(
      try Self.regions(log, after: start)
        == ["0xf6000000-0xf6008000 rw-p", "0xf7000000-0xf7001000 r--p"])
  }

  @Test("a call is handed out once, before what it made room for, with its own thread")
  func steps() {
    let log = """
      10 mremap(0xf7000000, 16384, 32768, MREMAP_MAYMOVE <unfinished ...>
      11 mmap2(NULL, \(Self.private4K)) = 0xf7000000
       > /lib/libc.so.6(mmap64+0x43) [0x11ba13]
      10 <... mremap resumed>) = 0xf6000000
       > /lib/libc.so.6(mremap+0x15) [0x11bbb5]
      10 munmap(0xf6000000, 32768) = 0
      """
    let steps = Self.steps(log).suffix(3)
    #expect(steps.map(\.call) == [.mremap, .mmap2, .munmap])
    #expect(steps.map(\.thread) == [10, 11, 10])
    #expect(steps.map(\.stack) == [[], [0], []])
  }

  @Test(
    "who gives nothing up keeps the place of its line",
    arguments: [
      // It fails; the source stays; it grows in its place; it gives up something else.
      "munmap(0xf6000001, 4096|) = -1 EINVAL (Invalid argument)",
      "mremap(0xf6000000, 4096, 8192, MREMAP_MAYMOVE|MREMAP_DONTUNMAP|) = 0xf5000000",
      "mremap(0xf6000000, 4096, 8192, MREMAP_MAYMOVE|) = 0xf6000000",
      "munmap(0xf5000000, 4096|) = 0",
      "brk(NULL|) = 0x57004000",
      "mprotect(0xf6000000, 4096, PROT_NONE|) = 0",
    ])
  func untouched(call: String) throws {
    let bar = try #require(call.lastIndex(of: "|"))
    let log = """
      10 \(call[..<bar]) <unfinished ...>
      11 mmap2(NULL, \(Self.private4K)) = 0xf6000000
      10 <... call resumed>\(call[call.index(after: bar)...])
      """
    let before = Self.steps("").count
    #expect(Self.steps(log).dropFirst(before).first?.call == .mmap2)
  }

  @Test("a thousand threads that seem to give up everything take no time", .timeLimit(.minutes(1)))
  func hostile() {
    var log = ""
    for thread in 100..<1100 {
      log += "\(thread) mremap(0x1000, 4294950912, 4096, MREMAP_MAYMOVE <unfinished ...>\n"
    }
    for call in 0..<5000 {
      log += "11 mmap2(NULL, \(Self.private4K)) = 0x\(String((call + 16) << 12, radix: 16))\n"
    }
    for thread in 100..<1000 {
      log += "\(thread) <... mremap resumed>) = -1 EFAULT (Bad address)\n"
    }
    #expect(Self.steps(log).count == Self.steps("").count + 5000 + 900)
  }

  @Test("a thousand threads that each move to where the next was")
  func chain() throws {
    var begun = ""
    var returned = ""
    for thread in 100..<1100 {
      let place = "0x" + String(0xE000_0000 + (thread << 12), radix: 16)
      let target = "0x" + String(0xE000_0000 + ((thread + 1) << 12), radix: 16)
      begun += "10 mmap2(\(place), \(Self.private4K)) = \(place)\n"
      begun += "\(thread) mremap(\(place), 4096, 4096, MREMAP_MAYMOVE <unfinished ...>\n"
      returned += "\(thread) <... mremap resumed>) = \(target)\n"
    }
    let handedOut =
      "11 mmap2(NULL, 4096, PROT_NONE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0xe0064000\n"
    #expect(
      try Self.regions(begun + handedOut + returned) == [
        Self.heap, "0xe0064000-0xe0065000 ---p", "0xe0065000-0xe044d000 r--p",
        "0xf7000000-0xf7004000 rw-p",
      ])
  }
}
