import AddressSpace
import AddressSpaceFormats
import SystemPackage
import TestSupport
import Testing

/// Real minidumps of other people, against what an independent program counted in them.
@Suite("Real minidumps", .enabled(if: Fixtures.shared != nil))
struct RealMinidumpTests {
  static let folder = Fixtures.shared?.appending("minidump")

  static func bytes(_ name: String) throws -> [UInt8] {
    try Fixtures.bytes(try #require(folder).appending(name))
  }

  @Test("regions and gaps of REFERENCE.tsv")
  func reference() throws {
    let table = try Fixtures.text(try #require(Fixtures.shared).appending("REFERENCE.tsv"))
    var count = 0
    for line in table.split(separator: "\n") where line.hasPrefix("minidump/") {
      let fields = line.split(separator: "\t")
      let name = try #require(fields[0].split(separator: "/").last?.split(separator: " ").first)
      guard Fixtures.exists(try #require(Self.folder).appending(String(name))) else { continue }
      let (snapshot, room) = try MinidumpTests.read(try Self.bytes(String(name)))
      let regions = snapshot.map.regions
      #expect("\(regions.count)" == fields[1], "\(name)")
      #expect(
        regions.first.map { "0x" + String($0.range.lower.value, radix: 16) } == String(fields[2]))
      #expect(
        regions.last.map { "0x" + String($0.range.upper.value, radix: 16) } == String(fields[3]))
      let gaps = zip(regions, regions.dropFirst()).compactMap {
        AddressRange($0.range.upper, $1.range.lower)
      }
      let largest = try #require(gaps.max { $0.size < $1.size })
      #expect("0x" + String(largest.size.value, radix: 16) == fields[5], "\(name)")
      #expect("0x" + String(largest.lower.value, radix: 16) == fields[6], "\(name)")
      #expect("\(gaps.count)" == fields[11], "\(name)")
      #expect(!room.facts.lacksMappings && snapshot.diagnostics.isEmpty)
      count += 1
    }
    #expect(count >= 2)
  }

  @Test("VMMap's own totals of what is free and what is unusable")
  func unusable() throws {
    let (_, room) = try MinidumpTests.read(
      try Self.bytes("DERIVED-devenv-x86-memoryinfolist.dmp"))
    #expect(room.layout.name == "windows-4g")
    #expect(room.unusableBytes == .kibibytes(25_228))
    // VMMap counts the lowest 64 KiB too, where nothing can be placed.
    #expect(room.freeBytes - room.unusableBytes + .kibibytes(64) == .kibibytes(3_131_712))
    #expect(room.freeBytes - room.reachableFreeBytes == room.unusableBytes)
    let usable = room.freeSpans.filter { $0.reachable > .zero }
    #expect(usable.count == 188)
    #expect(usable.map(\.reachable).max() == .kibibytes(2_083_712))
    #expect(room.largestRequest(by: Allocator(.virtualalloc)) == .kibibytes(2_083_712))
    #expect(room.isExact)
  }

  @Test(
    "dumps without a list of regions say so",
    arguments: [
      ("breakpad-minidump2-x86-xp.dmp", "test_app.exe", "5.1.2600", 2),
      ("breakpad-stack-exhaustion-x86.dmp", "crashme.exe", "6.1.7600", 2),
      ("breakpad-thread-names-x86.dmp", "allocer32.exe", "10.0.17763", 6),
      ("breakpad-tiny-exe-cet-xsave-x86.dmp", "tiny.exe", "10.0.22631", 3),
      ("lldb-fizzbuzz-no-heap-x86.dmp", "fizzbuzz.exe", "6.1.7601", 1),
      ("symbolicator-windows-x86.dmp", "crash.exe", "10.0.14393", 4),
    ] as [(String, String, String, UInt64)])
  func withoutList(file: String, name: String, version: String, threads: UInt64) throws {
    let (snapshot, room) = try MinidumpTests.read(try Self.bytes(file))
    #expect(snapshot.source.name == name)
    #expect(snapshot.facts.windows?.version == version)
    #expect(snapshot.facts.threads?.count == threads)
    #expect(snapshot.map.regions.filter { $0.kind == .stack }.count >= Int(threads))
    #expect(room.isUpperBound && room.layout.name == "windows-2g")
    #expect(snapshot.diagnostics.kept.contains { $0.message.contains("upper bound") })
  }

  @Test("names of threads and the commit limit")
  func counters() throws {
    let (snapshot, _) = try MinidumpTests.read(try Self.bytes("breakpad-thread-names-x86.dmp"))
    // Counted by another program from the bytes: 3116650 of 4852205 pages.
    let commit = try #require(snapshot.facts.limits?.commit)
    #expect(commit.limit == ByteCount(4_852_205 << 12) && commit.used == ByteCount(3_116_650 << 12))
    #expect(
      snapshot.facts.held
        == HeldMemory(resident: ByteCount(9_801_728), committed: ByteCount(6_778_880)))
    #expect(snapshot.facts.threads?.count == 6)
  }

  @Test(
    "Breakpad's dumps of Linux are read as maps",
    arguments: [
      ("lldb-linux-x86_64", 39), ("rust-minidump-linux-mini-amd64", 35),
      ("symbolic-crash-linux-amd64", 36),
    ])
  func linux(name: String, count: Int) throws {
    let snapshot = try SavedFile.read(try Self.bytes(name + ".dmp"))
    let maps = try #require(Fixtures.shared).appending("linux-maps/minidump-linuxmaps-\(name).maps")
    #expect(snapshot.map.regions == (try Fixtures.snapshot(maps)).map.regions)
    #expect(snapshot.map.regions.count == count)
    #expect(snapshot.source.kind == .minidump && snapshot.facts.machine == .x86_64)
    #expect(snapshot.source.pid != nil && snapshot.source.name != nil)
    let layout = Layout.inferred(from: snapshot.map, facts: snapshot.facts)
    #expect(layout.wordSize == .bits64 && layout.system == .linux)
  }

  @Test(
    "broken ones and those of macOS get a sentence",
    arguments: [
      "radare2-trunc-memory64.dmp", "rust-minidump-invalid-record-count.dmp",
      "radare2-fuzz-npe-r-364.mdmp", "radare2-fuzz-npe-w-111.mdmp", "lldb-regions-memlist64.dmp",
    ])
  func broken(name: String) throws {
    let error = #expect(throws: FormatError.self) {
      try SavedFile.read(try Self.bytes(name))
    }
    guard case .foreign = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(error?.description.hasSuffix(".") == true)
  }
}
