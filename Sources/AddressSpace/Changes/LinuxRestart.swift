/// How a Linux program is started anew: where its map would be then.
struct LinuxRestart: Sendable {
  var flavor: LinuxFlavor
  var stackLimit: ByteCount?
  var isRandomized: Bool
  var isLegacy: Bool
  /// What its thread stacks take, guard not included, where they had the default size.
  var threadStack: ByteCount?
  var draw: RandomDraw

  /// The restart that changes nothing.
  init(like anatomy: LinuxAnatomy) {
    flavor = anatomy.flavor
    stackLimit = anatomy.facts.stackLimit
    isRandomized = anatomy.isRandomized
    isLegacy = anatomy.finding.isLegacy
    draw = anatomy.draw
  }

  /// A map as it would be, with the facts and the layout of it.
  struct Outcome {
    let map: AddressMap
    let facts: LayoutFacts
    let layout: Layout
  }

  /// The process of `anatomy` started so, with `facts` but for what moves; nil where what it has
  /// mapped would not fit.
  func outcome(of anatomy: LinuxAnatomy, facts: LayoutFacts, basis: String) -> Outcome? {
    var moving = Moving(restart: self, anatomy: anatomy, facts: facts)
    guard moving.move() else { return nil }
    let lowest = anatomy.facts.lowestMapping ?? flavor.lowest
    let first = moving.moved.map(\.range.lower).min()
    return Outcome(
      map: AddressMap.assembling(moving.moved).map, facts: moving.facts,
      layout: Layout(
        flavor, lowest: first.map { min($0, lowest) } ?? lowest, mmapBase: mmapBase,
        unmappedBase: unmappedBase(on: facts.kernelMachine), isLegacy: isLegacy, basis: basis,
        isAssumed: !anatomy.facts.areKnown))
  }

  /// Where top-down placement begins.
  var mmapBase: Address {
    flavor.mmapBase(stackLimit: stackLimit ?? .mebibytes(8), isRandomized: isRandomized)
      .lowered(by: draw.base)
  }

  /// Where bottom-up placement begins.
  func unmappedBase(on kernel: Machine?) -> Address {
    let isMoved = isLegacy || flavor.randomizesFallback(on: kernel)
    return isMoved ? flavor.unmappedBase + draw.base : flavor.unmappedBase
  }
}

/// The regions of a process on their way to where a restart puts them.
private struct Moving {
  let restart: LinuxRestart
  let anatomy: LinuxAnatomy
  var moved: [Region] = []
  var facts: LayoutFacts
  /// What hanging regions have to go round, lowest first.
  private var islands: [AddressRange] = []

  init(restart: LinuxRestart, anatomy: LinuxAnatomy, facts: LayoutFacts) {
    self.restart = restart
    self.anatomy = anatomy
    self.facts = facts
    self.facts.stackLimit = restart.stackLimit
    self.facts.isRandomized = restart.isRandomized
    moved.reserveCapacity(anatomy.regions.count)
  }

  /// Moves all; false where something finds no room.
  mutating func move() -> Bool {
    guard moveTop(), moveProgram() else { return false }
    for index in anatomy.fixed { keep(anatomy.regions[index]) }
    for region in anatomy.regions[anatomy.top.upperBound...] { moved.append(region) }
    islands.sort { $0.lower < $1.lower }
    return restart.isLegacy ? hangUpward() : hangDownward()
  }

  private mutating func keep(_ region: Region) {
    moved.append(region)
    islands.append(region.range)
  }

  /// The main stack ends where stacks end, less what was drawn.
  private mutating func moveTop() -> Bool {
    guard let first = anatomy.top.first else { return true }
    let end = restart.flavor.stackTop.lowered(by: restart.draw.stack)
    let before = anatomy.regions[first].range.upper
    for index in anatomy.top {
      guard let region = anatomy.regions[index].moved(from: before, to: end) else { return false }
      keep(region)
    }
    return true
  }

  /// A position-independent program goes to where its flavour has them, the heap goes after it.
  private mutating func moveProgram() -> Bool {
    let regions = anatomy.regions
    var end: Address?
    if let first = anatomy.program.first {
      let before = regions[first].range.lower
      let isX86 = facts.kernelMachine.map { $0 == .x86_64 }
      let isAbove = anatomy.flavor.programBase(isX86With64Bits: true) <= before
      let base = restart.flavor.programBase(isX86With64Bits: isX86 ?? isAbove)
      let after = anatomy.isRelocatable ? base + restart.draw.program : before
      for index in anatomy.program {
        guard let region = regions[index].moved(from: before, to: after) else { return false }
        keep(region)
        end = region.range.upper
      }
    }
    return moveHeap(after: end)
  }

