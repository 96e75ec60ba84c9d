import AddressSpace
import AddressSpaceFormats
import TestSupport
import Testing

/// Cores that were cut, damaged or made to do harm.
@Suite("Cores that cannot be trusted")
struct HostileCoreTests {
  /// Asks everything of what was read; a file that is refused says why.
  static func ask(_ bytes: [UInt8]) throws {
    let snapshot: Snapshot
    do {
      snapshot = try SavedFile.read(bytes)
    } catch {
      #expect(!error.description.isEmpty)
      return
    }
    #expect(!snapshot.map.regions.isEmpty)
    let layout = Layout.inferred(from: snapshot.map, facts: snapshot.facts)
    let room = Room(map: snapshot.map, layout: layout, facts: snapshot.facts)
    #expect(room.freeBytes + room.mappedBytes == layout.space.size)
  }

  @Test("every prefix")
  func prefixes() throws {
    let bytes = ElfCoreTests.i386.bytes
    for count in 0...bytes.count { try Self.ask(Array(bytes.prefix(count))) }
  }

  @Test("random damage", arguments: 0..<20)
  func damage(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let core = seed % 2 == 0 ? ElfCoreTests.i386 : Self.extended
    for _ in 0..<100 {
      var bytes = core.bytes
      for _ in 0..<Int.random(in: 1...8, using: &random) {
        let place = Int.random(in: bytes.indices, using: &random)
        // The ends of what a number can be do most harm.
        bytes[place] =
          [0, 1, 0x7F, 0x80, 0xFF, UInt8.random(in: 0...255, using: &random)]
          .randomElement(using: &random) ?? 0
      }
      try Self.ask(bytes)
    }
  }

  static var extended: CoreFile {
    var core = CoreFile(.bits64, isBigEndian: true, machine: 62)
    core.isExtended = true
    core.segments = (0..<20).map {
      .init(0x1_0000 * ($0 + 1), 0x4000, 6, Array(repeating: 7, count: 64))
    }
    core.addThread(7, stack: 0x1_0010)
    core.addFiles([(0x10000, 0x11000, 2, "/bin/some")], unit: 4096)
    return core
  }

  @Test("a cut table of headers gives what is whole and says so")
  func cutTable() throws {
    let core = ElfCoreTests.i386
    // Header, note segment, five others.
    let snapshot = try SavedFile.read(Array(core.bytes.prefix(52 + 6 * 32)))
    #expect(snapshot.map.regions.count >= 5 && snapshot.facts.lacksMappings)
    #expect(snapshot.diagnostics.kept.contains { $0.message.contains("6 of 12") })
  }

  @Test("notes that all name the same bytes are not read again and again")
  func sameNotes() throws {
    var core = CoreFile(.bits64, machine: 62)
    core.segments = (0..<60_000).map { .init(0x1_0000 * ($0 + 1), 0x1000, 6) }
    core.addFiles([(0x10000, 0x11000, 2, String(repeating: "a", count: 1 << 20))], unit: 4096)
    var bytes = core.bytes
    // Every segment becomes one of notes, with the place and size of the first.
    let first = Array(bytes[64..<64 + 56])
    for index in 1..<60_000 {
      bytes.replaceSubrange((64 + index * 56)..<(120 + index * 56), with: first)
    }
    let clock = ContinuousClock()
    let took = try clock.measure { try Self.ask(bytes) }
    #expect(took < .seconds(20), "\(took)")
  }

  /// A core of 2 GiB of which only the headers are in memory.
  final class Sparse: FileBytes {
    let head: [UInt8]
    let size: UInt64
    private(set) var read = 0
    init(_ head: [UInt8], size: UInt64) { (self.head, self.size) = (head, size) }

    func bytes(at offset: UInt64, count: Int) -> [UInt8] {
      guard offset < size else { return [] }
      let wanted = Int(min(UInt64(count), size - offset))
      read += wanted
      let known = head.bytes(at: offset, count: wanted)
      return known + [UInt8](repeating: 0, count: wanted - known.count)
    }
  }

  @Test("of a large core only the headers are read")
  func sparse() throws {
    var core = CoreFile()
    // Sizes in the file that the file's end, not its bytes, makes true.
    core.segments = (0..<2000).map { .init(0x1000_0000 + $0 * 0x10_1000, 0x10_0000, 6) }
    core.addThread(7, stack: 0x1000_0010)
    core.addProcess(7, "large")
    var bytes = core.bytes
    for index in 0..<2000 {
      let place = 52 + (index + 1) * 32
      bytes.replaceSubrange(
        place + 4..<place + 8, with: core.number(UInt64(bytes.count) + UInt64(index) << 20, 4))
      bytes.replaceSubrange(place + 16..<place + 20, with: core.number(0x10_0000, 4))
    }
    let file = Sparse(bytes, size: UInt64(bytes.count) + 2000 << 20)
    let snapshot = try SavedFile.read(file)
    #expect(snapshot.map.regions.count == 2000)
    #expect(file.read < 1 << 20, "\(file.read)")
  }
}
