import TestSupport

/// The pages of a toy space, free or taken, searched one by one: too simple to be wrong.
///
/// It knows nothing of spans, runs or hulls, so that it shares no mistake with the library.
struct PageBitmap {
  private let space: ToySpace
  private var isTaken: [Bool]
  /// Free, but kept empty below a mapping that grows down.
  private var isGuard: [Bool]

  init(_ space: ToySpace) {
    self.space = space
    isTaken = Array(repeating: false, count: space.pages.upperBound)
    isGuard = isTaken
    for page in 0..<space.pages.lowerBound { isTaken[page] = true }
    for piece in space.pieces { for page in piece.pages { isTaken[page] = true } }
    for hole in space.blocked { for page in hole { isTaken[page] = true } }
    for piece in space.pieces where piece.growsDown {
      var page = piece.pages.lowerBound - 1
      var left = space.guardGap
      while left > 0, page >= 0, !isTaken[page] {
        isGuard[page] = true
        page -= 1
        left -= 1
      }
    }
  }

  /// The free runs of pages, guards included, lowest first.
  var freeRuns: [Range<Int>] {
    var runs: [Range<Int>] = []
    var page = 0
    while page < isTaken.count {
      var end = page
      while end < isTaken.count, !isTaken[end] { end += 1 }
      if end > page { runs.append(page..<end) }
      page = end + 1
    }
    return runs
  }

  /// What each further buffer of `size` pages gets, until one is refused.
  func filled(size: Int, alignment: Int = 1, slack: Int = 0) -> [Range<Int>] {
    var rest = self
    var placed: [Range<Int>] = []
    while let pages = rest.place(size: size, alignment: alignment, slack: slack) {
      placed.append(pages)
    }
    return placed
  }

  /// Takes `size` pages where the first pass that finds room puts them.
  mutating func place(size: Int, alignment: Int = 1, slack: Int = 0) -> Range<Int>? {
    for pass in space.passes {
      let step = max(alignment, pass.alignment)
      // Who asks for more to be able to align must ask for as much as the alignment.
      let extra = pass.slack > 0 ? max(pass.slack, slack, step) : slack
      guard let base = base(size: size, alignment: step, slack: extra, pass) else { continue }
      take(base..<base + size)
      return base..<base + size
    }
    return nil
  }

  mutating func take(_ pages: Range<Int>) {
    for page in pages { isTaken[page] = true }
  }

  /// Whether nothing stands in the way at all of `pages`.
  func isOpen(_ pages: Range<Int>) -> Bool {
    pages.upperBound <= isTaken.count && pages.allSatisfy { !isTaken[$0] && !isGuard[$0] }
  }

  /// The base that a pass gives: the first run of open pages that is long enough decides.
  private func base(
    size: Int, alignment: Int, slack: Int, _ pass: PagedPass
  ) -> Int? {
    var open = 0
    var step = 0
    while step < pass.pages.count {
      let page = pass.isTopDown ? pass.pages.upperBound - 1 - step : pass.pages.lowerBound + step
      step += 1
      open = isTaken[page] || isGuard[page] || pass.excludes(page) ? 0 : open + 1
      guard open >= size + slack else { continue }
      let start = pass.isTopDown ? page : page + 1 - size - slack
      // Without slack the base itself must be aligned; with slack the kernel gives any page, and
      // the first aligned one in it is kept.
      if slack > 0 || start % alignment == 0 {
        return (start + alignment - 1) / alignment * alignment
      }
    }
    return nil
  }
}

extension PagedPass {
  fileprivate func excludes(_ page: Int) -> Bool {
    for range in excluded where page >= range.lowerBound && page < range.upperBound { return true }
    return false
  }
}
