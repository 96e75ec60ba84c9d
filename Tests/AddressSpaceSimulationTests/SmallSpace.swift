import AddressSpaceSimulation
import TestSupport

@testable import AddressSpace

/// A space of a few hundred pages, page by page: too simple to be wrong.
///
/// It knows nothing of spans or stretches, so that it shares no mistake with the library.
struct SmallSpace: CustomStringConvertible {
  static let page: UInt64 = 4096

  /// How mappings are placed.
  enum Style: String, CaseIterable, Sendable {
    case topDown, fallback, legacy, windows, areas
  }

  /// One search, in page numbers.
  struct Pass {
    var pages: Range<Int>
    var isTopDown: Bool
    var alignment = 1
    var slack = 0
    var excluded: [Range<Int>] = []
  }

  /// What is known of a page that is mapped.
  struct Page: Equatable {
    var owner: String
    var growsDown = false
    var isCommitted = false
    var isResident = false
    var hasAccess = true
    var isReserved = false
  }

  let style: Style
  let pages: Range<Int>
  var passes: [Pass] = []
  var guardGap = 0
  var blocked: [Range<Int>] = []
  var taken: [Page?]

  init(_ style: Style, _ random: inout SeededGenerator) {
    self.style = style
    let low = Int.random(in: 16...24, using: &random)
    pages = low..<low + Int.random(in: 40...200, using: &random)
    taken = Array(repeating: nil, count: pages.upperBound)
    let middle = Int.random(in: pages.lowerBound + 1..<pages.upperBound, using: &random)
    let other = Int.random(in: pages.lowerBound + 1..<pages.upperBound, using: &random)
    if style != .windows && style != .areas { guardGap = Int.random(in: 0...6, using: &random) }
    switch style {
    case .topDown: passes = [Pass(pages: pages, isTopDown: true)]
    case .fallback:
      passes = [
        Pass(pages: pages.lowerBound..<middle, isTopDown: true),
        Pass(pages: other..<pages.upperBound, isTopDown: false),
      ]
    case .legacy: passes = [Pass(pages: middle..<pages.upperBound, isTopDown: false)]
    case .windows:
      passes = [Pass(pages: pages, isTopDown: false, alignment: 16)]
      blocked = [middle..<min(middle + 5, pages.upperBound)]
    case .areas:
      let area = min(middle, other)..<max(middle, other) + 1
      passes = [
        Pass(pages: area, isTopDown: false, alignment: 4),
        Pass(pages: pages, isTopDown: true, alignment: 4, slack: 4, excluded: [area]),
      ]
    }
  }

  var isWindows: Bool { style == .windows || style == .areas }

  var description: String {
    "\(style) \(pages), passes \(passes), guard \(guardGap), blocked \(blocked)"
  }

  static func range(_ pages: Range<Int>) -> AddressRange {
    let low = Address(UInt64(pages.lowerBound) * page)
    return AddressRange(low, Address(UInt64(pages.upperBound) * page)) ?? .everything(below: low)
  }

  static func bytes(_ pages: Int) -> ByteCount { ByteCount(UInt64(pages) * page) }

  var layout: Layout {
    Layout(
      name: "small", space: Self.range(pages), wordSize: .bits32,
      system: isWindows ? .windows : .linux, pageSize: ByteCount(Self.page),
      granularity: Self.bytes(passes.map(\.alignment).max() ?? 1),
      searches: passes.map { pass in
        Layout.Search(
          Self.range(pass.pages), pass.isTopDown ? .topDown : .bottomUp,
          alignment: Self.bytes(pass.alignment), slack: Self.bytes(pass.slack),
          excluding: pass.excluded.map(Self.range))
      },
      guardGap: Self.bytes(guardGap), blocked: blocked.map(Self.range), basis: "made by hand",
      isAssumed: false)
  }
}

extension SmallSpace {
  /// Where `size` pages go, searched page by page.
  func place(_ size: Int, fromTheTop: Bool) -> Range<Int>? {
    guard fromTheTop, isWindows else { return passes.lazy.compactMap { base(size, $0) }.first }
    // Wine's areas from the highest; what its host chooses stays what it is.
    let inside = passes.filter { $0.slack == 0 && $0.excluded.isEmpty }.reversed().map { pass in
      var pass = pass
      pass.isTopDown = true
      return pass
    }
    let outside = passes.filter { $0.slack > 0 }
    return (inside + outside).lazy.compactMap { base(size, $0) }.first
  }

  private func base(_ size: Int, _ pass: Pass) -> Range<Int>? {
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

  private func up(_ page: Int, _ pass: Pass) -> Int {
    (page + pass.alignment - 1) / pass.alignment * pass.alignment
  }

  private func isOpen(_ range: Range<Int>, _ pass: Pass) -> Bool {
    range.lowerBound >= pass.pages.lowerBound && range.upperBound <= pass.pages.upperBound
      && range.allSatisfy { page in
        taken[page] == nil && !blocked.contains { $0.contains(page) }
          && !pass.excluded.contains { $0.contains(page) }
      }
  }

  private func next(above page: Int) -> Int? { (page..<taken.count).first { taken[$0] != nil } }

  /// Where a pass stops looking above a page.
  private func nextClosed(above page: Int, _ pass: Pass) -> Int {
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
    guard !isWindows, taken[page] == nil, let next = next(above: page), var grown = taken[next],
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
