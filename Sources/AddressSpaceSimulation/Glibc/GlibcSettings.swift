public import AddressSpace

/// What a program or its environment tells malloc; what is nil stays as it is.
public struct GlibcSettings: Hashable, Sendable {
  /// `M_MMAP_THRESHOLD`: from this chunk size on a request is mapped by itself.
  public var mmapThreshold: ByteCount?
  /// `M_TRIM_THRESHOLD`: how much may be unused at the end of a heap before it is given back.
  public var trimThreshold: ByteCount?
  /// `M_TOP_PAD`: what a heap grows by beyond what is asked.
  public var topPad: ByteCount?
  /// `M_MMAP_MAX`: how many requests may be mapped by themselves at a time.
  public var mmapMost: Int?
  /// `M_ARENA_MAX`: how many arenas there may be.
  public var arenaMost: Int?
  /// `M_ARENA_TEST`: from how many arenas on their number is limited by the processors.
  public var arenaTest: Int?
  /// `glibc.malloc.tcache_count`: how many chunks of a size a thread keeps; zero for none.
  public var cacheDepth: Int?

  /// Nothing told.
  public init() {}

  /// These, and what is told after them.
  public func with(_ later: GlibcSettings) -> GlibcSettings {
    var all = self
    all.mmapThreshold = later.mmapThreshold ?? mmapThreshold
    all.trimThreshold = later.trimThreshold ?? trimThreshold
    all.topPad = later.topPad ?? topPad
    all.mmapMost = later.mmapMost ?? mmapMost
    all.arenaMost = later.arenaMost ?? arenaMost
    all.arenaTest = later.arenaTest ?? arenaTest
    all.cacheDepth = later.cacheDepth ?? cacheDepth
    return all
  }
}

extension GlibcSettings {
  /// What environment variables tell: `MALLOC_TOP_PAD_` and others, and `GLIBC_TUNABLES`. What has no
  /// number stays untold.
  public init(environment: [String: String]) {
    self.init()
    for (name, key) in Self.variables {
      if let value = environment[name].flatMap({ UInt64($0) }) { set(key, value) }
    }
    for tunable in environment["GLIBC_TUNABLES", default: ""].split(separator: ":") {
      let parts = tunable.split(separator: "=", maxSplits: 1)
      if parts.count == 2, let value = UInt64(parts[1]) { set(parts[0], value) }
    }
  }

  private static let variables = [
    ("MALLOC_MMAP_THRESHOLD_", "glibc.malloc.mmap_threshold"),
    ("MALLOC_TRIM_THRESHOLD_", "glibc.malloc.trim_threshold"),
    ("MALLOC_TOP_PAD_", "glibc.malloc.top_pad"),
    ("MALLOC_MMAP_MAX_", "glibc.malloc.mmap_max"),
    ("MALLOC_ARENA_MAX", "glibc.malloc.arena_max"),
    ("MALLOC_ARENA_TEST", "glibc.malloc.arena_test"),
  ]

  private mutating func set(_ tunable: some StringProtocol, _ value: UInt64) {
    let count = Int(clamping: value)
    switch tunable {
    case "glibc.malloc.mmap_threshold": mmapThreshold = ByteCount(value)
    case "glibc.malloc.trim_threshold": trimThreshold = ByteCount(value)
    case "glibc.malloc.top_pad": topPad = ByteCount(value)
    case "glibc.malloc.mmap_max": mmapMost = count
    case "glibc.malloc.arena_max": arenaMost = count
    case "glibc.malloc.arena_test": arenaTest = count
    case "glibc.malloc.tcache_count": cacheDepth = count
    default: break
    }
  }
}

/// What malloc goes by at a moment (`mp_`): what it was told, and what it learnt.
struct MallocParameters {
  var mmapThreshold: UInt64 = 128 << 10
  var trimThreshold: UInt64 = 128 << 10
  var topPad: UInt64 = 128 << 10
  var mmapMost = 65536
  var arenaMost = 0
  var arenaTest: Int
  var cacheDepth: Int
  /// Whether freeing a mapped chunk raises the thresholds: until one of them is told.
  var learns = true

  init(rules: GlibcRules) {
    arenaTest = rules.arenasBeforeLimit
    cacheDepth = rules.cacheDepth
  }

  /// Applies what is told, as `mallopt` does: what is too large is not taken.
  mutating func apply(_ settings: GlibcSettings, _ rules: GlibcRules) {
    if let value = settings.mmapThreshold, value.value <= rules.highestSetThreshold ?? .max {
      mmapThreshold = value.value
      learns = false
    }
    if let value = settings.trimThreshold { (trimThreshold, learns) = (value.value, false) }
    if let value = settings.topPad { (topPad, learns) = (value.value, false) }
    if let value = settings.mmapMost { (mmapMost, learns) = (value, false) }
    if let value = settings.arenaMost, value > 0 { arenaMost = value }
    if let value = settings.arenaTest, value > 0 { arenaTest = value }
    if let value = settings.cacheDepth { cacheDepth = min(value, 0xFFFF) }
  }
}
