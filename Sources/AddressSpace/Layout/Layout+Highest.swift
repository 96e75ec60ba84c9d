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

  /// The user space of a Windows program with bounds that a model has drawn; nil where they
  /// leave nothing between them.
  package static func windows(_ edges: WindowsEdges) -> Layout? {
    let all = [edges.top, edges.end, edges.low, edges.high]
    guard all.allSatisfy({ $0.value % windowsGranularity.value == 0 }),
      let space = AddressRange(windowsLowest, edges.top), edges.top <= widest,
      let usual = AddressRange(edges.low, edges.end)?.clamped(to: space),
      let highest = AddressRange(windowsLowest, edges.high)?.clamped(to: space)
    else { return nil }
    var layout = Layout(
      name: edges.name, space: space,
      wordSize: edges.top <= WindowsChoice.end32 ? .bits32 : .bits64, system: .windows,
      pageSize: .kibibytes(4), granularity: windowsGranularity,
      searches: [Search(usual, .bottomUp, alignment: windowsGranularity)], guardGap: .zero,
      blocked: [], basis: modelledBasis, isAssumed: false)
    layout.highestSearches = [Search(highest, .topDown, alignment: windowsGranularity)]
    return layout
  }

  /// How far answers of a model go.
  public static let modelledBasis = "modelled, not measured"

  /// Where the user space of 64-bit programs ends, from Windows 8.1 on.
  private static let widest: Address = 0x7FFF_FFFF_0000
  /// The first 64 KiB are a zone without access.
  private static let windowsLowest: Address = 0x1_0000
}

extension Layout.Search {
  fileprivate var fromTheTop: Layout.Search {
    Layout.Search(range, .topDown, alignment: alignment, slack: slack, excluding: excluded)
  }
}
