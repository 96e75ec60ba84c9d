import TestSupport

@testable import AddressSpace

/// A space page by page: what each shows and who made it. Too simple to be wrong.
struct PageModel {
  /// What a page shows.
  struct Cell: Equatable {
    var access: Region.Access
    var traits: Region.Traits
    var inode: UInt64
    var name: String
    /// Of files the byte of the file that the page begins with, else 0.
    var offset: UInt64
    var maker: UInt32

    /// What the kernel compares before it makes one mapping of two.
    var shown: Cell {
      var cell = self
      cell.maker = 0
      return cell
    }
  }

  private(set) var cells: [Cell?]

  init(pages: Int) { cells = Array(repeating: nil, count: pages) }

  static func pages(_ range: AddressRange) -> Range<Int> {
    Int(range.lower.value / ToySpace.page)..<Int(range.upper.value / ToySpace.page)
  }

  mutating func apply(_ change: MapChange, by maker: UInt32) {
    switch change {
    case .map(let region):
      for (count, page) in Self.pages(region.range).enumerated() {
        cells[page] = Cell(
          access: region.access, traits: region.traits, inode: region.inode, name: region.name,
          offset: region.inode == 0 ? 0 : region.offset + UInt64(count) * ToySpace.page,
          maker: maker)
      }
    case .unmap(let range):
      for page in Self.pages(range) { cells[page] = nil }
    case .protect(let range, let access):
      for page in Self.pages(range) {
        guard let cell = cells[page] else { continue }
        cells[page]?.access =
          cell.access.contains(.shared) ? access.union(.shared) : access.subtracting(.shared)
      }
    case .move(let from, let to, let keepsSource):
      let old = cells
      let (from, to) = (Self.pages(from), Self.pages(to))
      if !keepsSource { for page in from { cells[page] = nil } }
      for (count, page) in to.enumerated() {
        let isLonger = count >= from.count
        cells[page] = old[isLonger ? from.upperBound - 1 : from.lowerBound + count]
        if isLonger, cells[page]?.inode != 0 {
          cells[page]?.offset += UInt64(count - from.count + 1) * ToySpace.page
        }
        if from.lowerBound != to.lowerBound || isLonger { cells[page]?.maker = maker }
      }
    }
  }

  /// The longest runs of pages of which each goes on where the one before ends.
  func runs(byMaker: Bool) -> [(pages: Range<Int>, cell: Cell)] {
    var runs: [(pages: Range<Int>, cell: Cell)] = []
    for (page, cell) in cells.enumerated() {
      guard let cell = byMaker ? cell : cell?.shown else { continue }
      if let last = runs.last, last.pages.upperBound == page {
        var next = last.cell
        if next.inode != 0 { next.offset += UInt64(last.pages.count) * ToySpace.page }
        if next == cell {
          runs[runs.count - 1].pages = last.pages.lowerBound..<page + 1
          continue
        }
      }
      runs.append((page..<page + 1, cell))
    }
    return runs
  }
}

/// Changes at random in a space of some pages.
struct RandomChanges {
  var pages: Int
  /// No change is longer, but for a rare one.
  var longest = 12
  /// Out of 10 changes, how many only map.
  var maps = 4
  /// Whether some regions have traits, which `/proc/PID/maps` does not show.
  var haveTraits = true
  /// Makes the regions that are mapped, where they are not to be of all kinds.
  var make: ((AddressRange, inout SeededGenerator) -> Region)?

  func range(_ random: inout SeededGenerator) -> AddressRange {
    let longest = Int.random(in: 0..<max(50, pages), using: &random) == 0 ? pages / 3 : longest
    let count = Int.random(in: 1...max(1, longest), using: &random)
    let low = Int.random(in: 0...pages - count, using: &random)
    return ToySpace.range(low..<low + count)
  }

  func access(_ random: inout SeededGenerator) -> Region.Access {
    [[.read, .write], [.read, .write], [], [.read], [.read, .execute]].randomElement(
      using: &random)!
  }

  func region(_ range: AddressRange, _ random: inout SeededGenerator) -> Region {
    if let make { return make(range, &random) }
    let file = Int.random(in: 0..<4, using: &random)
    guard file > 0 else {
      return Region(
        range: range, access: access(&random).union(Bool.random(using: &random) ? .shared : []),
        // Neighbours now and then show neighbouring parts of a file.
        offset: range.lower.value + UInt64.random(in: 0...1, using: &random) * ToySpace.page,
        inode: 7, name: "/lib/file.so")
    }
    return Region(
      range: range, access: access(&random), offset: UInt64.random(in: 0...3, using: &random) << 12,
      name: ["", "", "", "[anon:x]"].randomElement(using: &random)!,
      traits: haveTraits && Int.random(in: 0..<8, using: &random) == 0 ? .noReserve : [])
  }

  func next(_ random: inout SeededGenerator) -> MapChange {
    let range = range(&random)
    switch Int.random(in: 0..<10, using: &random) {
    case 0..<maps: return .map(region(range, &random))
    case 9: return .protect(range, access(&random))
    case 8: return move(range, &random)
    default: return .unmap(range)
    }
  }

  private func move(_ from: AddressRange, _ random: inout SeededGenerator) -> MapChange {
    let source = PageModel.pages(from)
    var target = PageModel.pages(range(&random))
    if Int.random(in: 0..<3, using: &random) == 0 {
      let count = min(target.count, pages - source.lowerBound)
      target = source.lowerBound..<source.lowerBound + count
    } else if target.overlaps(source) {
      return .unmap(from)
    }
    let keeps = target.lowerBound != source.lowerBound && Bool.random(using: &random)
    return .move(from: from, to: ToySpace.range(target), keepsSource: keeps)
  }
}
