import AddressSpace
import AddressSpaceSimulation
import TestSupport
import Testing

/// The NT heap, against the heaps of a real process, and against what holds for every heap.
@Suite("NT heap")
struct NTHeapTests {
  static func space(_ model: String = "windows-10-4g") throws -> ModelledSpace {
    try WindowsPlacementTests.space(model)
  }

  /// The segments of a heap that grows by blocks until it has so many.
  static func grown(
    _ reserve: ByteCount, to count: Int, by block: ByteCount
  ) throws -> [(reserved: UInt64, committed: UInt64)] {
    var space = try Self.space()
    var heap = try NTHeap.made(reserve, .ten, in: &space)
    while heap.ranges.count < count { _ = try heap.given(block, in: &space) }
    let committed = space.room.regions.filter { !$0.access.isNone }
    return heap.rangesAsMade.map { range in
      let own = committed.filter { range.contains($0.range.lower) }.map(\.size.value).reduce(0, +)
      return (range.size.value >> 10, own >> 10)
    }
  }

  @Test(
    "segments of a real program's heaps on Windows 10: they double up to 16192 KiB",
    .enabled(if: WindowsLists.ten != nil))
  func segments() throws {
    let rows = try WindowsLists.tenRows().filter { $0.type.hasPrefix("Heap") }
    func real(_ heap: String) -> [UInt64] {
      // Segments are multiples of 64 KiB; the front end's 108 KiB and large blocks are not all.
      rows.filter {
        $0.details.hasPrefix("Heap ID: \(heap) ") && $0.range.size.value % 0x1_0000 == 0
      }
      .map { $0.range.size.value >> 10 }.sorted()
    }
    let process = try Self.grown(.mebibytes(1), to: 8, by: 4000)
    #expect(process.map(\.reserved) == [1024, 1024, 2048, 4096, 8192, 16192, 16192, 16192])
    #expect(process.map(\.reserved).sorted() == real("1").filter { $0 != 576 })
    let further = try Self.grown(.kibibytes(64), to: 4, by: 4000)
    #expect(further.map(\.reserved) == [64, 1024, 2048, 4096])
    #expect(further.map(\.reserved).sorted() == real("2") && real("8") == real("2"))
    // All but the last page of a full segment is committed.
    let full = rows.filter { [1024, 2048, 8192, 16192].contains($0.range.size.value >> 10) }
    #expect(full.allSatisfy { $0.committed.value >> 10 <= ($0.range.size.value >> 10) - 4 })
    #expect(full.contains { $0.committed.value >> 10 == ($0.range.size.value >> 10) - 4 })
    #expect(process.dropLast().allSatisfy { $0.committed == $0.reserved - 4 })
    // The front end of each heap that has one.
    let fronts = rows.filter { $0.range.size == .kibibytes(108) }
    #expect(fronts.count == Set(fronts.map(\.details)).count && fronts.count == 8)
  }

  @Test("blocks above 508 KiB are regions of their own, given back when they are freed")
  func large() throws {
    var space = try Self.space("windows-7-2g")
    var heap = try NTHeap.made(.mebibytes(1), .seven, in: &space)
    let before = space.freeRanges
    let small = try heap.given(520_184, in: &space)
    #expect(heap.largeBlocks.isEmpty)
    heap.free(small, in: &space)
    // 36,000,000 bytes take 36,003,840 and the rest of their last 64 KiB.
    let large = try heap.given(36_000_000, in: &space)
    #expect(heap.largeBlocks.map(\.size) == [36_003_840])
    #expect(large.value % 0x1_0000 == 0x20)
    let next = try heap.given(36_000_000, in: &space)
    #expect(next.value - large.value == 36_044_800)
    heap.free(large, in: &space)
    heap.free(next, in: &space)
    #expect(space.freeRanges == before)
  }

  @Test("in 64-bit programs headers are twice as large, and regions of their own begin at 1020 KiB")
  func wide() throws {
    var space = try Self.space("windows-7-x64")
    let rules = WindowsModel(.seven, .wide).rules.heap
    var heap = try NTHeap.made(.mebibytes(4), rules, in: &space)
    let first = try heap.given(1, in: &space)
    #expect(first.value % 0x1_0000 == 0xA80 + 16)
    #expect(try heap.given(17, in: &space).value - first.value == 32)
    _ = try heap.given(0xF_F000 - 16, in: &space)
    #expect(heap.largeBlocks.isEmpty)
    let large = try heap.given(0xF_F000 - 15, in: &space)
    #expect(heap.largeBlocks.map(\.size) == [0x10_0000] && large.value % 0x1_0000 == 0x40)
    // More than a 32-bit program could ask for.
    _ = try heap.given(.gibibytes(5), in: &space)
    #expect(heap.largeBlocks.count == 2)
  }

