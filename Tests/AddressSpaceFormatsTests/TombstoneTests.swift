import AddressSpace
import AddressSpaceFormats
import SystemPackage
import TestSupport
import Testing

/// Logs of processes that crashed: Android's and Java's.
@Suite("Crash logs with a memory map")
struct TombstoneTests {
  static let folder = Fixtures.own.appending("tombstone")

  @Test("a tombstone of a 32-bit process")
  func tombstone() throws {
    let snapshot = try SavedFile.read(
      try Fixtures.bytes(Self.folder.appending("photo32.tombstone")))
    #expect(snapshot.source == Source(kind: .tombstone, pid: 15782, name: "com.example.photo"))
    #expect(snapshot.facts.machine == .arm && snapshot.facts.wordSize == .bits32)
    #expect(snapshot.diagnostics.isEmpty && !snapshot.facts.lacksMappings)
    let regions = snapshot.map.regions
    #expect(regions.count == 14)
    #expect(regions[0].range == AddressRange(0x12C0_0000, 0x2AC0_0000))
    #expect(regions[5].name.isEmpty && regions[5].access.isNone && regions[5].kind == .reserved)
    #expect(regions[6].name == "/apex/com.android.runtime/lib/bionic/libc.so")
    #expect(regions[7].offset == 0x2B000 && regions[7].access == [.read, .execute])
    #expect(regions[6...9].allSatisfy { $0.kind == .image })
    #expect(regions[10].kind == .shared && regions[3].kind == .stack)
    let layout = Layout.inferred(from: snapshot.map, facts: snapshot.facts)
    #expect(layout.name == "linux-arm64-compat")
  }

  @Test("behind logcat's prefix, with 64-bit addresses; a map that is cut says so")
  func logcat() throws {
    let snapshot = try SavedFile.read(
      try Fixtures.bytes(Self.folder.appending("photo64-logcat.txt")))
    #expect(snapshot.source == Source(kind: .tombstone, pid: 15782, name: "/system/bin/photo"))
    #expect(
      snapshot.map.regions.map(\.range.lower) == [
        0x5B_8C0F_8000, 0x5B_8C0F_E000, 0x7C_1000_0000, 0x7F_C3A0_0000,
      ])
    #expect(
      snapshot.map.regions.map(\.name) == ["/system/bin/photo", "/system/bin/photo", "", "[stack]"])
    #expect(snapshot.facts.lacksMappings && snapshot.diagnostics.count == 1)
  }

  @Test("a tombstone without its map is refused; around the fault is not all")
  func partial() throws {
    let head = "ABI: 'arm'\npid: 1, tid: 1, name: a  >>> a <<<\n"
    #expect(throws: FormatError.self) { try SavedFile.read(Array(head.utf8)) }
    let around =
      head + "memory map around fault addr 00000000:\n    40000000-40001000 r-x /system/bin/a\n"
    let snapshot = try SavedFile.read(Array(around.utf8))
    #expect(snapshot.map.regions.map(\.range) == [AddressRange(0x4000_0000, 0x4000_1000)])
    #expect(snapshot.map.regions[0].name == "/system/bin/a" && snapshot.facts.lacksMappings)
  }

  @Test("every prefix, and random damage", arguments: ["photo32.tombstone", "photo64-logcat.txt"])
  func hostile(name: String) throws {
    let bytes = try Fixtures.bytes(Self.folder.appending(name))
    for count in 0...bytes.count { try HostileCoreTests.ask(Array(bytes.prefix(count))) }
    var random = SeededGenerator(seed: 7)
    for _ in 0..<2000 {
      var bytes = bytes
      for _ in 0..<4 {
        let place = Int.random(in: bytes.indices, using: &random)
        bytes[place] = Array("0f9'- \n->(".utf8).randomElement(using: &random) ?? 0
      }
      try HostileCoreTests.ask(bytes)
    }
  }

  @Test(
    "Java's logs of Linux: kind, process, virtual machine, and nothing complained about",
    .enabled(if: Fixtures.shared != nil))
  func java() throws {
    let folder = try #require(Fixtures.shared).appending("linux-hs_err")
    let expected: [String: (Int32, String, WordSize)] = [
      "i386-jvm7-oom-hs_err_pid003.log": (12122, "Java HotSpot(TM) Server VM", .bits32),
      "x86_64-jvm11-krashpad63.log": (37406, "OpenJDK 64-Bit Server VM", .bits64),
      "x86_64-jvm25-krashpad95.log": (31388, "OpenJDK 64-Bit Server VM", .bits64),
      "x86_64-jvm7-hs_err_pid004.log": (28292, "Java HotSpot(TM) 64-Bit Server VM", .bits64),
      "x86_64-jvm7-liangshang.log": (13283, "Java HotSpot(TM) 64-Bit Server VM", .bits64),
      "x86_64-jvm8-krashpad26.log": (92333, "OpenJDK 64-Bit Server VM", .bits64),
    ]
    let names = Fixtures.names(in: folder, suffix: ".log")
    #expect(Set(names) == Set(expected.keys))
    for name in names {
      let snapshot = try SavedFile.read(try Fixtures.bytes(folder.appending(name)))
      let (pid, machine, wordSize) = try #require(expected[name])
      #expect(snapshot.source == Source(kind: .javaLog, pid: pid, name: machine), "\(name)")
      #expect(snapshot.facts.wordSize == wordSize)
      #expect(snapshot.diagnostics.isEmpty, "\(name): \(snapshot.diagnostics.kept.prefix(3))")
      // The section alone, as it was cut out of the log.
      let stem = name.replacing(".log", with: "")
      let maps = try Fixtures.snapshot(
        try #require(Fixtures.shared).appending("linux-maps/\(stem).maps"))
      #expect(snapshot.map.regions.map(\.range) == maps.map.regions.map(\.range), "\(name)")
    }
  }
}