  private mutating func moveHeap(after end: Address?) -> Bool {
    let regions = anatomy.regions
    let start = anatomy.heap.first.map { regions[$0].range.lower } ?? facts.startOfBreak
    guard let start else { return true }
    let after = end.map { $0 + restart.draw.heap } ?? start
    for index in anatomy.heap {
      guard let region = regions[index].moved(from: start, to: after) else { return false }
      keep(region)
    }
    facts.startOfBreak = facts.startOfBreak?.moved(from: start, to: after)
    if let heap = facts.heap, let end = heap.end.moved(from: start, to: after) {
      facts.heap?.end = end
    }
    return true
  }

  private mutating func hangDownward() -> Bool {
    var cursor = restart.mmapBase
    for unit in anatomy.hanging {
      let sizes = sizes(of: unit)
      guard var end = cursor.subtracting(unit.gap), let low = end.subtracting(sizes.total()) else {
        return false
      }
      var lower = low
      while let island = highestIsland(below: end), lower < island.upper {
        end = island.lower
        guard let next = end.subtracting(sizes.total()) else { return false }
        lower = next
      }
      guard lower >= anatomy.facts.lowestMapping ?? restart.flavor.lowest else { return false }
      place(unit, sizes, at: lower)
      cursor = lower
    }
    return true
  }

  private mutating func hangUpward() -> Bool {
    var cursor = restart.unmappedBase(on: facts.kernelMachine)
    for unit in anatomy.hanging {
      let sizes = sizes(of: unit)
      var lower = cursor + unit.gap
      while let island = lowestIsland(above: lower), island.lower < lower + sizes.total() {
        lower = island.upper
      }
      guard lower + sizes.total() <= restart.flavor.taskSize else { return false }
      place(unit, sizes, at: lower)
      cursor = lower + sizes.total()
    }
    return true
  }

  private func highestIsland(below end: Address) -> AddressRange? {
    let index = islands.partitioningIndex { $0.lower >= end }
    return index > 0 ? islands[index - 1] : nil
  }

  private func lowestIsland(above lower: Address) -> AddressRange? {
    let index = islands.partitioningIndex { $0.upper > lower }
    return index < islands.count ? islands[index] : nil
  }

  /// What each region of a unit takes: thread stacks of the default size may take another.
  private func sizes(of unit: LinuxAnatomy.Unit) -> [ByteCount] {
    unit.regions.map { index in
      let region = anatomy.regions[index]
      guard let stack = restart.threadStack, anatomy.isDefaultThreadStack(index) else {
        return region.size
      }
      // Old C libraries take the guard out of the stack.
      let inside = anatomy.defaultThreadStack.lowered(by: region.size)
      return max(stack.lowered(by: inside), LinuxFlavor.page)
    }
  }

  private mutating func place(
    _ unit: LinuxAnatomy.Unit, _ sizes: [ByteCount], at lower: Address
  ) {
    var cursor = lower
    for (index, size) in zip(unit.regions, sizes) {
      let region = anatomy.regions[index]
      guard let range = AddressRange(cursor, cursor + size) else { continue }
      moved.append(region.at(range))
      if let first = facts.firstMapping, first.lower == anatomy.facts.firstMapping?.lower,
        region.range.contains(first.lower)
      {
        let low = cursor + (first.lower - region.range.lower)
        facts.firstMapping = AddressRange(low, low + first.size)
      }
      cursor = range.upper
    }
  }
}

extension LinuxAnatomy {
  /// What a thread's stack takes that asked for no size of its own.
  var defaultThreadStack: ByteCount {
    guard let limit = facts.stackLimit else { return RegionClassifier.usualStack }
    return limit == LayoutFacts.unlimitedStack ? .mebibytes(2) : limit
  }

  /// Whether a region is the stack of such a thread.
  func isDefaultThreadStack(_ index: Int) -> Bool {
    let region = regions[index]
    guard region.kind == .stack, !region.access.isNone, region.name != "[stack]", index > 0 else {
      return false
    }
    let below = regions[index - 1]
    let hasGuard = below.access.isNone && below.range.upper == region.range.lower
    return region.size == defaultThreadStack
      || hasGuard && region.size + below.size == defaultThreadStack
  }
}

extension Address {
  /// As far from `to` as this is from `from`; nil outside of 64 bits.
  func moved(from: Address, to: Address) -> Address? {
    let (sum, overflow) = value.addingReportingOverflow(to.value &- from.value)
    let isUp = to >= from
    return overflow == isUp ? nil : Address(sum)
  }

  /// Lower by `count`, nil below zero.
  func subtracting(_ count: ByteCount) -> Address? {
    count.value <= value ? Address(value - count.value) : nil
  }
}

extension Region {
  /// The same mapping, as far from `to` as it was from `from`.
  func moved(from: Address, to: Address) -> Region? {
    guard let lower = range.lower.moved(from: from, to: to),
      let upper = range.upper.moved(from: from, to: to), let range = AddressRange(lower, upper)
    else { return nil }
    return at(range)
  }

  /// The same mapping elsewhere.
  func at(_ range: AddressRange) -> Region {
    range == self.range ? self : cut(to: range)
  }
}
