/// What .NET has reserved, in a process with its runtime: the collector's heap, and the range near
/// the runtime that code and its data come from.
struct DotnetShapes: OriginRule {
  /// The regions of each, in order.
  private let parts: [(indices: Range<Int>, owner: Origin.Owner)]

  init?(_ scene: OriginScene) {
    guard scene.system == .linux, scene.hasModule("libcoreclr.so", "libclrgc.so") else {
      return nil
    }
    let runs = PrivateRuns(scene.regions).all
    let isWide = scene.wordSize == .bits64
    var parts: [(indices: Range<Int>, owner: Origin.Owner)] = []
    for run in runs where run.range.size >= (isWide ? .gibibytes(1) : .mebibytes(32)) {
      // Both are far larger than what they have memory for.
      guard run.indices.contains(where: { scene.regions[$0].isPlainReserve }) else { continue }
      if run.indices.contains(where: { scene.regions[$0].isPlainCode }) {
        parts.append((run.indices, .dotnetCode))
      } else if run.range.size >= Self.regions, isWide {
        parts.append((run.indices, .dotnetHeap))
      }
    }
    for run in runs {
      let segments = Self.segments(in: run.indices, scene, isWide)
      if !segments.isEmpty { parts.append((segments, .dotnetHeap)) }
    }
    if parts.isEmpty { return nil }
    self.parts = parts.sorted { $0.indices.lowerBound < $1.indices.lowerBound }
  }

  /// As much as this at least since .NET 7 (`GCRegionRange`).
  private static let regions = ByteCount.gibibytes(256)

  /// Before, the first segments in one piece: 256 MiB for small objects and 128 MiB for large ones,
  /// 16 MiB each for 32 bits (`INITIAL_ALLOC` and `LHEAP_ALLOC` of `gcpriv.h`), each of them memory
  /// and then reserve.
  private static func segments(
    in indices: Range<Int>, _ scene: OriginScene, _ isWide: Bool
  ) -> Range<Int> {
    let (small, large): (ByteCount, ByteCount) =
      isWide ? (.mebibytes(256), .mebibytes(128)) : (.mebibytes(16), .mebibytes(16))
    func pair(_ index: Int) -> ByteCount? {
      guard index + 1 < indices.upperBound, scene.regions[index].isPlainMemory,
        scene.regions[index + 1].isPlainReserve
      else { return nil }
      return scene.regions[index].size + scene.regions[index + 1].size
    }
    let start = indices.first { pair($0) == small && (pair($0 + 2) ?? .zero) >= large }
    return start.map { $0..<$0 + 4 } ?? 0..<0
  }

  func origin(at index: Int, in scene: OriginScene) -> Origin? {
    let place = parts.partitioningIndex { $0.indices.upperBound > index }
    guard place < parts.count, parts[place].indices.contains(index) else { return nil }
    return Origin(parts[place].owner, .likely)
  }
}
