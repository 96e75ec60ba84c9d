extension ChangingSpace {
  /// `HEAP_MAX_SIZE` on 32 bits: an arena is that large, and asked for twice so large to align it.
  private static let arena = ByteCount.mebibytes(1)

  /// What an arena has access to at first (`HEAP_MIN_SIZE` and the first chunks).
  private static let used = ByteCount.kibibytes(132)

  /// Maps what further threads take, one after the other: a stack with its guard, then an arena.
  mutating func addThreads(_ count: UInt64, _ change: Change) throws(ChangeError) {
    guard layout.system == .linux, layout.wordSize == .bits32 else {
      throw .doesNotApply(change, "known of 32-bit Linux programs only.")
    }
    let limit = facts.stackLimit ?? RegionClassifier.usualStack
    let stack = limit == LayoutFacts.unlimitedStack ? .mebibytes(2) : limit
    let page = layout.pageSize
    guard let size = stack.roundedUp(to: page)?.adding(page) else {
      throw .doesNotApply(change, "stacks of \(stack) fit nowhere.")
    }
    beginHeap()
    var pool = SpanPool(Room(map: map, layout: layout, facts: facts), smallest: .zero)
    let asked = Footprint(blocks: [Block(size: size)])
    let arena = Footprint(blocks: [
      Block(size: Self.arena, slack: Self.arena, alignment: Self.arena)
    ])
    var added: [Region] = []
    for number in 0..<count {
      guard let range = pool.place(asked)?.first else {
        throw .doesNotApply(change, "only \(number) of them find room for their stacks.")
      }
      added += Self.regions(range, split: page, Self.stackRegions)
      if let range = pool.place(arena)?.first {
        added += Self.regions(range, split: Self.used, Self.arenaRegions)
      }
    }
    map = AddressMap.assembling(map.regions + added).map
    isFromBelow = true
    note("each thread with an arena of malloc's, of which it makes at most two a processor")
  }

  /// Starting a thread takes memory from malloc, which begins the brk heap where there is none:
  /// its pad of 128 KiB and what was asked for, in whole pages.
  private mutating func beginHeap() {
    guard let start = facts.startOfBreak?.roundedUp(to: layout.pageSize),
      let range = AddressRange(start, start + .kibibytes(136)),
      !map.regions.contains(where: { $0.kind == .heap || $0.range.overlaps(range) })
    else { return }
    let heap = Region(range: range, access: [.read, .write], name: "[heap]")
    map = AddressMap.assembling(map.regions + [heap]).map
  }

  private typealias Maker = @Sendable (_ low: AddressRange, _ high: AddressRange) -> [Region]

  private static func regions(
    _ range: AddressRange, split: ByteCount, _ make: Maker
  ) -> [Region] {
    guard let low = AddressRange(range.lower, range.lower + split),
      let high = AddressRange(range.lower + split, range.upper)
    else { return [] }
    return make(low, high)
  }

  private static let stackRegions: Maker = { low, high in
    [
      Region(range: low, kind: .stack),
      Region(range: high, access: [.read, .write], kind: .stack),
    ]
  }

  private static let arenaRegions: Maker = { low, high in
    [
      Region(range: low, access: [.read, .write], kind: .anonymous),
      Region(range: high, kind: .reserved),
    ]
  }
}
