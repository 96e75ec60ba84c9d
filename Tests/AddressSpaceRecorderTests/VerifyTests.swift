import AddressSpace
import AddressSpaceStore
import AddressSpaceTrace
import SystemPackage
import TestSupport
import Testing

/// `record --verify` reads the kernel's map after every event and ends with 125 where the replayed
/// one is another: so every program that ends well here was followed exactly.
@Suite("The replayed map is the kernel's", .serialized)
struct VerifyTests {
  static let churns = ["churn", "churn32"]
  /// Every call that `churn` makes and that leaves an event where it succeeds.
  static let calls: Set<MapCall> = [
    .munmap, .mremap, .brk, .mprotect, .pkeyMprotect, .remapFilePages, .shmat, .shmdt, .ioSetup,
    .ioDestroy,
  ]

  @Test(
    "after every call of random programs", .needsVictim("churn"), arguments: churns, [0, 3])
  func random(name: String, threads: Int) async throws {
    guard let churn = Machine.victim(name) else { return }
    var calls: Set<MapCall> = []
    for seed in 1...8 {
      let recorded = try await Recorded(
        ["--verify"], of: [churn.string, "\(seed)", "300", "\(threads)"])
      #expect(
        recorded.result.status == 0, "seed \(seed), \(threads) threads: \(recorded.result.error)")
      #expect(recorded.result.output == "done\n")
      calls.formUnion(recorded.calls)
    }
    let own: Set<MapCall> = name == "churn" ? [.mmap] : [.mmap2, .oldMmap]
    #expect(calls.isSuperset(of: Self.calls.union(own)), "\(calls)")
  }

  @Test("of ls", .needs("/bin/ls"))
  func ls() async throws { try await expectExact(["ls", "-l", "/usr"], ending: 0) }

  @Test("of gcc and all that it starts", .needs("/usr/bin/gcc"))
  func gcc() async throws {
    let source = Fixtures.own.appending("programs/record/deep.c").string
    let recorded = try await expectExact(
      ["gcc", "-O2", "-o", "/dev/null", source], options: ["-f"], ending: 0)
    let names = Set(recorded.recording.spaces.map(\.name))
    #expect(names.isSuperset(of: ["gcc", "cc1", "as", "ld"]))
  }

  @Test("of a static program", .needsVictim("victim-static"))
  func statics() async throws {
    let victim = try #require(Machine.victim("victim-static"))
    let recorded = try await Recorded(
      ["--verify"], of: [victim.string, "--seed", "3", "--allocator", "malloc"], input: "48000000\n"
    )
    #expect(recorded.result.status == 0, "\(recorded.result.error)")
    #expect(recorded.recording.spaces.map(\.wordSize) == [.bits32])
    // A static program has no loader; what it maps it maps itself.
    #expect(recorded.events.count > 20)
  }

  @Test("of 64-bit code that makes calls of the 32-bit table", .needsVictim("int80"))
  func int80() async throws {
    let int80 = try #require(Machine.victim("int80"))
    let recorded = try await expectExact([int80.string], ending: 0)
    let base = try #require(UInt64(recorded.result.output.dropLast(), radix: 16))
    let region = Region(
      range: try #require(AddressRange(Address(base), Address(base + 3 * 4096))),
      access: [.read, .write])
    #expect(
      recorded.events.contains { _, event in
        event.call == .mmap2 && event.outcome == .changed(.map(region))
      })
  }

  @Test("of stress-ng and its children", .needs("/usr/bin/stress-ng"))
  func stress() async throws {
    let recorded = try await expectExact(
      [
        "stress-ng", "-q", "--timeout", "30", "--vm", "1", "--vm-bytes", "32M", "--vm-ops", "50",
        "--mremap", "1", "--mremap-ops", "20", "--brk", "1", "--brk-ops", "100", "--shm-sysv", "1",
        "--shm-sysv-ops", "2", "--mprotect", "1", "--mprotect-ops", "10",
      ], options: ["-f"], ending: 0)
    #expect(recorded.calls.isSuperset(of: [.mmap, .munmap, .mremap, .brk, .mprotect, .shmat]))
  }

  @Test("of CPython with numpy", .needsTestbed)
  func python() async throws {
    let testbed = Fixtures.package.appending("tools/testbed").string
    let recorded = try await expectExact(
      [
        testbed, "run", "/usr/bin/python3", "-c", "import numpy; print(numpy.zeros(9000000).sum())",
      ],
      ending: 0)
    #expect(recorded.result.output == "0.0\n")
    #expect(recorded.recording.spaces.last?.name == "python3")
    #expect(recorded.recording.spaces.last?.wordSize == .bits32)
  }

  @Test("of the CPython in PATH with numpy, where it has it", .needs("/bin/sh"))
  func pythonHere() async throws {
    let numpy = "import numpy; print(numpy.zeros(9000000).sum())"
    let alone = try await run("/usr/bin/env", ["python3", "-c", numpy])
    guard alone.status == 0 else { return }
    let recorded = try await expectExact(["python3", "-c", numpy], ending: 0)
    #expect(recorded.result.output == "0.0\n")
  }

  @Test("of a Windows program under Wine", .needsTestbed)
  func wine() async throws {
    let testbed = Fixtures.package.appending("tools/testbed").string
    let victim = try #require(Machine.victim("valloc.exe"))
    let root = try #require(Machine.testbed)
    try put(try Fixtures.bytes(victim), at: root.appending("root/recorded.exe"))
    let recorded = try await Recorded(
      ["--verify"], of: [testbed, "run", "wine", "/root/recorded.exe"], input: "48000000\n")
    #expect(recorded.result.status == 0, "\(recorded.result.error)")
    #expect(recorded.result.output.contains("count "))
  }

  @discardableResult
  private func expectExact(
    _ command: [String], options: [String] = [], ending status: Int
  ) async throws -> Recorded {
    let recorded = try await Recorded(["--verify"] + options, of: command)
    #expect(recorded.result.status == status, "\(command): \(recorded.result.error)")
    #expect(!recorded.events.isEmpty)
    return recorded
  }
}
