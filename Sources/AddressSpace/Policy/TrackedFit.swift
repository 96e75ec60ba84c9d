/// What the count of a tracker, which knows of address space alone, says of how many buffers fit: all,
/// as long as no other wall is near.
struct TrackedFit {
  /// Whether nothing that is not known could serve a buffer.
  private let isExact: Bool
  private let mostMappings: UInt64

  /// What counts of blocks that are all alike say; nil where other walls have to be asked anyway.
  init?(_ footprint: Footprint, layout: Layout, facts: LayoutFacts) {
    isExact =
      footprint.isExact && footprint.heapGrowth == nil && layout.wordSize == .bits32
      && facts.machine != .other && (layout.system != .wine || facts.knowsTraits)
    guard let limits = facts.limits else {
      mostMappings = .max
      return
    }
    let asked = footprint.blocks.map { $0.size.adding($0.slack) }
    let grown = footprint.heapGrowth.map { $0.chunk.adding($0.pad) } ?? .zero
    guard limits.addressSpace?.soft == nil, limits.data?.soft == nil,
      let largest = (asked + [grown]).map({ $0?.value ?? .max }).max()
    else { return nil }
    switch limits.overcommit?.mode {
    case .never: return nil
    case .heuristic:
      guard let memory = limits.memory else { break }
      guard largest <= (memory.total + memory.swapTotal).value else { return nil }
    case .always, nil: break
    }
    mostMappings = limits.mostMappings ?? .max
  }

  /// What is known of how many fit where the tracker counts so many.
  func bounds(for fits: UInt64, in tracker: RoomTracker) -> FigureBounds? {
    let (mappings, overflow) = fits.addingReportingOverflow(UInt64(tracker.map.pieceCount))
    guard !overflow, mappings <= mostMappings else { return nil }
    return FigureBounds(least: fits...fits, most: isExact ? fits...fits : fits...(.max))
  }
}
