import TestSupport
import Testing

@testable import AddressSpace
@testable import AddressSpaceSimulation

/// Random calls in small spaces, beside the same calls page by page.
@Suite("Modelled spaces against every single page")
struct ModelledSpaceTests {
  @Test("every answer and every page", arguments: PagedStyle.allCases)
  func pages(style: PagedStyle) {
    for seed in 0..<50 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      var trial = Trial(style, &random)
      for _ in 0..<120 {
        guard trial.step(&random) else { return }
      }
      trial.unmapAll()
    }
  }

  private struct Trial {
    var small: SmallSpace
    var space: ModelledSpace
    let empty: [AddressRange]
    var calls: [String] = []

    init(_ style: PagedStyle, _ random: inout SeededGenerator) {
      small = SmallSpace(style, &random)
      space = ModelledSpace(small.layout)
      empty = space.freeRanges
    }

    /// Makes one call; false where the two disagree.
    mutating func step(_ random: inout SeededGenerator) -> Bool {
      switch Int.random(in: 0..<10, using: &random) {
      case 0..<4: map(&random)
      case 4: mapFixed(&random)
      case 5..<7: unmap(&random)
      case 7: commit(&random)
      case 8: discard(&random)
      default: touch(&random)
      }
      return agrees()
    }

    private func range(_ random: inout SeededGenerator, most: Int = 20) -> Range<Int> {
      let low = Int.random(in: small.pages.lowerBound..<small.pages.upperBound, using: &random)
      let size = Int.random(in: 1...most, using: &random)
      return low..<min(low + size, small.pages.upperBound)
    }

    private func mapping(_ random: inout SeededGenerator) -> (Mapping, SmallSpace.Page) {
      var mapping = Mapping(
        ["", "one", "other"].randomElement(using: &random) ?? "",
        isReserved: Int.random(in: 0..<3, using: &random) == 0,
        isTopDown: Int.random(in: 0..<4, using: &random) == 0)
      if Int.random(in: 0..<8, using: &random) == 0 { mapping.traits = .growsDown }
      let isReserved = mapping.isReserved
      let growsDown = mapping.traits.contains(.growsDown)
      return (
        mapping,
        SmallSpace.Page(
          owner: mapping.owner, growsDown: growsDown,
          isCommitted: !isReserved, hasAccess: !isReserved,
          isReserved: isReserved)
      )
    }

    private mutating func map(_ random: inout SeededGenerator) {
      let (mapping, page) = mapping(&random)
      let size = Int.random(in: 1...16, using: &random)
      calls.append("map \(size) \(mapping)")
      let expected = small.place(size, fromTheTop: mapping.isTopDown)
      let odd = UInt64.random(in: 0..<SmallSpace.page, using: &random)
      let given = space.map(ByteCount(SmallSpace.bytes(size).value - odd), mapping)
      #expect(given == expected.map(SmallSpace.range), "\(small), \(calls)")
      for place in expected ?? 0..<0 { small.taken[place] = page }
    }

    private mutating func mapFixed(_ random: inout SeededGenerator) {
      let (mapping, page) = mapping(&random)
      let range = range(&random)
      calls.append("map at \(range) \(mapping)")
      let isFree = range.allSatisfy { small.taken[$0] == nil }
      #expect(space.map(at: SmallSpace.range(range), mapping) == isFree, "\(small), \(calls)")
      if isFree { for place in range { small.taken[place] = page } }
    }

    private mutating func unmap(_ random: inout SeededGenerator) {
      let range = range(&random, most: 40)
      calls.append("unmap \(range)")
      space.unmap(SmallSpace.range(range))
      for place in range { small.taken[place] = nil }
    }

    private mutating func commit(_ random: inout SeededGenerator) {
      let range = range(&random)
      calls.append("commit \(range)")
      space.commit(SmallSpace.range(range))
      for place in range {
        guard var page = small.taken[place], page.isReserved else { continue }
        page.isReserved = false
        page.hasAccess = true
        page.isCommitted = true
        small.taken[place] = page
      }
    }

    private mutating func discard(_ random: inout SeededGenerator) {
      let range = range(&random)
      calls.append("discard \(range)")
      space.discard(SmallSpace.range(range))
      for place in range where small.taken[place] != nil {
        small.taken[place]?.isResident = false
        guard small.style.isWindows else { continue }
        small.taken[place]?.isCommitted = false
        small.taken[place]?.hasAccess = false
        small.taken[place]?.isReserved = true
      }
    }

    private mutating func touch(_ random: inout SeededGenerator) {
      let range = range(&random)
      calls.append("touch \(range)")
      space.touch(SmallSpace.range(range))
      small.growDown(to: range.lowerBound)
      for place in range where small.taken[place]?.hasAccess == true {
        small.taken[place]?.isResident = true
      }
    }

    /// Whether every page is what it should be, and the sums are those of the pages.
    private func agrees() -> Bool {
      var pages: [SmallSpace.Page?] = Array(repeating: nil, count: small.taken.count)
      var end: UInt64 = 0
      for stretch in space.stretches.chunks.joined() {
        let columns = space.table[stretch.columns]
        guard end <= stretch.lower, stretch.lower < stretch.upper else {
          Issue.record("\(small), \(calls): stretches out of order")
          return false
        }
        end = stretch.upper
        for place in Int(stretch.lower / 4096)..<Int(stretch.upper / 4096) {
          pages[place] = SmallSpace.Page(
            owner: columns.owner, growsDown: columns.growsDown,
            isCommitted: stretch.state.contains(.committed),
            isResident: stretch.state.contains(.resident), hasAccess: !columns.access.isNone,
            isReserved: columns.accessOnCommit != nil)
        }
      }
      let mapped = small.taken.compactMap { $0 }
      let map = space.snapshot().map
      let isRight =
        pages == small.taken
        && space.mappedBytes == SmallSpace.bytes(mapped.count)
        && space.committedBytes == SmallSpace.bytes(mapped.count(where: \.isCommitted))
        && space.residentBytes == SmallSpace.bytes(mapped.count(where: \.isResident))
        && space.freeBytes + space.mappedBytes == space.layout.space.size
        && space.freeRanges == freeRuns && space.regionCount == map.regions.count
        && map.mappedBytes == space.mappedBytes
      #expect(isRight, "\(small), \(calls)")
      return isRight
    }

    private var freeRuns: [AddressRange] {
      var runs: [AddressRange] = []
      var page = small.pages.lowerBound
      while page < small.pages.upperBound {
        var end = page
        while end < small.pages.upperBound, small.taken[end] == nil { end += 1 }
        if end > page { runs.append(SmallSpace.range(page..<end)) }
        page = end + 1
      }
      return runs
    }

    /// In a random order of stretches, which cut what was mapped at once.
    mutating func unmapAll() {
      for range in space.snapshot().map.regions.map(\.range) { space.unmap(range) }
      #expect(space.freeRanges == empty && space.regionCount == 0)
      #expect(space.mappedBytes == .zero && space.committedBytes == .zero)
      #expect(space.residentBytes == .zero && space.stretches.count == 0)
    }
  }
}
