import TestSupport
import Testing

@testable import AddressSpace

@Suite("What a changing map takes for the same")
struct EvolvingMapRuleTests {
  static func map(_ regions: [Region]) -> EvolvingMap {
    EvolvingMap(AddressMap.assembling(regions).map)
  }

  static func region(
    _ pages: Range<Int>, _ access: Region.Access = [.read, .write], _ name: String = "",
    inode: UInt64 = 0, offset: UInt64 = 0
  ) -> Region {
    Region(
      range: ToySpace.range(pages), access: access, offset: offset, inode: inode, name: name)
  }

  @Test("what the kernel merged is still told apart by who made it")
  func makers() {
    var map = Self.map([Self.region(10..<20)])
    map.apply(.map(Self.region(20..<30)), by: 1)
    map.apply(.map(Self.region(8..<10)), by: 2)
    #expect(map.map.regions.map(\.range) == [ToySpace.range(8..<30)])
    #expect(map.pieces.map(\.maker) == [2, 0, 1])
    #expect(map.region(at: ToySpace.range(15..<16).lower)?.range == ToySpace.range(8..<30))
  }

  @Test("a mapping that grows in its place keeps who made its beginning")
  func growth() {
    var map = Self.map([])
    map.apply(.map(Self.region(10..<20)), by: 1)
    map.apply(
      .move(from: ToySpace.range(10..<20), to: ToySpace.range(10..<25), keepsSource: false), by: 2)
    #expect(map.pieces.map(\.range) == [ToySpace.range(10..<20), ToySpace.range(20..<25)])
    #expect(map.pieces.map(\.maker) == [1, 2])
    map.apply(
      .move(from: ToySpace.range(10..<25), to: ToySpace.range(40..<55), keepsSource: false), by: 3)
    #expect(map.pieces.map(\.range) == [ToySpace.range(40..<55)])
    #expect(map.pieces.map(\.maker) == [3])
  }

  @Test("steps of mprotect through a reservation leave two pieces")
  func arena() {
    var map = Self.map([])
    map.apply(.map(Self.region(100..<1000, [])), by: 1)
    for page in 100..<900 {
      map.apply(.protect(ToySpace.range(page..<page + 1), [.read, .write]), by: UInt32(page))
    }
    #expect(map.pieces.map(\.range) == [ToySpace.range(100..<900), ToySpace.range(900..<1000)])
    #expect(map.pieces.map(\.maker) == [1, 1])
  }

  @Test("a file that was removed, renamed memory of the heap: no difference; a grown stack: one")
  func reconciling() {
    let stack = Self.region(90..<95, [.read, .write], "[stack]")
    let map = Self.map([
      Self.region(10..<20, [.read], "/tmp/a", inode: 5, offset: 4096),
      Self.region(30..<40, [.read, .write], "[heap]"), Self.region(40..<50), stack,
    ])
    let read = AddressMap.assembling([
      Self.region(10..<20, [.read], "/tmp/a (deleted)", inode: 5, offset: 4096),
      Self.region(30..<50, [.read, .write], "[heap]", offset: 99),
      Self.region(88..<95, [.read, .write], "[stack]"),
    ]).map
    #expect(
      map.differences(from: read) == [.map(Self.region(88..<90, [.read, .write], "[stack]"))])
  }

  @Test("another file, another part of it, other sharing: mapped anew; other permissions: not")
  func changed() {
    let file = Self.region(10..<20, [.read], "/tmp/a", inode: 5)
    let map = Self.map([file])
    func differences(_ region: Region) -> [MapChange] {
      map.differences(from: AddressMap.assembling([region]).map)
    }
    let part = Self.region(10..<20, [.read], "/tmp/a", inode: 5, offset: 4096)
    let shared = Self.region(10..<20, [.read, .shared], "/tmp/a", inode: 5)
    let other = Self.region(10..<20, [.read], "/tmp/a", inode: 6)
    for region in [part, shared, other] { #expect(differences(region) == [.map(region)]) }
    #expect(
      differences(Self.region(10..<20, [.read, .write], "/tmp/a", inode: 5))
        == [.protect(file.range, [.read, .write])])
    #expect(map.differences(from: AddressMap.assembling([]).map) == [.unmap(file.range)])
  }

  @Test("the ends of the number line")
  func extremes() {
    let top = AddressRange(Address(.max - 4095), Address(.max))!
    var map = Self.map([Region(range: top, access: [.read], offset: .max, inode: 1, name: "/x")])
    map.apply(.protect(AddressRange(0, Address(.max))!, []), by: 1)
    map.apply(.move(from: top, to: AddressRange(0, 9)!, keepsSource: true), by: 2)
    map.apply(.move(from: AddressRange(0, 9)!, to: top, keepsSource: false), by: 3)
    map.apply(.unmap(AddressRange(1, Address(.max))!), by: 4)
    #expect(map.pieceCount == 0)
  }
}
