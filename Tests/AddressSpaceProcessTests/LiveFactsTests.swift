import AddressSpace
import AddressSpaceProcess
import Glibc
import SystemPackage
import TestSupport
import Testing

@Suite("What is read of a live process", .serialized)
struct LiveFactsTests {
  static let hasVictims = Machine.victim("victim-pie") != nil
  static let missing: Comment = "needs the 32-bit victims of tools/build-victims"

  private func snapshot(
    _ name: String, _ options: String..., personality: [String] = []
  ) throws -> (Snapshot, Child) {
    let child = try #require(try Child.victim(name, options, personality: personality))
    return (try LiveProcess(pid: child.pid).snapshot().snapshot, child)
  }

  private func facts(_ name: String, personality: [String] = []) throws -> LayoutFacts {
    try snapshot(name, personality: personality).0.facts
  }

  @Test("a 64-bit sleep")
  func sleep() throws {
    let child = try Child("/bin/sleep", ["60"])
    // Until it runs it is still this process's image.
    while try Fixtures.text(FilePath("/proc/\(child.pid)/comm")) != "sleep\n" { usleep(1000) }
    usleep(50_000)
    let snapshot = try LiveProcess(pid: child.pid).snapshot().snapshot
    #expect(snapshot.source == Source(kind: .process, pid: child.pid, name: "sleep"))
    #expect(snapshot.facts.isRead)
    #expect(snapshot.facts.wordSize == .bits64)
    #expect(snapshot.facts.machine == snapshot.facts.kernelMachine)
    #expect(snapshot.facts.pageSize == .kibibytes(4))
    #expect(snapshot.facts.wine == nil)
    #expect(snapshot.diagnostics.isEmpty)
    let layout = Layout.inferred(from: snapshot.map, facts: snapshot.facts)
    #expect(layout.wordSize == .bits64 && !layout.isAssumed)
  }

  @Test("word size, machine, name", .enabled(if: hasVictims, missing))
  func wordSize() throws {
    for name in ["victim-pie", "victim-nopie", "victim-static"] {
      let (snapshot, child) = try snapshot(name)
      #expect(snapshot.facts.wordSize == .bits32, "\(name)")
      #expect(snapshot.facts.machine == .i386 && snapshot.facts.kernelMachine == .x86_64)
      #expect(snapshot.source.name == name && snapshot.source.pid == child.pid)
    }
    #expect(try facts("victim64").wordSize == .bits64)
  }

  @Test("the personality that setarch gives", .enabled(if: hasVictims, missing))
  func personality() throws {
    let cases: [([String], Personality)] = [
      ([], []), (["-R"], .noRandomization), (["-L"], .legacyLayout),
      (["linux32", "-3"], .limit3GiB), (["linux32", "-3", "-L"], [.limit3GiB, .legacyLayout]),
      (["-R", "-L"], [.noRandomization, .legacyLayout]),
    ]
    let known: Personality = [.noRandomization, .legacyLayout, .limit3GiB]
    for (options, expected) in cases {
      let facts = try facts("victim-pie", personality: options)
      #expect(facts.personality.map { $0.intersection(known) } == expected, "\(options)")
      #expect(facts.isRandomized == !expected.contains(.noRandomization), "\(options)")
    }
  }

  @Test(
    "the limit of the stack", .enabled(if: hasVictims, missing),
    arguments: [("1024", 1 << 20), ("65536", 1 << 26), ("unlimited", UInt64.max)])
  func stackLimit(limit: String, bytes: UInt64) throws {
    let victim = try #require(Machine.victim("victim-pie"))
    let line = "ulimit -Ss \(limit) && exec \(victim)"
    let child = try Child("/bin/bash", ["-c", line])
    try child.waitUntilReady()
    let facts = try LiveProcess(pid: child.pid).snapshot().snapshot.facts
    #expect(facts.stackLimit == ByteCount(bytes))
  }

  @Test("the lowest mapping is not below vm.mmap_min_addr")
  func lowestMapping() throws {
    let child = try Child("/bin/cat")
    let facts = try LiveProcess(pid: child.pid).snapshot().snapshot.facts
    let text = try Fixtures.text("/proc/sys/vm/mmap_min_addr")
    let least = try #require(UInt64(text.prefix { $0 != "\n" }))
    let lowest = try #require(facts.lowestMapping)
    #expect(lowest.value >= least && lowest.value % 4096 == 0 && lowest.value < 1 << 24)
  }

  @Test("the first mapping is the loader, or the static program", .enabled(if: hasVictims, missing))
  func firstMapping() throws {
    for name in ["victim-pie", "victim-nopie", "victim64"] {
      let (snapshot, _) = try snapshot(name)
      let first = try #require(snapshot.facts.firstMapping)
      let loader = snapshot.map.regions.filter { $0.name.contains("/ld-linux") }
      #expect(first.lower == loader.first?.range.lower, "\(name)")
      #expect(first.upper >= loader.last?.range.upper ?? 0, "\(name)")
    }
    #expect(try facts("victim-static").firstMapping == nil)
  }

  @Test("the heap begins at the break, and its end and unused part are read")
  func heap() throws {
    for name in ["victim-pie", "victim-nopie", "victim-static", "victim64"] {
      guard let child = try Child.victim(name, ["--hole", "3000000"]) else { continue }
      let snapshot = try LiveProcess(pid: child.pid).snapshot().snapshot
      let stat = try Fixtures.text(FilePath("/proc/\(child.pid)/stat"))
      let fields = stat.split(separator: ")").last?.split(separator: " ") ?? []
      let start = try #require(fields.count > 44 ? UInt64(fields[44]) : nil)
      #expect(snapshot.facts.startOfBreak == Address(start), "\(name)")
      let heap = try #require(snapshot.map.regions.first { $0.kind == .heap })
      #expect(heap.range.contains(Address(start)))
      if name == "victim-static" { continue }
      let read = try #require(snapshot.facts.heap, "\(name)")
      #expect(read.end == heap.range.upper && read.isContiguous, "\(name)")
      #expect(read.top > .zero && read.top < heap.size)
      let hole = try #require(read.freeChunks.map(\.size).max())
      #expect(hole >= 2_900_000 && hole <= heap.size, "\(name)")
    }
  }

  @Test("the C library's version", .enabled(if: hasVictims, missing))
  func libcVersion() async throws {
    let expected = try await run("/usr/bin/getconf", ["GNU_LIBC_VERSION"]).output
    let version = try #require(try facts("victim64").libcVersion)
    #expect(expected == "glibc \(version)\n")
    #expect(try facts("victim-pie").libcVersion != nil)
    #expect(try facts("victim-static").libcVersion == nil)
  }
}
