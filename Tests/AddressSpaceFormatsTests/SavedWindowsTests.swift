import AddressSpace
import AddressSpaceFormats
import SystemPackage
import TestSupport
import Testing

/// Files that other people saved, against the figures that stand in them.
@Suite("Windows files that are not of the project", .enabled(if: Fixtures.shared != nil))
struct SavedWindowsTests {
  static func files(_ folder: String) -> [FilePath] {
    let path = Fixtures.shared?.appending(folder)
    return path.map { path in
      (Fixtures.names(in: path, suffix: ".txt") + Fixtures.names(in: path, suffix: ".csv"))
        .map { path.appending($0) }
    } ?? []
  }

  @Test("each gives a map or a sentence", arguments: files("windbg-address") + files("vmmap"))
  func sensible(file: FilePath) throws {
    let bytes = try Fixtures.bytes(file)
    let isSingle = file.string.contains("single-address")
    let forecast = try WindowsFiles.ask(bytes)
    #expect((forecast == nil) == isSingle)
    guard forecast != nil else { return }
    let kind = try WindowsFiles.snapshot(bytes).source.kind
    #expect(kind == (file.string.contains("vmmap") ? .vmmap : .windbg))
    var random = SeededGenerator(seed: UInt64(bytes.count))
    let small = Array(bytes.prefix(6000))
    for _ in 0..<10 {
      try WindowsFiles.ask(Array(small.prefix(Int.random(in: 0...small.count, using: &random))))
    }
  }

  private func snapshot(_ name: String) throws -> Snapshot {
    let folder = try #require(Fixtures.shared).appending("windbg-address")
    return try WindowsFiles.snapshot(try Fixtures.bytes(folder.appending(name)))
  }

  private func room(_ snapshot: Snapshot) -> Room {
    Room(
      map: snapshot.map, layout: .inferred(from: snapshot.map, facts: snapshot.facts),
      facts: snapshot.facts)
  }

  /// What the logs print: free bytes, free spans, regions, reserved bytes, the largest free region.
  @Test(
    "summaries",
    arguments: [
      ("g3-x86-summary-oom-2015.txt", 0x2E4_0000, 544, 3734, 0xB9E_F000, "0x717f2000-0x71870000"),
      ("g3-wow64-summary-and-rows.txt", 0x7A5B_A000, 101, 494, 0x2F5_D000, "0x030b0000-0x6fff0000"),
      (
        "g1-x86-multiline-dotnet-docs.txt", 0x7DE1_5000, nil, nil, 0x78_3000,
        "0x01432000-0x71c20000"
      ),
      (
        "g1-x86-multiline-mangled-dashes.txt", 0x7B20_A000, nil, nil, 0x268_A000,
        "0x03240000-0x76290000"
      ),
    ] as [(String, UInt64, Int?, Int?, UInt64, String)])
  func summaries(
    name: String, free: UInt64, spans: Int?, regions: Int?, reserved: UInt64, largest: String
  ) throws {
    let room = room(try snapshot(name))
    #expect(room.freeBytes == ByteCount(free))
    #expect(room.freeSpanCount == spans)
    #expect(room.regionCount == regions)
    #expect(room.reservedBytes == ByteCount(reserved))
    #expect(room.largestFreeSpan?.range.description == largest)
    #expect(room.spaceBytes == ByteCount(0x7FFF_0000), "the whole, as it adds up")
    #expect(!room.isExact)
  }

  @Test("rows of excerpts")
  func rows() throws {
    let star = try snapshot("g2-wow64-star-pipe-rows.txt").map
    #expect(star.region(at: 0x50000)?.name == "[stack64:4780]", "12ac in decimal digits")
    #expect(star.region(at: 0x90000)?.name == "[stack:4780]")
    #expect(star.region(at: 0x41000) == nil, "free")
    #expect(star.region(at: 0x90000)?.offset == 0 && star.region(at: 0xCC000)?.offset == 0x3C000)
    #expect(star.region(at: 0x10_0000)?.isNotListed == true)
    let filtered = try snapshot("g3-x86-filter-filemap.txt")
    #expect(filtered.facts.lacksMappings)
    #expect(filtered.map.regions.count == 7)
    #expect(filtered.map.region(at: 0xD5_0000)?.kind == .file)
    #expect(filtered.map.region(at: 0x9A_0000)?.kind == .shared, "the page file is no file")
    let wide = try snapshot("g3-x64-stack-teb-rows.txt")
    #expect(wide.facts.wordSize == .bits64)
    #expect(wide.map.region(at: 0xA4_2C08_5000)?.name == "[teb:5552]")
    #expect(wide.map.region(at: 0xA4_2C60_0000) == nil, "free")
    let images = try snapshot("g3-x86-image-rows-krk-windbg-haystack.txt")
    #expect(images.map.regions.count { $0.kind == .image } == 8)
    let dump = try snapshot("vadump-x64-stack-duffy.txt")
    #expect(dump.map.regions.map(\.access) == [[], [.read, .write], [], [], [.read, .write]])
  }
}
