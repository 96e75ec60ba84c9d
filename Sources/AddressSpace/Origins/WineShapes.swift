/// What a Windows program under Wine has, by its shape: views begin at multiples of 64 KiB, stacks
/// with a guard, heaps with memory and above it what they may grow to.
struct WineShapes: OriginRule {
  init?(_ scene: OriginScene) {
    let isWine =
      scene.system == .wine || scene.facts.wine != nil
      || scene.hasModule("wine-preloader", "wine64-preloader", "ntdll.dll.so")
    guard isWine else { return nil }
  }

  /// Where views begin.
  private static let granularity = ByteCount.kibibytes(64)
  /// The block of PEB and TEBs (`virtual_alloc_first_teb` in Wine's dlls/ntdll/unix/virtual.c).
  private static let block = ByteCount.mebibytes(2)
  /// Programs hardly reserve as much at once as Wine does for them.
  private static let largeReserve = ByteCount.mebibytes(128)
  /// Windows reserves no smaller stack than this.
  private static let leastStack = ByteCount.kibibytes(64)

  func origin(at index: Int, in scene: OriginScene) -> Origin? {
    let region = scene.regions[index]
    guard region.isPlainMemory || region.isPlainReserve, region.kind != .image else { return nil }
    if region.isPlainReserve, region.traits.contains(.noReserve) {
      return Origin(.wineReserve, .likely)
    }
    if region.isPlainReserve, region.size >= Self.largeReserve {
      return Origin(.wineReserve, .possible)
    }
    if region.isPlainReserve, let above = scene.above(index), above.isPlainMemory,
      let origin = Self.origin(reserve: region, below: above)
    {
      return origin
    }
    if region.isPlainMemory, let below = scene.below(index), below.isPlainReserve,
      let origin = Self.origin(reserve: below, below: region)
    {
      return origin
    }
    if let above = scene.above(index), Self.isHeap(region, reserve: above) {
      return Origin(.windowsHeap, .possible)
    }
    if let below = scene.below(index), Self.isHeap(below, reserve: region) {
      return Origin(.windowsHeap, .possible)
    }
    let isView = region.range.lower.value % Self.granularity.value == 0
    return isView && region.range.upper <= Address(1 << 32)
      ? Origin(.virtualAlloc, .possible) : nil
  }

  /// What a reserve with memory above it is: the block of PEB and TEBs, which fills from its high
  /// end, or a stack above its guard.
  private static func origin(reserve: Region, below memory: Region) -> Origin? {
    guard reserve.range.lower.value % granularity.value == 0,
      !reserve.traits.contains(.noReserve)
    else { return nil }
    let whole = reserve.size + memory.size
    if whole == block, reserve.range.lower.value % block.value == 0 {
      return Origin(.windowsBlocks, .likely)
    }
    let isStack =
      reserve.size < granularity && whole.value % granularity.value == 0 && whole >= leastStack
    return isStack ? Origin(.threadStack, .likely) : nil
  }

  /// Memory with a reserve above it that together fill views.
  private static func isHeap(_ memory: Region, reserve: Region) -> Bool {
    memory.isPlainMemory && memory.kind == .anonymous && reserve.isPlainReserve
      && !reserve.traits.contains(.noReserve) && reserve.size < largeReserve
      && memory.range.lower.value % granularity.value == 0
      && reserve.range.upper.value % granularity.value == 0
  }
}
