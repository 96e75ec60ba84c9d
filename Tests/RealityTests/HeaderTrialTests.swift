import AddressSpace
import AddressSpaceFormats
import AddressSpaceProcess
import SystemPackage
import TestSupport
import Testing

/// Programs that fill their space until a buffer is refused and then write a capture of themselves
/// by `tools/addrspace_capture.h`: it must say what a reading from outside says, and what they then
/// really get.
@Suite("A program that captures itself", .serialized)
struct HeaderTrialTests {
  struct Trial: CustomTestStringConvertible, Sendable {
    /// What the shell does before the program begins.
    var before = ""
    var start = ""
    var program = "capturing-pie"
    var seed: UInt64
    var size: UInt64 = 3_000_000
    var alignment: UInt64 = 0
    /// What it takes until it is refused, before it captures itself.
    var first: UInt64 = 96_000_000

    var testDescription: String {
      "\(before) \(start) \(program), seed \(seed), \(size) bytes at multiples of \(alignment)"
    }
  }

  static let trials: [Trial] = {
    let programs = ["capturing-pie", "capturing-nopie", "capturing-static"]
    let starts = [
      "", "setarch -R", "setarch -L", "setarch linux32 -3", "setarch linux32 -3 -L",
    ]
    var trials: [Trial] = []
    for (index, start) in (starts + starts + starts).enumerated() {
      trials.append(
        Trial(
          start: start, program: programs[index / 5], seed: UInt64(index),
          size: [3_000_000, 700_000, 12_345_678][index % 3],
          alignment: [0, 65536, 4_194_304, 0][index % 4]))
    }
    return trials + [
      Trial(before: "ulimit -Ss 1048576;", seed: 21),
      Trial(before: "ulimit -Ss unlimited;", seed: 22),
      Trial(before: "ulimit -Ss unlimited;", program: "capturing-static", seed: 23),
      Trial(before: "ulimit -v 2345678;", seed: 24),
      Trial(before: "ulimit -v 2345678;", seed: 25, alignment: 1 << 20),
      Trial(before: "ulimit -d 3000000;", start: "setarch -L", seed: 26),
      // Nearly nothing is left but what it kept for the capture.
      Trial(seed: 27, size: 500_000, first: 131_072),
      Trial(
        start: "setarch -L", program: "capturing-static", seed: 28, size: 65_536, first: 131_072),
    ]
  }()

  @Test(
    "its map, its facts, its own count and the forecast",
    .enabled(if: Machine.victim("capturing-pie") != nil, LinuxTrialTests.missing),
    arguments: trials)
  func trial(trial: Trial) async throws {
    let program = try #require(Machine.victim(trial.program))
    let folder = try TemporaryFolder()
    let path = folder.path.appending("self.capture")
    let talk = Conversation(
      "/bin/bash",
      [
        "-c",
        "\(trial.before) exec \(trial.start) \(program) \(path) \(trial.seed) \(trial.alignment) "
          + "\(trial.first)",
      ])
    let (forecast, told) = try await talk.heard(bytes: ByteCount(trial.size)) { pid, told in
      #expect(told.contains("capture 0\n"))
      let saved = try Fixtures.snapshot(path)
      try expectSame(saved, LiveProcess(pid: pid).snapshot().snapshot)
      let request = try BufferRequest(
        text: trial.alignment > 0 ? "\(trial.size)@\(trial.alignment)" : "\(trial.size)")
      return try forecaster(saved).forecast(
        request, allocator: Allocator(.mmap), placements: .max)
    }
    let reality = try #require(Expectation(told))
    #expect(forecast.fits == reality.count && forecast.isExact)
    #expect(forecast.placements == reality.ranges)
    #expect(told.contains("\nfits \(reality.count)\n"))
    #expect(trial.first > 200_000 || reality.count >= (1 << 20) / trial.size)
  }

  @Test(
    "it calls nothing that allocates",
    .enabled(if: Machine.victim("capturing-pie") != nil, LinuxTrialTests.missing))
  func calls() async throws {
    let object = try #require(Machine.victims?.appending("capturing-pie.o"))
    let result = try await run("/usr/bin/nm", ["-u", object.string])
    let called = result.output.split(separator: "\n").compactMap { $0.split(separator: " ").last }
    #expect(result.status == 0 && called.contains("mmap") && called.contains("write"))
    let allowed: Set<Substring> = [
      "__errno_location", "__udivdi3", "__umoddi3", "_GLOBAL_OFFSET_TABLE_", "close", "getpid",
      "gnu_get_libc_version", "memcmp", "memcpy", "memset", "mmap", "munmap", "open", "read",
      "strchr", "strcmp", "strlen",
      "strncmp", "strrchr", "strstr", "sysconf", "uname", "write",
    ]
    for name in called where !name.hasPrefix("__x86") && !name.hasPrefix("__stack_chk") {
      #expect(allowed.contains(name), "\(name)")
    }
  }

