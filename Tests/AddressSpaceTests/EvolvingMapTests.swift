import TestSupport
import Testing

@testable import AddressSpace

@Suite("A map that changes, against a list of pages")
struct EvolvingMapTests {
  static func expectEqual(_ map: EvolvingMap, _ model: PageModel, _ text: Comment) throws {
    let pieces = map.pieces
    let runs = model.runs(byMaker: true)
    try #require(pieces.map(\.range) == runs.map { ToySpace.range($0.pages) }, text)
    try #require(map.pieceCount == runs.count, text)
    for (piece, run) in zip(pieces, runs) {
      try #require(PageModel.Cell(piece.region, maker: piece.maker) == run.cell, text)
    }
    let regions = map.map.regions
    let shown = model.runs(byMaker: false)
    try #require(regions.map(\.range) == shown.map { ToySpace.range($0.pages) }, text)
    try #require(map.mappingCount == shown.count, text)
    for (region, run) in zip(regions, shown) {
      try #require(PageModel.Cell(region, maker: 0) == run.cell, text)
    }
  }

  @Test("after every change of a small space", arguments: 0..<300 as Range<UInt64>)
  func small(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let changes = RandomChanges(pages: 60)
    var model = PageModel(pages: 60)
    for _ in 0..<8 {
      model.apply(.map(changes.region(changes.range(&random), &random)), by: 0)
    }
    var map = EvolvingMap(model.map)
    try Self.expectEqual(map, model, "seed \(seed) at the beginning")
    for maker in 1...60 as ClosedRange<UInt32> {
      // Makers come again, as the parts of one event do.
      let change = changes.next(&random)
      map.apply(change, by: (maker + 1) / 2)
      model.apply(change, by: (maker + 1) / 2)
      try Self.expectEqual(map, model, "seed \(seed) after change \(maker): \(change)")
    }
  }

  @Test("after many changes of a large space", arguments: 0..<6 as Range<UInt64>)
  func large(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let changes = RandomChanges(pages: 6000, longest: 3, maps: seed % 2 == 0 ? 7 : 4)
    var model = PageModel(pages: 6000)
    var map = EvolvingMap(model.map)
    for maker in 1...6000 as ClosedRange<UInt32> {
      let change = changes.next(&random)
      map.apply(change, by: maker)
      model.apply(change, by: maker)
      if maker % 500 == 0 {
        try Self.expectEqual(map, model, "seed \(seed) after change \(maker)")
      }
    }
    #expect(map.pieceCount > 600, "seed \(seed)")
  }

  @Test("the region at each address", arguments: 0..<40 as Range<UInt64>)
  func lookup(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let changes = RandomChanges(pages: 60)
    var map = EvolvingMap(PageModel(pages: 60).map)
    for maker in 1...40 as ClosedRange<UInt32> { map.apply(changes.next(&random), by: maker) }
    let shown = map.map
    for page in 0..<60 as Range<UInt64> {
      let address = Address(page * ToySpace.page + 17)
      #expect(map.region(at: address) == shown.region(at: address), "seed \(seed) page \(page)")
    }
    let part = ToySpace.range(13..<41)
    let pieces = map.pieces(in: part)
    #expect(
      pieces.map(\.range) == map.pieces.compactMap { $0.range.clamped(to: part) }, "seed \(seed)")
  }

  @Test("differences lead from one map to the other", arguments: 0..<300 as Range<UInt64>)
  func differences(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let changes = RandomChanges(pages: 60, haveTraits: false)
    var map = EvolvingMap(PageModel(pages: 60).map)
    for maker in 1...30 as ClosedRange<UInt32> { map.apply(changes.next(&random), by: maker) }
    var other = map
    for maker in 31...34 as ClosedRange<UInt32> { other.apply(changes.next(&random), by: maker) }
    let found = map.differences(from: other.map)
    let before = map
    for change in found { map.apply(change, by: 99) }
    #expect(map.differences(from: other.map).isEmpty, "seed \(seed)")
    #expect(map.map.regions == other.map.regions, "seed \(seed)")
    // What did not differ is still whose it was.
    for piece in map.pieces where piece.maker != 99 {
      #expect(
        before.pieces(in: piece.range).allSatisfy { $0.maker == piece.maker }, "seed \(seed)")
    }
    let same = map.pieces.filter { $0.maker == 99 }.allSatisfy { piece in
      before.pieces(in: piece.range).allSatisfy { old in
        old.region.access != piece.region.access || old.region.name != piece.region.name
          || old.region.inode != piece.region.inode
          || old.region.offset != piece.region.offset + (old.range.lower - piece.range.lower).value
      }
    }
    #expect(same, "seed \(seed): something was made anew that was the same")
  }
}

extension PageModel {
  var map: AddressMap {
    AddressMap.assembling(
      runs(byMaker: false).map { run in
        Region(
          range: ToySpace.range(run.pages), access: run.cell.access, offset: run.cell.offset,
          inode: run.cell.inode, name: run.cell.name, traits: run.cell.traits)
      }
    ).map
  }
}

extension PageModel.Cell {
  init(_ region: Region, maker: UInt32) {
    self.init(
      access: region.access, traits: region.traits, inode: region.inode, name: region.name,
      offset: region.offset, maker: maker)
  }
}
