/// Allocations that glibc's malloc mapped by themselves, from a map whose memory nobody saw: most
/// large private memory of a program with that library is one, or several that have merged.
struct MallocShapes: OriginRule {
  init?(_ scene: OriginScene) {
    guard scene.facts.contents == nil, scene.system == .linux,
      scene.hasModule("libc.so.6", "libc-2.")
    else { return nil }
  }

  /// From `M_MMAP_THRESHOLD` on, a chunk has a mapping of its own, with a page for its header.
  private static let smallest = ByteCount.kibibytes(132)

  func origin(at index: Int, in scene: OriginScene) -> Origin? {
    let region = scene.regions[index]
    guard region.kind == .anonymous, region.isPlainMemory, region.size >= Self.smallest else {
      return nil
    }
    return Origin(.malloc, .possible)
  }
}
