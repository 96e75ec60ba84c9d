/// What `sys._debugmallocstats()` says of CPython's allocator.
public struct ObmallocUsage: Hashable, Sendable {
  /// One size class.
  public struct SizeClass: Hashable, Sendable {
    /// The bytes of a block.
    public var blockBytes: UInt64
    /// The pools that are of this class.
    public var pools = 0
    /// Their blocks in use.
    public var blocks = 0
  }

  /// The classes that have pools, by size.
  public var classes: [SizeClass] = []
  /// The arenas there are.
  public var arenas = 0
  /// The most there were at one time.
  public var arenasAtPeak = 0
  /// How many were ever obtained.
  public var arenasObtained = 0
  /// The pools of no class: free ones, and those that were never used.
  public var freePools = 0

  /// How many were given back.
  public var arenasReclaimed: Int { arenasObtained - arenas }
}

extension Obmalloc {
  /// What it holds now.
  var usage: ObmallocUsage {
    var usage = ObmallocUsage()
    var classes = (0..<rules.classes).map {
      ObmallocUsage.SizeClass(blockBytes: rules.blockBytes($0))
    }
    usage.arenas = arenasNow
    usage.arenasAtPeak = arenasAtPeak
    usage.arenasObtained = arenasObtained
    for (slot, arena) in arenas.enumerated() where arena.allocation != nil {
      let first = slot * rules.poolsPerArena
      var inUse = 0
      for pool in pools[first..<first + rules.poolsPerArena] where pool.used > 0 {
        classes[Int(pool.sizeClass)].pools += 1
        classes[Int(pool.sizeClass)].blocks += Int(pool.used)
        inUse += 1
      }
      usage.freePools += Int(arena.total) - inUse
    }
    usage.classes = classes.filter { $0.pools > 0 }
    return usage
  }
}