  @Test(
    "of 64 bits: its map and its facts",
    .enabled(if: Machine.victim("capturing64") != nil, LinuxTrialTests.missing), arguments: [0, 1])
  func wide(seed: Int) async throws {
    let program = try #require(Machine.victim("capturing64"))
    let folder = try TemporaryFolder()
    let path = folder.path.appending("self.capture")
    // Of most of the space two fit at most, so that it need not map for long.
    let talk = Conversation(program, [path.string, "\(seed)"])
    _ = try await talk.heard(bytes: ByteCount(100 << 40)) { pid, told in
      #expect(told.contains("capture 0\n"))
      try expectSame(Fixtures.snapshot(path), LiveProcess(pid: pid).snapshot().snapshot)
    }
  }

  @Test("a file that cannot be written", .enabled(if: Machine.victim("capturing-pie") != nil))
  func unwritable() async throws {
    let program = try #require(Machine.victim("capturing-pie"))
    for path in ["/nowhere/self.capture", "/dev/full"] {
      let result = try await run(program, [path], input: "1000000000\n")
      #expect(result.output.hasPrefix("capture -1\n"), "\(path)")
    }
  }

  /// Under QEMU the map is the emulator's, which shows its own smaps and counts its own pages: so the
  /// capture is without traits, cannot be told to be whole, and where the next buffer goes is not the
  /// kernel's rule.
  @Test(
    "on ARM: the map that the program sees, and its word size and machine",
    .enabled(
      if: Machine.victim("capturing-arm") != nil && Fixtures.exists(Self.emulator),
      "needs the ARM libraries (libgcc-12-dev-armhf-cross) and qemu-user-static"),
    arguments: [0, 1, 2])
  func arm(seed: Int) async throws {
    let program = try #require(Machine.victim("capturing-arm"))
    let folder = try TemporaryFolder()
    let path = folder.path.appending("self.capture")
    let result = try await run(
      Self.emulator, [program.string, path.string, "\(seed)"], input: "96000000\n")
    #expect(result.output.hasPrefix("capture 1\nready\n"))
    let saved = try Fixtures.snapshot(path)
    let seen = try Fixtures.snapshot(FilePath(path.string + ".maps"))
    #expect(saved.map.regions.map(\.range) == seen.map.regions.map(\.range))
    #expect(saved.map.regions.map(\.access) == seen.map.regions.map(\.access))
    #expect(saved.map.regions.map(\.name) == seen.map.regions.map(\.name))
    #expect(saved.diagnostics.isEmpty && saved.facts.isRead && !saved.facts.knowsTraits)
    #expect(saved.facts.wordSize == .bits32 && saved.facts.machine == .arm)
    #expect(result.output.contains("\nfits ") && !result.output.contains("\nfits -1\n"))
  }

  private static let emulator: FilePath = "/usr/bin/qemu-arm-static"
}

private func forecaster(_ snapshot: Snapshot) -> Forecaster {
  let layout = Layout.inferred(from: snapshot.map, facts: snapshot.facts)
  return Forecaster(Room(map: snapshot.map, layout: layout, facts: snapshot.facts))
}

/// Whether a capture of the header has what is read from outside: the map with its traits, and every
/// fact but those of the C library's memory, of threads and of control groups, which it leaves out.
private func expectSame(_ saved: Snapshot, _ live: Snapshot) throws {
  #expect(saved.diagnostics.isEmpty)
  #expect(saved.source.pid == live.source.pid && saved.source.name == live.source.name)
  #expect(saved.map.regions.elementsEqual(live.map.regions) { $0.isSame(as: $1) })
  #expect(saved.map.regions.map(\.traits) == live.map.regions.map(\.traits))
  let (facts, other) = (saved.facts, live.facts)
  #expect(facts.isRead && facts.knowsTraits && other.knowsTraits)
  #expect(facts.wordSize == other.wordSize && facts.machine == other.machine)
  #expect(facts.kernelMachine == other.kernelMachine && facts.pageSize == other.pageSize)
  #expect(facts.personality == other.personality && facts.isRandomized == other.isRandomized)
  #expect(facts.stackLimit == other.stackLimit && facts.lowestMapping == other.lowestMapping)
  #expect(facts.legacySysctl == other.legacySysctl && facts.startOfBreak == other.startOfBreak)
  #expect(facts.firstMapping == other.firstMapping)
  // In a static program the version stands in no file that is mapped, but the program knows it.
  #expect(facts.libcVersion != nil && (other.libcVersion ?? facts.libcVersion) == facts.libcVersion)
  let limits = try #require(facts.limits)
  let others = try #require(other.limits)
  #expect(limits.addressSpace == others.addressSpace && limits.data == others.data)
  #expect(limits.dataSegment == others.dataSegment && limits.ignoresData == others.ignoresData)
  #expect(limits.mostMappings == others.mostMappings)
  // What other programs use changes all the time.
  #expect(limits.memory?.total == others.memory?.total)
  #expect(limits.memory?.swapTotal == others.memory?.swapTotal && limits.memory != nil)
  #expect(limits.overcommit?.mode == others.overcommit?.mode)
  #expect(limits.overcommit?.limit == others.overcommit?.limit && limits.overcommit != nil)
  // Pages come at their first touch, by writing the capture too.
  #expect(facts.held?.committed == other.held?.committed && facts.held?.swapped == .zero)
  #expect((facts.held?.resident ?? .zero) > .zero)
}

extension Region {
  /// Whether both are one line of a map.
  fileprivate func isSame(as other: Region) -> Bool {
    range == other.range && access == other.access && offset == other.offset
      && inode == other.inode && name == other.name
  }
}