  @Test("where a segment as large as is next has no room, half of it is tried, and so on")
  func halved() throws {
    var space = try Self.space("windows-7-2g")
    var heap = try NTHeap.made(.kibibytes(64), .seven, in: &space)
    // All but 3 MiB are taken.
    let largest = try #require(space.freeRanges.map(\.size).max())
    _ = try space.placed(largest - .mebibytes(3))
    while heap.allocate(60_000, in: &space) != nil {}
    let sizes = heap.rangesAsMade.map { $0.size.value >> 10 }
    #expect(sizes.starts(with: [64, 1024]))
    #expect(sizes.dropFirst(2).first == 1024, "\(sizes)")
    // All that was left within reach, which ends 64 KiB below the space, and its first 64 KiB.
    #expect(sizes.reduce(0, +) == 3 * 1024)
  }

  @Test("freed pages are decommitted, their addresses stay with the segment")
  func decommit() throws {
    var space = try Self.space("windows-7-2g")
    var heap = try NTHeap.made(.mebibytes(1), .seven, in: &space)
    var blocks: [Address] = []
    for _ in 0..<7 { blocks.append(try heap.given(100_000, in: &space)) }
    let taken = space.mappedBytes
    let committed = space.committedBytes
    for block in blocks.dropLast() { heap.free(block, in: &space) }
    #expect(space.mappedBytes == taken)
    // All but some 64 KiB, and the pages that the last block touches.
    #expect((committed - space.committedBytes).value > 6 * 100_000 - 0x1_2000)
    // An arena of 256 KiB finds its place in the hole, committed anew.
    let arena = try heap.given(262_144, in: &space)
    #expect(arena < blocks[6] && space.mappedBytes == taken)
  }

  @Test(
    "random blocks: none overlaps another, all lie in committed memory, all freed is the start",
    arguments: WindowsVersion.allCases.map { WindowsModel($0, .native2GiB) }
      + [WindowsModel(.seven, .wide), WindowsModel(.ten, .wide)])
  func random(model: WindowsModel) throws {
    let unit: UInt64 = model.limit == .wide ? 16 : 8
    for seed in 0..<30 as Range<UInt64> {
      var numbers = SeededRandom(seed: seed)
      var space = try Self.space(model.name)
      let empty = space.freeRanges
      var heap = try NTHeap.made(.mebibytes(1), model.rules.heap, in: &space)
      var live: [(range: AddressRange, asked: ByteCount)] = []
      for _ in 0..<1500 {
        if numbers.next(below: 5) < 2, !live.isEmpty {
          let index = Int(numbers.next(below: UInt64(live.count)))
          let block = live.remove(at: index)
          if numbers.next(bits: 2) == 0 {
            let size = Self.size(&numbers)
            guard let new = heap.reallocate(block.range.lower, to: size, in: &space) else {
              continue
            }
            live.append((try #require(AddressRange(new, new + max(size, 1))), size))
          } else {
            heap.free(block.range.lower, in: &space)
          }
        } else {
          let size = Self.size(&numbers)
          let address = try heap.given(size, in: &space)
          #expect(address.value % unit == 0)
          #expect(try #require(heap.usableSize(at: address)) >= size)
          live.append((try #require(AddressRange(address, address + max(size, 1))), size))
        }
      }
      let sorted = live.map(\.range).sorted { $0.lower < $1.lower }
      #expect(zip(sorted, sorted.dropFirst()).allSatisfy { $0.upper <= $1.lower }, "seed \(seed)")
      let map = space.snapshot().map
      for range in sorted {
        var at = range.lower
        while at < range.upper, let region = map.region(at: at), !region.access.isNone {
          at = region.range.upper
        }
        #expect(at >= range.upper, "seed \(seed): \(range) is not committed")
      }
      for block in live { heap.free(block.range.lower, in: &space) }
      if model.version != .xp { #expect(heap.ranges.count == 1, "seed \(seed)") }
      #expect(heap.largeBlocks.isEmpty)
      heap.destroy(in: &space)
      #expect(space.freeRanges == empty && space.mappedBytes == .zero, "seed \(seed)")
    }
  }

  /// Mostly small, seldom above what a segment serves.
  private static func size(_ numbers: inout SeededRandom) -> ByteCount {
    let most = UInt64(1) << (3 + numbers.next(below: 17))
    return ByteCount(numbers.next(below: most) + (numbers.next(bits: 6) == 0 ? 500_000 : 0))
  }
}
