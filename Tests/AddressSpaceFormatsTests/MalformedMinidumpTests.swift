import AddressSpace
import AddressSpaceFormats
import SystemPackage
import TestSupport
import Testing

/// Minidumps that are cut off or damaged: what is whole in them is read, the rest gets a sentence.
@Suite("Malformed minidumps")
struct MalformedMinidumpTests {
  /// Small dumps with all kinds of streams.
  static func dumps() -> [[UInt8]] {
    SmallWindowsProcess.Space.allCases.map { space in
      var process = SmallWindowsProcess()
      process.space = space
      process.isLargeAddressAware = true
      process.commitPages = (limit: 1000, used: 10)
      process.hasRegions = space != .three
      return process.file
    }
  }

  /// Reads it and asks of it what `inspect` asks; answers whether there was anything.
  @discardableResult
  static func survives(_ bytes: [UInt8]) throws -> Bool {
    let snapshot: Snapshot
    do throws(FormatError) {
      snapshot = try SavedFile.read(bytes)
    } catch {
      #expect(error.description.hasSuffix("."))
      return false
    }
    let layout = Layout.inferred(from: snapshot.map, facts: snapshot.facts)
    let room = Room(map: snapshot.map, layout: layout, facts: snapshot.facts)
    #expect(room.freeBytes + room.mappedBytes == layout.space.size)
    _ = room.origins()
    _ = snapshot.diagnostics(under: room)
    return true
  }

  @Test("every prefix")
  func prefixes() throws {
    for dump in Self.dumps() {
      for count in 4..<dump.count { try Self.survives(Array(dump.prefix(count))) }
      #expect(try Self.survives(dump))
    }
  }

  @Test("a list of regions that is cut off is an upper bound")
  func cutList() throws {
    var dump = MinidumpWriter()
    dump.addSystem()
    let rows = SmallWindowsProcess().rows
    dump.addRegions(rows)
    // The list's own count says more than there is.
    var file = dump.file
    let place = 32 + 56
    file.replaceSubrange(place + 8..<place + 16, with: MinidumpWriter.bytes(UInt64(100_000)))
    let (snapshot, room) = try MinidumpTests.read(file)
    #expect(snapshot.map.regions.count == rows.filter { $0.state != 0x1_0000 }.count)
    #expect(snapshot.facts.lacksMappings && !room.isExact)
    #expect(
      snapshot.diagnostics.kept.first?.message == "\(rows.count) of 100000 regions can be read")
  }

  @Test("random damage", arguments: 0..<40 as Range<UInt64>)
  func mutations(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let dumps = Self.dumps()
    for _ in 0..<100 {
      var bytes = try #require(dumps.randomElement(using: &random))
      for _ in 0..<Int.random(in: 1...8, using: &random) {
        let place = Int.random(in: 4..<bytes.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 1:
          let number = try #require(
            [0, 1, 0x7FFF_FFFF, 0xFFFF_FFFF, UInt32(bytes.count)].randomElement(using: &random))
          let end = min(place + 4, bytes.count)
          bytes.replaceSubrange(
            place..<end, with: MinidumpWriter.bytes(number).prefix(end - place))
        default:
          let end = min(place + 8, bytes.count)
          bytes.replaceSubrange(place..<end, with: [UInt8](repeating: 0xFF, count: end - place))
        }
      }
      try Self.survives(bytes)
    }
  }

  @Test("addresses up to the last one")
  func highest() throws {
    var dump = MinidumpWriter()
    dump.addSystem(processor: 9)
    dump.addModules([(.max - 0xFFF, 0xFFF, "high.dll", []), (.max, 1, "beyond.dll", [])])
    dump.addThreads([
      (1, .max, .max, [0, 0, 0, 0]), (2, .max - 0x40, .max - 3, [1, 2, 3]), (3, 1 << 46, 1, []),
    ])
    dump.addMemory([(.max - 15, [UInt8](repeating: 1, count: 15))])
    dump.addRegions([
      .memory(.max - 0xFFFF, 0xFFFF, in: .max - 0xFFFF), .memory(.max, 2, in: 0),
      .memory(0x1_0000, 0x1000, in: .max), .free(0, .max),
    ])
    #expect(try Self.survives(dump.file))
  }

  @Test("more entries than any process has, all alike, take no long time")
  func many() throws {
    var dump = MinidumpWriter()
    dump.addSystem()
    let count = 20_000
    dump.addThreads((0..<count).map { (UInt32($0), 0x7FFD_E000, 0x10_0000, []) })
    dump.addThreadNames((0..<count).map { (UInt32($0), "t") })
    dump.addModules((0..<5_000).map { _ in (0x10_0000, 0x7000_0000, "a.dll", []) })
    dump.addRegions(
      (0..<UInt64(count)).map { .memory(0x10_0000 + $0 << 12, 0x1000, in: 0x10_0000) })
    let clock = ContinuousClock()
    let file = dump.file
    let start = clock.now
    #expect(try Self.survives(file))
    let time = clock.now - start
    #expect(time < .seconds(20))
  }

  @Test("all real ones, every so many bytes of them", .enabled(if: RealMinidumpTests.folder != nil))
  func realPrefixes() throws {
    let folder = try #require(RealMinidumpTests.folder)
    for name in Fixtures.names(in: folder, suffix: "dmp") {
      let bytes = try Fixtures.bytes(folder.appending(name))
      for part in 1...50 { try Self.survives(Array(bytes.prefix(max(4, bytes.count * part / 50)))) }
    }
  }
}
