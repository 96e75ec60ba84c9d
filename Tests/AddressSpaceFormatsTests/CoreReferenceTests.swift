import AddressSpace
import AddressSpaceFormats
import SystemPackage
import TestSupport
import Testing

/// Cores of others against figures that another program computed.
@Suite("Cores against reference figures")
struct CoreReferenceTests {
  static let shared = Fixtures.shared

  /// A line of `REFERENCE.tsv`: regions, first start, last end, bytes below 4 GiB, largest gap and
  /// where.
  struct Reference: CustomTestStringConvertible, Sendable {
    let path: String
    let regions: Int
    let numbers: [UInt64]
    var testDescription: String { path }

    init?(line: Substring) {
      let words = line.split(separator: "\t", omittingEmptySubsequences: false)
      guard words.count >= 7, words[0].hasPrefix("elf-core/"), let regions = Int(words[1]) else {
        return nil
      }
      path = String(words[0])
      self.regions = regions
      numbers = words[2...6].compactMap { UInt64($0.dropFirst(2), radix: 16) }
      guard numbers.count == 5 else { return nil }
    }
  }

  static let references: [Reference] =
    shared.flatMap { try? Fixtures.text($0.appending("REFERENCE.tsv")) }?
    .split(separator: "\n").compactMap { Reference(line: $0) } ?? []

  @Test("regions, ends and gaps", .enabled(if: shared != nil), arguments: references)
  func figures(reference: Reference) throws {
    let folder = try #require(Self.shared)
    let bytes = try Fixtures.bytes(folder.appending(reference.path))
    let snapshot = try SavedFile.read(bytes)
    let ranges = snapshot.map.regions.map(\.range)
    let first = try #require(ranges.first)
    let last = try #require(ranges.last)
    #expect(ranges.count == reference.regions)
    #expect(first.lower.value == reference.numbers[0] && last.upper.value == reference.numbers[1])
    let low = ranges.compactMap { $0.clamped(to: .everything(below: 0x1_0000_0000)) }
    #expect(low.map(\.size).total().value == reference.numbers[2])
    let between = SavedMapsReferenceTests.gaps(ranges, first.lower, last.upper)
    #expect(between.map(\.size.value).max() ?? 0 == reference.numbers[3])
    #expect(snapshot.source.kind == .core && snapshot.source.pid != nil)
  }

  @Test("no core is left out", .enabled(if: shared != nil))
  func complete() throws {
    let folder = try #require(Self.shared).appending("elf-core")
    let known = Set(Self.references.map(\.path))
    for file in Fixtures.names(in: folder, suffix: "") where !file.hasPrefix(".") {
      if file == "lldb-linux-arm-notes-only.core" {
        // It has notes and no memory.
        let bytes = try Fixtures.bytes(folder.appending(file))
        #expect(throws: FormatError.self) { try SavedFile.read(bytes) }
      } else {
        #expect(known.contains("elf-core/\(file)"), "\(file)")
      }
    }
  }

  @Test("a kernel's core is the map of its process, names and all", .enabled(if: shared != nil))
  func pair() throws {
    let folder = try #require(Self.shared)
    let core = try SavedFile.read(
      try Fixtures.bytes(folder.appending("elf-core/local-i386-odd-filter0.core")))
    let maps = try Fixtures.snapshot(folder.appending("linux-maps/local-i386-odd-core-pair.maps"))
    #expect(core.diagnostics.isEmpty)
    #expect(core.map.regions.map(\.range) == maps.map.regions.map(\.range))
    for (mine, theirs) in zip(core.map.regions, maps.map.regions) {
      // A core does not tell shared memory from private, nor the label that a program gave.
      #expect(mine.access == theirs.access.subtracting(.shared), "\(mine.range)")
      if !theirs.name.hasPrefix("[anon") {
        // The text has a newline escaped.
        let name = mine.name.replacing("\n", with: "\\012")
        #expect(name == theirs.name, "\(mine.range)")
      }
      if theirs.inode != 0 { #expect(mine.offset == theirs.offset, "\(mine.range)") }
    }
    let rooms = [core, maps].map { snapshot in
      Room(
        map: snapshot.map, layout: .inferred(from: snapshot.map, facts: snapshot.facts),
        facts: snapshot.facts)
    }
    #expect(rooms[0].layout.name == rooms[1].layout.name)
    #expect(rooms[0].freeSpans == rooms[1].freeSpans)
  }
}
