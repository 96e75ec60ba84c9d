extension Room {
  /// Whether it is certain what the target's own heap serves, besides `count` buffers from new
  /// address space.
  func isCertain(of growth: HeapGrowth, beside count: UInt64) -> Bool {
    guard let heap = facts.heap else { return !mayBeServedByUnreadHeap(growth) }
    return growth.isCertain(in: heap, total: count)
  }

  /// Whether a heap that was not read, or is not even known, could serve a chunk without growing.
  private func mayBeServedByUnreadHeap(_ growth: HeapGrowth) -> Bool {
    // One that has not begun will take the first pages of where it begins.
    guard let end = endOfBreak, regions.contains(where: { $0.kind == .heap }) else { return true }
    if regions.contains(where: { $0.kind == .heap && $0.size >= growth.chunk }) { return true }
    // Where the break could not rise malloc goes on in mappings.
    let span = freeSpans.first { $0.range.lower == end }?.range.size ?? .zero
    guard span < growth.pad + .kibibytes(8) else { return false }
    return regions.contains {
      $0.kind == .anonymous && $0.access.contains([.read, .write]) && $0.size >= growth.chunk
    }
  }
}
