import AddressSpaceSimulation
import TestSupport

@testable import AddressSpace

/// A space of a few hundred pages, page by page: too simple to be wrong.
///
/// It knows nothing of spans or stretches, so that it shares no mistake with the library.
struct SmallSpace: PagedSpace, CustomStringConvertible {
  /// What is known of a page that is mapped.
  struct Page: Equatable {
    var owner: String
    var growsDown = false
    var isCommitted = false
    var isResident = false
    var hasAccess = true
    var isReserved = false
  }

  let style: PagedStyle
  let pages: Range<Int>
  var passes: [PagedPass] = []
  var guardGap = 0
  var blocked: [Range<Int>] = []
  var taken: [Page?]

  init(_ style: PagedStyle, _ random: inout SeededGenerator) {
    self.style = style
    let low = Int.random(in: 16...24, using: &random)
    pages = low..<low + Int.random(in: 40...200, using: &random)
    taken = Array(repeating: nil, count: pages.upperBound)
    drawPasses(&random)
    if !style.isWindows { guardGap = Int.random(in: 0...6, using: &random) }
  }

  var description: String { rules }

  var layout: Layout {
    Layout(
      name: "small", space: Self.range(pages), wordSize: .bits32,
      system: style.isWindows ? .windows : .linux, pageSize: ByteCount(Self.page),
      granularity: granularity, searches: searches, guardGap: Self.bytes(guardGap),
      blocked: blocked.map(Self.range), basis: "made by hand", isAssumed: false)
  }
}

extension SmallSpace {
  /// Where `size` pages go, searched page by page.
  func place(_ size: Int, fromTheTop: Bool) -> Range<Int>? {
    guard fromTheTop, style.isWindows else {
      return passes.lazy.compactMap { base(size, $0) }.first
    }
    // Wine's areas from the highest; what its host chooses stays what it is.
    let inside = passes.filter { $0.slack == 0 && $0.excluded.isEmpty }.reversed().map { pass in
      var pass = pass
      pass.isTopDown = true
      return pass
    }
    let outside = passes.filter { $0.slack > 0 }
    return (inside + outside).lazy.compactMap { base(size, $0) }.first
  }

  private func base(_ size: Int, _ pass: PagedPass) -> Range<Int>? {
    let ask = size + pass.slack
    var end = pass.pages.upperBound
    while true {
      let bases = Array(pass.pages)
      // Where slack is asked for the system gives any place, and the first multiple in it is used.
      let found = (pass.isTopDown ? bases.reversed() : bases).first { start in
        start + ask <= end && isOpen(start..<start + ask, pass)
          && (pass.slack > 0 && pass.isTopDown || start % pass.alignment == 0
            || pass.slack > 0 && isOpen(up(start, pass)..<up(start, pass) + size, pass))
          && (pass.isTopDown || isBelowGuard(start..<start + ask))
      }
      guard let found else { return nil }
      let base = up(found, pass)
      guard pass.isTopDown, let next = next(above: found), taken[next]?.growsDown == true else {
        return base..<base + size
      }
      // The end of all further search is below the gap.
      if next - guardGap >= min(next, end, nextClosed(above: found, pass)) {
        return base..<base + size
      }
      end = next - guardGap
    }
  }

  private func up(_ page: Int, _ pass: PagedPass) -> Int {
    (page + pass.alignment - 1) / pass.alignment * pass.alignment
  }

  private func isOpen(_ range: Range<Int>, _ pass: PagedPass) -> Bool {
    range.lowerBound >= pass.pages.lowerBound && range.upperBound <= pass.pages.upperBound
      && range.allSatisfy { page in
        taken[page] == nil && !blocked.contains { $0.contains(page) }
          && !pass.excluded.contains { $0.contains(page) }
      }
  }

  private func next(above page: Int) -> Int? { (page..<taken.count).first { taken[$0] != nil } }

  /// Where a pass stops looking above a page.
  private func nextClosed(above page: Int, _ pass: PagedPass) -> Int {
    (page..<pass.pages.upperBound).first { !isOpen($0..<$0 + 1, pass) } ?? pass.pages.upperBound
  }

  private func isBelowGuard(_ range: Range<Int>) -> Bool {
    guard let next = next(above: range.upperBound), taken[next]?.growsDown == true else {
      return true
    }
    return range.upperBound <= next - guardGap
  }

  /// Lets what grows down above a free page reach it, where the guard gap stays.
  mutating func growDown(to page: Int) {
    guard !style.isWindows, taken[page] == nil, let next = next(above: page),
      var grown = taken[next],
      grown.growsDown
    else { return }
    if let below = (0..<page).last(where: { taken[$0] != nil }), let other = taken[below],
      !other.growsDown, other.hasAccess, page - (below + 1) < guardGap
    {
      return
    }
    grown.isResident = false
    for place in page..<next { taken[place] = grown }
  }
}
