import AddressSpace
import AddressSpaceFormats
import AddressSpaceProcess
import Glibc
import SystemPackage
import TestSupport
import Testing

/// Cores of processes that run, against what these are seen to have.
@Suite("Cores against live processes", .serialized)
struct CoreTests {
  /// Whether the kernel writes a core into the process's own folder: no other place is asked for.
  static let hasKernelCores: Bool = {
    guard let pattern = try? Fixtures.text("/proc/sys/kernel/core_pattern"),
      !pattern.hasPrefix("|"), !pattern.contains("/")
    else { return false }
    var limit = rlimit()
    return getrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit) == 0
      && limit.rlim_max == .max
  }()

  static let options: [[String]] = [
    [], ["--seed", "1"], ["--seed", "2", "--threads", "4"], ["--seed", "4", "--blocks", "600"],
  ]

  /// A program that dumps into `folder` when it is told to, and is ready.
  static func child(
    _ name: String, _ options: [String], in folder: TemporaryFolder, personality: [String] = []
  ) throws -> Child {
    let victim = try #require(Machine.victim(name))
    let words = personality.isEmpty ? [] : ["setarch"] + personality
    let command = (words + [victim.string] + options).joined(separator: " ")
    let child = try Child(
      "/bin/sh", ["-c", "ulimit -c unlimited; cd \(folder.path) && exec \(command)"])
    try child.waitUntilReady()
    return child
  }

  /// The core that the kernel writes of a process, which ends.
  static func kernelCore(of child: Child, in folder: TemporaryFolder) throws -> Snapshot {
    kill(child.pid, SIGABRT)
    var info = siginfo_t()
    waitid(P_PID, id_t(child.pid), &info, WEXITED | WNOWAIT)
    let names = Fixtures.names(in: folder.path, suffix: "").filter { $0.hasPrefix("core") }
    let name = try #require(names.first)
    return try SavedFile.read(try Fixtures.bytes(folder.path.appending(name)))
  }

  static func room(_ snapshot: Snapshot) -> Room {
    var facts = snapshot.facts
    // A core does not tell what bounds the process besides its addresses.
    facts.limits = nil
    return Room(
      map: snapshot.map, layout: .inferred(from: snapshot.map, facts: facts), facts: facts)
  }

  @Test(
    "the kernel's core: the same regions, free spans, heap and forecast",
    .enabled(if: LiveFactsTests.hasVictims && hasKernelCores, "needs victims and kernel cores"),
    arguments: ["victim-pie", "victim-nopie", "victim-static", "victim64"], options.indices)
  func kernel(name: String, option: Int) throws {
    let folder = try TemporaryFolder()
    let child = try Self.child(name, Self.options[option], in: folder)
    let live = try LiveProcess(pid: child.pid).snapshot().snapshot
    let core = try Self.kernelCore(of: child, in: folder)
    #expect(core.diagnostics.isEmpty, "\(core.diagnostics.kept)")
    #expect(core.source == Source(kind: .core, pid: child.pid, name: name))
    try Self.compare(core, live, "\(name) \(Self.options[option])")
    #expect(core.facts.heap?.top == live.facts.heap?.top)
    #expect(core.facts.heap?.freeChunks == live.facts.heap?.freeChunks)
    #expect(core.facts.heap?.otherChunks == live.facts.heap?.otherChunks)
    // Where a heap would begin cannot be seen of a core without one.
    let hasHeap = live.map.regions.contains { $0.name == "[heap]" }
    #expect(core.facts.startOfBreak == (hasHeap ? live.facts.startOfBreak : nil))
    #expect(core.facts.firstMapping == live.facts.firstMapping)
    #expect(core.facts.kernelMachine == live.facts.kernelMachine)
    #expect(core.facts.threads?.count == live.facts.threads?.count)
  }

  @Test(
    "the kernel's core in other layouts, without the memory",
    .enabled(if: LiveFactsTests.hasVictims && hasKernelCores, "needs victims and kernel cores"),
    arguments: [["-R"], ["-L"], ["linux32", "-3"]])
  func personalities(personality: [String]) throws {
    let folder = try TemporaryFolder()
    let child = try Self.child(
      "victim-pie", ["--seed", "7"], in: folder, personality: personality)
    let filter = try FileDescriptor.open(
      FilePath("/proc/\(child.pid)/coredump_filter"), .writeOnly)
    // The first pages of programs and libraries: where there is no gap, they tell the heap from bss.
    _ = try filter.writeAll(Array("16".utf8))
    try filter.close()
    let live = try LiveProcess(pid: child.pid).snapshot().snapshot
    let core = try Self.kernelCore(of: child, in: folder)
    #expect(core.facts.heap == nil && core.diagnostics.isEmpty)
    try Self.compare(core, live, "\(personality)")
  }

  /// Holds regions, kinds and free spans of a core against those of the process.
  static func compare(_ core: Snapshot, _ live: Snapshot, _ comment: String) throws {
    let comment = Comment(rawValue: comment)
    // The gate page of x86-64 is no mapping of its own in cores of some kernels.
    let theirs = live.map.regions.filter { $0.name != "[vsyscall]" }
    let mine = core.map.regions.filter { $0.name != "[vsyscall]" }
    #expect(mine.map(\.range) == theirs.map(\.range), comment)
    for (mine, theirs) in zip(mine, theirs) where mine.range == theirs.range {
      #expect(mine.access == theirs.access.subtracting(.shared), "\(mine.range)")
      // Without malloc's memory none of several regions is called the heap.
      let isUnknown = core.facts.heap == nil && core.facts.startOfBreak == nil
      #expect(
        mine.name == theirs.name || isUnknown && theirs.name == "[heap]", "\(mine.range)")
    }
    let rooms = (core: room(core), live: room(live))
    #expect(rooms.core.layout.name == rooms.live.layout.name, comment)
    #expect(rooms.core.layout.searches == rooms.live.layout.searches, comment)
    #expect(rooms.core.freeSpans == rooms.live.freeSpans, comment)
    for text in ["8000x6000x4x2", "100000", "48MB"] {
      let request = try BufferRequest(text: text)
      for family in [Allocator.Family.malloc, .mmap] {
        let fits = try [rooms.core, rooms.live].map { room in
          try Forecaster(room).forecast(request, allocator: Allocator(family)).fits
        }
        // Without the heap's contents a core can only tell less.
        if core.facts.heap == nil, family == .malloc {
          #expect(fits[0] <= fits[1], "\(text)")
        } else {
          #expect(fits[0] == fits[1], "\(text) by \(family), \(comment)")
        }
      }
    }
  }

  static let hasGcore = Fixtures.exists("/usr/bin/gcore")

  @Test(
    "gcore: what it leaves out is in the list of files, or is the kernel's",
    .enabled(if: LiveFactsTests.hasVictims && hasGcore, "needs victims and gcore of gdb"),
    arguments: [("victim-pie", 2), ("victim-static", 1), ("victim64", 1)])
  func gcore(name: String, option: Int) async throws {
    let folder = try TemporaryFolder()
    let child = try #require(try Child.victim(name, Self.options[option]))
    let live = try LiveProcess(pid: child.pid).snapshot().snapshot
    let result = try await run(
      "/usr/bin/gcore", ["-o", folder.path.appending("g").string, "\(child.pid)"])
    #expect(result.status == 0, "\(result.error)")
    let path = folder.path.appending("g.\(child.pid)")
    let core = try SavedFile.read(try Fixtures.bytes(path))
    #expect(core.facts.lacksMappings && !core.diagnostics.isEmpty)
    #expect(core.source.pid == child.pid && core.source.name == name)
    let systemNames = ["[vvar]", "[vvar_vclock]", "[vsyscall]"]
    let theirs = live.map.regions.filter { !systemNames.contains($0.name) }
    let mine = core.map.regions.filter { !systemNames.contains($0.name) }
    #expect(mine.map(\.range) == theirs.map(\.range))
    for (mine, theirs) in zip(mine, theirs) where mine.range == theirs.range {
      #expect(mine.name == theirs.name, "\(mine.range)")
      if theirs.access.isNone { #expect(mine.access.isNone || mine.access == .read) }
    }
    let rooms = (core: Self.room(core), live: Self.room(live))
    #expect(!rooms.core.isExact)
    // In a 64-bit process [vvar] may lie anywhere, and gcore leaves it out.
    if live.facts.wordSize == .bits32 {
      #expect(rooms.core.freeSpans.map(\.range) == rooms.live.freeSpans.map(\.range))
    }
    #expect(core.facts.heap?.top == live.facts.heap?.top)
    try await Self.agree(path, core)
  }

  /// Holds a core's regions against the segments that elfutils sees in it.
  static func agree(_ path: FilePath, _ core: Snapshot) async throws {
    let result = try await run("/usr/bin/eu-readelf", ["-l", path.string])
    var segments: [(range: AddressRange, letters: String)] = []
    for line in result.output.split(separator: "\n") {
      let words = line.split(separator: " ")
      guard words.first == "LOAD", words.count >= 7 else { continue }
      let numbers = words.dropFirst().prefix(5).map { UInt64($0.dropFirst(2), radix: 16) ?? 0 }
      guard let range = AddressRange(Address(numbers[1]), Address(numbers[1] &+ numbers[4])) else {
        continue
      }
      segments.append((range, words.dropFirst(6).dropLast().joined()))
    }
    #expect(!segments.isEmpty)
    for segment in segments {
      let region = try #require(core.map.region(at: segment.range.lower), "\(segment.range)")
      #expect(region.range.upper <= segment.range.upper)
      #expect(segment.letters.contains("W") == region.access.contains(.write), "\(segment)")
    }
  }

  @Test(
    "cores of others have the segments that elfutils sees",
    .enabled(if: Fixtures.shared != nil && Fixtures.exists("/usr/bin/eu-readelf")))
  func others() async throws {
    let folder = try #require(Fixtures.shared).appending("elf-core")
    for name in Fixtures.names(in: folder, suffix: "") where !name.hasPrefix(".") {
      let path = folder.appending(name)
      guard let core = try? SavedFile.read(try Fixtures.bytes(path)) else { continue }
      try await Self.agree(path, core)
    }
  }
}
