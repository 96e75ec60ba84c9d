/// What the garbage collector of .NET has reserved, in a process with its runtime: one range that
/// holds the heap's regions, much larger than anything else, with memory in parts of it.
struct DotnetShapes: OriginRule {
  private let heap: PrivateRuns.Run?

  init?(_ scene: OriginScene) {
    guard scene.system == .linux, scene.hasModule("libcoreclr.so", "libclrgc.so") else {
      return nil
    }
    // 256 GiB by default on 64-bit systems (GCRegionRange), else segments of 16 MiB and more.
    let least: ByteCount = scene.wordSize == .bits32 ? .mebibytes(16) : .gibibytes(1)
    var best: PrivateRuns.Run?
    for run in PrivateRuns(scene.regions).all
    where run.range.size >= least && run.range.size > best?.range.size ?? .zero
      && run.indices.contains(where: { scene.regions[$0].isPlainReserve })
      && run.indices.contains(where: { scene.regions[$0].isPlainMemory })
    { best = run }
    heap = best
    if best == nil { return nil }
  }

  func origin(at index: Int, in scene: OriginScene) -> Origin? {
    guard let heap, heap.indices.contains(index), !scene.regions[index].isPlainCode else {
      return nil
    }
    return Origin(.dotnetHeap, .likely)
  }
}
