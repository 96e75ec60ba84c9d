import AddressSpace
import AddressSpaceYAML
import SystemPackage
import TestSupport
import Testing

@testable import AddressSpaceSimulation

/// A program that was started in a modelled space.
struct WindowsRun {
  var space: ModelledSpace
  var process: WindowsProcess

  static let catalogue: ImageCatalogue? = try? ImageCatalogueDocument.builtIn()

  init(_ model: WindowsModel, _ program: WindowsProgram, seed: UInt64) throws {
    let catalogue = try #require(Self.catalogue)
    var random = SeededRandom(seed: seed)
    let boot = WindowsBoot(model, catalogue, random: &random)
    let start = model.space(
      isRandomized: program.image.isRandomized, hasWindows: program.hasWindows, random: &random)
    var space = try #require(start)
    let process = WindowsProcess.start(
      program, on: model, boot: boot, from: catalogue, in: &space, random: random)
    self.space = space
    self.process = try #require(process, "\(model.name), \(program.name), seed \(seed)")
  }

  init(_ model: String, _ program: String, seed: UInt64) throws {
    try self.init(
      #require(WindowsModel(named: model)), #require(Self.catalogue?.program(program)), seed: seed)
  }

  /// The free spans with their beginnings at multiples of 64 KiB, the largest first.
  var usable: [AddressRange] {
    space.freeRanges.compactMap { range in
      range.lower.roundedUp(to: .kibibytes(64)).flatMap { AddressRange($0, range.upper) }
    }.sorted { ($1.size, $0.lower) < ($0.size, $1.lower) }
  }

  /// The largest of them, in MiB.
  var largest: Double { usable.first.map { Double($0.size.value) / 1_048_576 } ?? 0 }
}

/// Real lists of regions.
enum WindowsLists {
  static let seven = Fixtures.shared?.appending("truth/win7sp1-wow64-2g-gui.txt")
  static let ten = Fixtures.shared?.appending("vmmap/devenv-x86-vmmap.csv")
  static let rtm = Fixtures.shared?.appending("minidump/breakpad-stack-exhaustion-x86.dmp")

  struct Row {
    let range: AddressRange
    let type: String
    let details: String
    let committed: ByteCount
  }

  /// Lines of `LOW HIGH NAME` with inclusive ends.
  static func sevenRows() throws -> [Row] {
    try Fixtures.text(#require(seven)).split(separator: "\n").filter { !$0.hasPrefix("#") }.map {
      let words = $0.split(separator: " ")
      let low = try #require(UInt64(words[0], radix: 16))
      let last = try #require(UInt64(words[1], radix: 16))
      return Row(
        range: try #require(AddressRange(Address(low), Address(last + 1))), type: "",
        details: String(words[2]), committed: .zero)
    }
  }

  /// The rows of allocations, without those of their blocks.
  static func tenRows() throws -> [Row] {
    let text = try Fixtures.text(#require(ten))
    return text.split(whereSeparator: \.isNewline).compactMap { line -> Row? in
      let fields = line.split(separator: "\",\"", omittingEmptySubsequences: false)
      guard fields.count > 11, fields[0].count == 9, fields[0].first == "\"",
        let low = UInt64(fields[0].dropFirst(), radix: 16),
        let size = UInt64(fields[2].replacing(",", with: ""))
      else { return nil }
      let end = Address(low + size << 10)
      return AddressRange(Address(low), end).map {
        Row(
          range: $0, type: String(fields[1]),
          details: fields[12...].joined(separator: ",").replacing("\"", with: ""),
          committed: ByteCount((UInt64(fields[3].replacing(",", with: "")) ?? 0) << 10))
      }
    }
  }
}

extension ModelledSpace {
  /// Maps what has to have room.
  mutating func placed(_ size: ByteCount, isTopDown: Bool = false) throws -> Address {
    let range = map(size, Mapping(isTopDown: isTopDown))
    return try #require(range).lower
  }

  /// Maps what has to be free.
  mutating func fix(_ range: AddressRange, _ name: String) {
    let isPlaced = map(at: range, Mapping(name))
    #expect(isPlaced, "\(name)")
  }
}

extension NTHeap {
  /// A heap that has to have room.
  static func made(
    _ reserve: ByteCount, _ version: WindowsVersion, slide: ByteCount = .zero,
    in space: inout ModelledSpace
  ) throws -> NTHeap {
    try made(reserve, NTHeapRules(version, .bits32), slide: slide, in: &space)
  }

  /// The same by any rules.
  static func made(
    _ reserve: ByteCount, _ rules: NTHeapRules, slide: ByteCount = .zero,
    in space: inout ModelledSpace
  ) throws -> NTHeap {
    let heap = NTHeap(reserving: reserve, rules, slide: slide, in: &space)
    return try #require(heap)
  }

  /// Allocates what has to have room.
  mutating func given(_ bytes: ByteCount, in space: inout ModelledSpace) throws -> Address {
    let address = allocate(bytes, in: &space)
    return try #require(address)
  }
}
