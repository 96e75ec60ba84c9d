/// What Windows and its libraries make, by shape: an allocation begins at a multiple of 64 KiB, with
/// its parts in one piece. Heaps commit from their low end, stacks from their high end.
///
/// How often these are right was counted on a real process whose owners VMMap knows: `docs/windows.md`.
struct WindowsShapes: OriginRule {
  private let isWoW64: Bool
  /// Where .NET runs, most of what looks like a heap is its own.
  private let hasDotnet: Bool

  init?(_ scene: OriginScene) {
    guard scene.system == .windows else { return nil }
    hasDotnet = scene.modules.contains { name in
      ["clr.dll", "coreclr.dll", "mscorwks.dll"].contains(name.lowercased())
    }
    isWoW64 = scene.wordSize == .bits32 && scene.facts.windows?.is64BitSystem != false
  }

  /// What a segment of an NT heap reserves: the first one 64 KiB to 1 MiB, further ones twice as
  /// much each time up to just below 16 MiB (`docs/layouts.md`).
  private static let segments: Set<UInt64> = [
    0x1_0000, 0x4_0000, 0x8_0000, 0x10_0000, 0x20_0000, 0x40_0000, 0x80_0000, 0xFD_0000, 0xFC_F000,
  ]
  /// The 64-bit stack of a thread under WOW64.
  private static let stack64 = ByteCount.kibibytes(256)
  private static let granularity = Layout.windowsGranularity.value
  /// More parts than this no shape has; so the look at neighbours stays short.
  private static let mostParts = 64

  func origin(at index: Int, in scene: OriginScene) -> Origin? {
    let region = scene.regions[index]
    guard region.isUnnamed, region.kind != .image, region.kind != .shared else { return nil }
    guard let parts = Self.allocation(of: index, in: scene.regions) else {
      return Origin(.virtualAlloc, .possible)
    }
    let whole = parts.reduce(ByteCount.zero) { $0 + scene.regions[$1].size }
    if Self.isStack(scene.regions[parts]) {
      return Origin(isWoW64 && whole == Self.stack64 ? .wow64Stack : .threadStack, .likely)
    }
    if Self.isHeap(scene.regions[parts], whole) {
      return Origin(.windowsHeap, hasDotnet ? .possible : .likely)
    }
    return Origin(.virtualAlloc, .possible)
  }

  /// The parts of the allocation that a region is of, nil where they are too many or the lowest is
  /// not known to be its beginning.
  private static func allocation(of index: Int, in regions: [Region]) -> Range<Int>? {
    var start = index
    while regions[start].offset > 0 {
      guard start > 0, index - start < mostParts,
        regions[start - 1].range.upper == regions[start].range.lower,
        regions[start].offset &- regions[start - 1].offset == regions[start - 1].size.value
      else { return nil }
      start -= 1
    }
    guard regions[start].range.lower.value % granularity == 0 else { return nil }
    var end = index + 1
    while end < regions.count, end - start < mostParts, regions[end].offset > 0,
      regions[end].range.lower == regions[end - 1].range.upper,
      regions[end].offset &- regions[end - 1].offset == regions[end - 1].size.value
    { end += 1 }
    return end - start < mostParts ? start..<end : nil
  }

  /// Reserve, then a guard without access, then memory up to the end.
  private static func isStack(_ parts: ArraySlice<Region>) -> Bool {
    guard let last = parts.last, last.isPlainMemory, parts.count >= 2 else { return false }
    let guardPages = parts.dropLast().last
    return guardPages.map { $0.access.isNone && $0.kind != .reserved && $0.size <= .kibibytes(64) }
      == true && parts.dropLast(2).allSatisfy { $0.kind == .reserved }
  }

  /// Memory at the beginning and reserve at the end, of a size that heaps take.
  private static func isHeap(_ parts: ArraySlice<Region>, _ whole: ByteCount) -> Bool {
    guard let first = parts.first, let last = parts.last, parts.count >= 2, first.isPlainMemory,
      last.kind == .reserved, segments.contains(whole.value)
    else { return false }
    return parts.allSatisfy { $0.kind == .reserved || $0.isPlainMemory }
  }
}
