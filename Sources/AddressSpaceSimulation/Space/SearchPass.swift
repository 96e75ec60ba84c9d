import AddressSpace

/// One pass of the system over the free spans, with what it never looks at cut out.
struct SearchPass: Sendable {
  /// Where it looks, lowest first.
  let windows: [FreeSpans.Span]
  var direction: Layout.Search.Direction
  let alignment: UInt64
  let slack: UInt64

  /// The passes of a layout, in the order in which they are made.
  static func passes(of layout: Layout) -> [SearchPass] {
    passes(layout.searches, of: layout)
  }

  /// The passes where the highest place is asked for (`MEM_TOP_DOWN`).
  static func passesForHighest(of layout: Layout) -> [SearchPass] {
    passes(layout.searchesForHighest, of: layout)
  }

  private static func passes(_ searches: [Layout.Search], of layout: Layout) -> [SearchPass] {
    searches.map { search in
      var open = [search.range.clamped(to: layout.space)].compactMap { $0 }
      for closed in search.excluded + layout.blocked {
        open = open.flatMap { range in
          let (below, above) = range.subtracting(closed)
          return range.overlaps(closed) ? [below, above].compactMap { $0 } : [range]
        }
      }
      return SearchPass(
        windows: open.map { FreeSpans.Span(lower: $0.lower.value, upper: $0.upper.value) },
        direction: search.direction, alignment: max(1, search.alignment.value),
        slack: search.slack.value)
    }
  }

  /// Where `size` bytes would lie in a free stretch, nil where they do not fit.
  func base(of size: UInt64, _ lower: UInt64, _ upper: UInt64) -> UInt64? {
    let (ask, overflows) = size.addingReportingOverflow(slack)
    guard !overflows, lower < upper, upper - lower >= ask else { return nil }
    switch direction {
    case .bottomUp:
      let base = roundedUp(lower)
      return base < upper && upper - base >= size ? base : nil
    case .topDown:
      // Who asks for more to be able to align begins at the first multiple in what it is given.
      let base = slack > 0 ? roundedUp(upper - ask) : (upper - size) / alignment * alignment
      return base >= lower ? base : nil
    }
  }

  private func roundedUp(_ address: UInt64) -> UInt64 {
    (address + alignment - 1) / alignment * alignment
  }
}
