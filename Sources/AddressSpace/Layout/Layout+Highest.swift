extension Layout {
  /// Where the system looks for room for what asks for the highest place (`MEM_TOP_DOWN`), in the
  /// order it looks.
  ///
  /// Windows looks at the same addresses from the top. Wine looks at its areas from the highest to
  /// the lowest and from the top of each; what the kernel chooses outside of them is what it always
  /// is.
  public var searchesForHighest: [Search] {
    if let highestSearches { return highestSearches }
    let inside = searches.filter { $0.excluded.isEmpty && $0.slack == .zero }
    let outside = searches.filter { !$0.excluded.isEmpty || $0.slack != .zero }
    return inside.reversed().map(\.fromTheTop)
      + outside.map { $0.slack == .zero ? $0.fromTheTop : $0 }
  }

  /// The user space of a 32-bit Windows program with bounds that were drawn: what `VirtualAlloc`
  /// may give begins at `lowEdge`, and from the top at `highEdge`.
  ///
  /// - Parameters:
  ///   - top: the first address that is no user space any more.
  ///   - end: the first address above what a region may have.
  package static func windows(
    name: String, top: Address, end: Address, lowEdge: Address, highEdge: Address, basis: String
  ) -> Layout? {
    guard let space = AddressRange(windowsLowest, top), let usual = AddressRange(lowEdge, end),
      let highest = AddressRange(windowsLowest, highEdge)
    else { return nil }
    var layout = Layout(
      name: name, space: space, wordSize: .bits32, system: .windows, pageSize: .kibibytes(4),
      granularity: windowsGranularity,
      searches: [Search(usual, .bottomUp, alignment: windowsGranularity)], guardGap: .zero,
      blocked: [], basis: basis, isAssumed: false)
    layout.highestSearches = [Search(highest, .topDown, alignment: windowsGranularity)]
    return layout
  }

  /// The first 64 KiB are a zone without access.
  private static let windowsLowest: Address = 0x1_0000
}

extension Layout.Search {
  fileprivate var fromTheTop: Layout.Search {
    Layout.Search(range, .topDown, alignment: alignment, slack: slack, excluding: excluded)
  }
}
