/// What HotSpot maps, in a process that has `libjvm.so`: code that is both written and run, and
/// reservations that are given memory from their low end.
struct JavaShapes: OriginRule {
  /// Where the heap is, as far as a map can tell.
  private let heap: AddressRange?
  private let isHeapLikely: Bool
  private let arena: ByteCount

  init?(_ scene: OriginScene) {
    guard scene.system == .linux, scene.hasModule("libjvm.so") else { return nil }
    arena = GlibcArenaShapes.largestHeap(scene.wordSize)
    let compressed = scene.wordSize == .bits64 ? Self.compressedHeap(scene.regions) : nil
    heap = compressed ?? Self.largestChain(scene, arena: arena)
    isHeapLikely = compressed != nil || scene.wordSize == .bits32
  }

  func origin(at index: Int, in scene: OriginScene) -> Origin? {
    let region = scene.regions[index]
    guard region.isUnnamed, !region.access.contains(.shared) else { return nil }
    if region.isPlainCode { return Origin(.javaCode, .likely) }
    if region.isPlainReserve, let below = scene.below(index), below.isPlainCode {
      return Origin(.javaCode, .likely)
    }
    if let heap, heap.contains(region.range.lower) {
      return Origin(.javaHeap, isHeapLikely ? .likely : .possible)
    }
    if Self.isStack(index, in: scene) { return Origin(.threadStack, .likely) }
    if region.isPlainReserve, let below = scene.below(index) {
      return tables(below, reserve: region)
    }
    return scene.above(index).flatMap { tables(region, reserve: $0) }
  }

  /// Memory with a reserve above it. Metaspace is given memory 64 KiB at a time
  /// (`Settings::commit_granule_bytes`); the tables of collectors by pages, as others do too.
  private func tables(_ memory: Region, reserve: Region) -> Origin? {
    guard memory.isPlainMemory, memory.kind == .anonymous, reserve.isPlainReserve,
      reserve.size > Self.largestGuard, reserve.size <= Self.largestTables
    else { return nil }
    // What ends where an arena of malloc ends and begins before it is one, merged with others.
    let end = reserve.range.upper
    let isArena =
      end.value % arena.value == 0 && reserve.size < arena
      && memory.range.lower <= end.lowered(by: arena)
    let granule = ByteCount.kibibytes(64).value
    let isMetaspace =
      memory.range.lower.value % granule == 0 && memory.size.value % granule == 0
    if isArena || !isMetaspace && memory.range.lower.value % arena.value == 0 { return nil }
    return Origin(.javaTables, isMetaspace ? .likely : .possible)
  }

  /// More than a guard zone of stacks (`StackRedPages`, `StackYellowPages`, `StackReservedPages`:
  /// three to four pages, with shadow pages up to twenty).
  private static let largestGuard = ByteCount.kibibytes(80)
  /// A class space is 3 GiB at most.
  private static let largestTables = ByteCount.gibibytes(4)

  /// A stack of a Java thread: its guard zone is part of it, so that both together are what
  /// `-Xss` says, a multiple of 16 KiB. Other threads of the VM have a guard of glibc's below.
  private static func isStack(_ index: Int, in scene: OriginScene) -> Bool {
    let region = scene.regions[index]
    if region.isPlainMemory, let below = scene.below(index) {
      return isStack(region, guard: below)
    }
    if region.isPlainReserve, let above = scene.above(index) {
      return isStack(above, guard: region)
    }
    return false
  }

  private static func isStack(_ stack: Region, guard zone: Region) -> Bool {
    guard stack.isPlainMemory, zone.isPlainReserve, zone.size <= largestGuard else { return false }
    let step = ByteCount.kibibytes(64).value
    let sizes = ByteCount.kibibytes(128)...ByteCount.mebibytes(16)
    let whole = stack.size + zone.size
    return whole.value % step == 0 && sizes.contains(whole)
      || stack.size.value % step == 0 && sizes.contains(stack.size)
  }

  /// With compressed pointers to objects the heap lies below 32 GiB, most often below 4, where on a
  /// 64-bit system hardly anything else does: the largest run there. An archive of classes can be
  /// mapped into its upper end.
  private static func compressedHeap(_ regions: [Region]) -> AddressRange? {
    let limit = Address(32 << 30)
    var runs: [AddressRange] = []
    for region in regions.prefix(while: { $0.range.upper <= limit }) {
      guard region.isPrivateUnnamed && !region.isPlainCode || region.name.hasSuffix(".jsa") else {
        continue
      }
      // A class space of its usual size above the heap is not the heap's.
      if let last = runs.last, last.upper == region.range.lower,
        region.range.lower.value % ByteCount.gibibytes(4).value != 0,
        let joined = AddressRange(last.lower, region.range.upper)
      {
        runs[runs.count - 1] = joined
      } else {
        runs.append(region.range)
      }
    }
    let largest = runs.max { ($0.size, $1.lower) < ($1.size, $0.lower) }
    return largest.flatMap { $0.size >= .mebibytes(1) ? $0 : nil }
  }

  /// The largest stretch of memory and reserves whose parts begin at multiples of 64 KiB: a heap of
  /// one or several generations.
  private static func largestChain(_ scene: OriginScene, arena: ByteCount) -> AddressRange? {
    var best: AddressRange?
    var chain: AddressRange?
    for region in scene.regions {
      let isStart = region.range.lower.value % ByteCount.kibibytes(64).value == 0
      let isPart =
        region.isPlainMemory && region.kind == .anonymous
        || region.isPlainReserve && region.size > largestGuard
      guard isStart, isPart else {
        chain = nil
        continue
      }
      // Behind a reserve only another generation follows, no table.
      if let last = chain, last.upper == region.range.lower,
        region.isPlainReserve || region.size >= .mebibytes(1),
        let joined = AddressRange(last.lower, region.range.upper)
      {
        chain = joined
      } else {
        let isArena =
          region.range.lower.value % arena.value == 0 && region.size < arena
          && scene.wordSize == .bits64
        chain = region.isPlainMemory && !isArena ? region.range : nil
      }
      if let chain, chain.size >= .mebibytes(8), chain.size > best?.size ?? .zero { best = chain }
    }
    return best
  }
}
