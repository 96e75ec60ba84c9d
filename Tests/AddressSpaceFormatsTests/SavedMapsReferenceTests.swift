import AddressSpace
import AddressSpaceFormats
import SystemPackage
import TestSupport
import Testing

/// Saved maps of others against figures that another program computed.
@Suite("Saved maps against reference figures")
struct SavedMapsReferenceTests {
  static let shared = Fixtures.shared

  /// One line of `REFERENCE.tsv`.
  struct Reference: CustomTestStringConvertible, Sendable {
    let path: String
    let regions: Int
    let numbers: [UInt64]

    var testDescription: String { path }
    var first: UInt64 { numbers[0] }
    var end: UInt64 { numbers[1] }
    var below4GiB: UInt64 { numbers[2] }
    var largestGap: UInt64 { numbers[3] }
    var gapPlace: UInt64 { numbers[4] }
    var gapIn3GiB: UInt64 { numbers[5] }

    init?(line: Substring) {
      let words = line.split(separator: "\t", omittingEmptySubsequences: false)
      guard words.count >= 8,
        words[0].hasPrefix("linux-maps/") || words[0].hasPrefix("linux-smaps/"),
        let regions = Int(words[1])
      else { return nil }
      path = String(words[0])
      self.regions = regions
      numbers = words[2...7].compactMap { UInt64($0.dropFirst(2), radix: 16) }
      guard numbers.count == 6 else { return nil }
    }
  }

  static let references: [Reference] =
    shared.flatMap { try? Fixtures.text($0.appending("REFERENCE.tsv")) }?
    .split(separator: "\n").compactMap { Reference(line: $0) } ?? []

  /// The gaps between mappings, and below the first and above the last inside `low` to `high`.
  static func gaps(_ ranges: [AddressRange], _ low: Address, _ high: Address) -> [AddressRange] {
    var gaps: [AddressRange] = []
    var end = low
    for range in ranges {
      if let gap = AddressRange(end, min(range.lower, high)) { gaps.append(gap) }
      end = max(end, range.upper)
    }
    return gaps + [AddressRange(end, high)].compactMap { $0 }
  }

  @Test("regions, ends and gaps", .enabled(if: shared != nil), arguments: references)
  func figures(reference: Reference) throws {
    let folder = try #require(Self.shared)
    let snapshot = try Fixtures.snapshot(folder.appending(reference.path))
    let ranges = snapshot.map.regions.map(\.range)
    let first = try #require(ranges.first)
    let last = try #require(ranges.last)
    #expect(ranges.count == reference.regions)
    #expect(first.lower.value == reference.first && last.upper.value == reference.end)
    let low = ranges.compactMap { $0.clamped(to: .everything(below: 0x1_0000_0000)) }
    #expect(low.map(\.size).total().value == reference.below4GiB)
    let between = Self.gaps(ranges, first.lower, last.upper)
    let largest = between.max { ($0.size, $1.lower) < ($1.size, $0.lower) }
    #expect(largest?.size.value ?? 0 == reference.largestGap)
    if let largest { #expect(largest.lower.value == reference.gapPlace) }
    let inside = Self.gaps(ranges, 0x1_0000, 0xC000_0000)
    #expect(inside.map(\.size).max()?.value ?? 0 == reference.gapIn3GiB)
  }

  @Test("no file is left out", .enabled(if: shared != nil))
  func complete() throws {
    let folder = try #require(Self.shared)
    let known = Set(Self.references.map(\.path))
    for (name, suffix) in [("linux-maps", ".maps"), ("linux-smaps", ".smaps")] {
      for file in Fixtures.names(in: folder.appending(name), suffix: suffix) {
        #expect(known.contains("\(name)/\(file)"), "\(file)")
      }
    }
  }

  @Test("nothing in them is complained about", .enabled(if: shared != nil), arguments: references)
  func clean(reference: Reference) throws {
    let folder = try #require(Self.shared)
    let snapshot = try Fixtures.snapshot(folder.appending(reference.path))
    #expect(snapshot.diagnostics.isEmpty, "\(snapshot.diagnostics.kept.prefix(3))")
    #expect(snapshot.source.kind == (reference.path.hasSuffix(".smaps") ? .smaps : .maps))
    // Whatever the file is, its layout's space is accounted for to the last byte.
    let layout = Layout.inferred(from: snapshot.map, facts: snapshot.facts)
    let room = Room(map: snapshot.map, layout: layout, facts: snapshot.facts)
    #expect(room.regions.map(\.size).total() + room.freeBytes == layout.space.size)
  }

  @Test("smaps and maps of one process have the same mappings", .enabled(if: shared != nil))
  func pairs() throws {
    let folder = try #require(Self.shared)
    for name in ["local-i386-odd", "local-x86_64-odd", "arm32-zte-pid1", "arm32-hikvision-init"] {
      let maps = try Fixtures.snapshot(folder.appending("linux-maps/\(name).maps"))
      let smaps = try Fixtures.snapshot(folder.appending("linux-smaps/\(name).smaps"))
      #expect(maps.map.regions.map(\.range) == smaps.map.regions.map(\.range))
      #expect(maps.map.regions.map(\.name) == smaps.map.regions.map(\.name))
      #expect(maps.map.regions.map(\.kind) == smaps.map.regions.map(\.kind))
    }
  }

  @Test("sums of smaps_rollup alone are refused", .enabled(if: shared != nil))
  func rollups() throws {
    let folder = try #require(Self.shared).appending("linux-smaps")
    let files = Fixtures.names(in: folder, suffix: ".smaps_rollup")
    #expect(files.count == 2)
    for file in files {
      #expect(throws: FormatError.self) { try Fixtures.snapshot(folder.appending(file)) }
    }
  }
}
