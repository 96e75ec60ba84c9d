internal import AddressSpace

/// CPython's allocator of small objects: blocks of one size in pools, pools in arenas.
///
/// What is kept of a pool is how many of its blocks are in use: which ones makes no difference to
/// what is asked of the system. So blocks are taken and given back by the run, and a million objects
/// cost as much as the pools they fill.
struct Obmalloc: Sendable {
  let rules: ObmallocRules
  /// The pools of all slots, `poolsPerArena` each.
  var pools: [Pool] = []
  var arenas: [Arena] = []
  /// The first pool of each class that has a free block, -1 where there is none.
  var usedPools: [Int32]
  /// The first arena that has a free pool: the one with the fewest.
  var usableArenas: Int32 = -1
  /// The last usable arena that has so many free pools, -1 where there is none.
  var lastWithFreePools: [Int32]
  /// The first slot without an arena.
  var unusedSlots: Int32 = -1
  /// The vector of arenas, in the C library's heap.
  var slotVector: Address?
  /// Until 2.4: the free pools of all arenas.
  var loosePools: Int32 = -1
  /// The pools that were written to since the system was last told.
  var dirtyPools: [Int32] = []
  /// How many arenas were ever obtained, and the most at one time.
  var arenasObtained = 0
  var arenasAtPeak = 0
  var arenasNow = 0

  struct Pool: Sendable {
    /// Blocks in use.
    var used: Int32 = 0
    /// Blocks that were ever in use since it is of this class.
    var carved: Int32 = 0
    /// Its neighbours among those of its class, or the next free one.
    var next: Int32 = -1
    var previous: Int32 = -1
    var sizeClass: Int16 = -1
    /// Its pages that were written to, and what of these the system was told.
    var touchedPages: UInt8 = 0
    var settledPages: UInt8 = 0
  }

  struct Arena: Sendable {
    /// What the system or the C library gave, nil where the slot is empty.
    var allocation: Address?
    /// Its first pool.
    var base: Address = 0
    /// The free pools, those that were never used among them.
    var free: Int32 = 0
    var total: Int32 = 0
    /// The pools that were ever used.
    var carved: Int32 = 0
    /// The pools that were used and are free.
    var freePools: Int32 = -1
    var next: Int32 = -1
    var previous: Int32 = -1
  }

  init(_ rules: ObmallocRules) {
    self.rules = rules
    usedPools = Array(repeating: -1, count: rules.classes)
    lastWithFreePools = Array(repeating: -1, count: rules.poolsPerArena + 1)
  }

  /// How many blocks the next pool of a class still has.
  func available(_ sizeClass: Int) -> Int {
    let pool = usedPools[sizeClass]
    guard pool >= 0 else { return 0 }
    return rules.blocksPerPool(sizeClass) - Int(pools[Int(pool)].used)
  }

  /// Takes blocks of a class, all of one pool: its next one, or a fresh one where none has room.
  ///
  /// - Returns: the pool, and how many it gave; nil where no arena is to be had.
  mutating func take<System, Heap>(
    _ sizeClass: Int, atMost count: Int, in memory: inout ProgramMemory<System, Heap>
  ) -> BlockRun? {
    var index = usedPools[sizeClass]
    if index < 0 {
      guard let fresh = freshPool(sizeClass, in: &memory) else { return nil }
      index = fresh
      link(fresh, sizeClass)
    }
    let capacity = Int32(rules.blocksPerPool(sizeClass))
    let taken = min(Int32(clamping: count), capacity - pools[Int(index)].used)
    pools[Int(index)].used += taken
    if pools[Int(index)].used > pools[Int(index)].carved {
      pools[Int(index)].carved = pools[Int(index)].used
      noteTouched(index)
    }
    if pools[Int(index)].used == capacity { unlink(index, sizeClass) }
    return BlockRun(source: index, count: taken)
  }

  /// Gives blocks of one pool back.
  mutating func give<System, Heap>(
    _ index: Int32, _ count: Int32, in memory: inout ProgramMemory<System, Heap>
  ) {
    let sizeClass = Int(pools[Int(index)].sizeClass)
    let wasFull = Int(pools[Int(index)].used) == rules.blocksPerPool(sizeClass)
    pools[Int(index)].used -= count
    if pools[Int(index)].used > 0 {
      if wasFull && count > 0 { link(index, sizeClass) }
    } else {
      if !wasFull { unlink(index, sizeClass) }
      free(index, in: &memory)
    }
  }

  /// Puts a pool before the others of its class.
  private mutating func link(_ index: Int32, _ sizeClass: Int) {
    let first = usedPools[sizeClass]
    pools[Int(index)].next = first
    pools[Int(index)].previous = -1
    if first >= 0 { pools[Int(first)].previous = index }
    usedPools[sizeClass] = index
  }

  /// Takes a pool out of those of its class.
  private mutating func unlink(_ index: Int32, _ sizeClass: Int) {
    let (next, previous) = (pools[Int(index)].next, pools[Int(index)].previous)
    if next >= 0 { pools[Int(next)].previous = previous }
    if previous >= 0 {
      pools[Int(previous)].next = next
    } else {
      usedPools[sizeClass] = next
    }
  }
}

/// Blocks that were taken together: of one pool, or one of a C library's heap.
struct BlockRun: Hashable, Sendable {
  /// Which pool, or where negative the complement of a place in a list of addresses.
  var source: Int32
  var count: Int32
}
