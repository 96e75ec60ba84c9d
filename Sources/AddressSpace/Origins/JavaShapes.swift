/// What HotSpot maps, in a process that has `libjvm.so`: code that is both written and run, and
/// reservations that are given memory from their low end.
struct JavaShapes: OriginRule {
  private let runs: PrivateRuns
  /// The run of the heap, as far as a map can tell.
  private let heap: AddressRange?

  init?(_ scene: OriginScene) {
    guard scene.system == .linux, scene.hasModule("libjvm.so") else { return nil }
    runs = PrivateRuns(scene.regions)
    heap =
      scene.wordSize == .bits64
      ? Self.compressedHeap(scene.regions) ?? Self.largestPair(scene)
      : Self.largestPair(scene)
  }

  func origin(at index: Int, in scene: OriginScene) -> Origin? {
    let region = scene.regions[index]
    guard region.isUnnamed, !region.access.contains(.shared) else { return nil }
    if region.isPlainCode { return Origin(.javaCode, .likely) }
    if region.isPlainReserve, let below = scene.below(index), below.isPlainCode {
      return Origin(.javaCode, .likely)
    }
    if let heap, heap.contains(region.range.lower) { return Origin(.javaHeap, .likely) }
    if Self.isStack(index, in: scene) { return Origin(.threadStack, .likely) }
    if region.isPlainReserve {
      return region.size >= Self.leastTable ? Origin(.javaTables, .likely) : nil
    }
    guard region.isPlainMemory, region.kind == .anonymous, let above = scene.above(index),
      above.isPlainReserve, above.size > Self.largestGuard
    else { return nil }
    return Origin(.javaTables, .likely)
  }

  /// More than a guard zone of stacks (`StackRedPages`, `StackYellowPages`, `StackReservedPages`:
  /// three to four pages, with shadow pages up to twenty).
  private static let largestGuard = ByteCount.kibibytes(80)
  private static let leastTable = ByteCount.kibibytes(128)

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

  /// The largest memory with a reserve above it, less what a class space reserves.
  private static func largestPair(_ scene: OriginScene) -> AddressRange? {
    let heapMax = GlibcArenaShapes.largestHeap(scene.wordSize)
    var best: AddressRange?
    for (index, region) in scene.regions.enumerated().dropLast()
    where region.isPlainMemory && region.kind == .anonymous {
      let above = scene.regions[index + 1]
      guard above.isPlainReserve, above.range.lower == region.range.upper,
        above.size > largestGuard,
        let pair = AddressRange(region.range.lower, above.range.upper),
        pair.size >= .mebibytes(8), pair.upper.value % ByteCount.kibibytes(64).value == 0,
        !(pair.lower.value % heapMax.value == 0 && pair.size <= heapMax),
        pair.size > best?.size ?? .zero
      else { continue }
      best = pair
    }
    return best
  }
}
