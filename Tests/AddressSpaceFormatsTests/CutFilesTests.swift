import AddressSpace
import AddressSpaceFormats
import SystemPackage
import TestSupport
import Testing

/// Whatever a file has become, it gives a result or an error, never a trap.
@Suite("Files that were cut or damaged")
struct CutFilesTests {
  /// A capture with everything that a line can hold.
  static let rich = """
    # addrspace capture 1
    # pid: 4711
    # name: photo
    # word-size: 32
    # machine: i386
    # kernel-machine: x86_64
    # page-size: 4096
    # personality: 0x00040000
    # randomized: no
    # stack-limit: 8388608
    # lowest-mapping: 0x00010000
    # legacy-va-layout: no
    # start-of-break: 0x08050000
    # heap: 0x08071000 40008 contiguous 200000,150000
    # first-mapping: 0xf7fc9000-0xf7ffe000
    # libc-version: 2.36
    # wine: 2g by its header
    # traits-known: yes
    # no-reserve: 0x20000000-0x30000000
    # grows-down: 0xfffdd000-0xffffe000
    08048000-08049000 r-xp 00000000 fe:00 7      /bin/photo
    Size:    4 kB
    VmFlags: rd ex mr mw me
    08050000-08071000 rw-p 00000000 00:00 0      [heap]
    20000000-30000000 ---p 00000000 00:00 0
    f7fc9000-f7ffe000 r-xp 00000000 fe:00 9      /lib/ld-linux.so.2
    fffdd000-ffffe000 rw-p 00000000 00:00 0      [stack]

    """

  /// Asks everything of what was read.
  static func ask(_ bytes: [UInt8], strict: Bool = false) throws {
    let snapshot: Snapshot
    do {
      snapshot = try MapsParser.parse(bytes, strict: strict)
    } catch {
      #expect(!error.description.isEmpty)
      return
    }
    #expect(!snapshot.map.regions.isEmpty)
    let layout = Layout.inferred(from: snapshot.map, facts: snapshot.facts)
    let inspection = try Inspection(snapshot, layout: layout)
    let room = inspection.room
    #expect(room.freeBytes + room.mappedBytes == layout.space.size)
    for buffer in inspection.buffers { #expect(buffer.fits <= buffer.fitsIfContiguous) }
  }

  @Test("every prefix of a capture")
  func prefixes() throws {
    let bytes = Array(Self.rich.utf8)
    for count in 0...bytes.count {
      try Self.ask(Array(bytes.prefix(count)))
      try Self.ask(Array(bytes.prefix(count)), strict: true)
    }
  }

  @Test("every byte of a capture lost or changed")
  func damaged() throws {
    let bytes = Array(Self.rich.utf8)
    var random = SeededGenerator(seed: 4)
    for index in bytes.indices {
      var lost = bytes
      lost.remove(at: index)
      try Self.ask(lost)
      var changed = bytes
      changed[index] = UInt8.random(in: 0...255, using: &random)
      try Self.ask(changed)
    }
  }

  @Test("lines in any order, several times")
  func shuffled() throws {
    let lines = Self.rich.split(separator: "\n")
    for seed in 0..<200 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      let count = Int.random(in: 1...2 * lines.count, using: &random)
      let text = (0..<count).compactMap { _ in lines.randomElement(using: &random) }
      try Self.ask(Array(text.joined(separator: "\n").utf8))
    }
  }

  static let saved: [FilePath] =
    ["linux-maps", "linux-smaps", "truth"].flatMap { folder in
      Fixtures.shared.map { shared in
        let path = shared.appending(folder)
        return Fixtures.names(in: path, suffix: "maps").map { path.appending($0) }
      } ?? []
    }

  @Test("saved maps cut anywhere", .enabled(if: Fixtures.shared != nil), arguments: saved)
  func savedPrefixes(file: FilePath) throws {
    let bytes = Array(try Fixtures.bytes(file).prefix(12_000))
    var random = SeededGenerator(seed: UInt64(bytes.count))
    for _ in 0..<12 {
      try Self.ask(Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &random))))
    }
    for _ in 0..<4 {
      var damaged = bytes
      for _ in 0..<20 {
        damaged[Int.random(in: damaged.indices, using: &random)] = UInt8.random(
          in: 0...255, using: &random)
      }
      try Self.ask(damaged)
    }
  }
}
