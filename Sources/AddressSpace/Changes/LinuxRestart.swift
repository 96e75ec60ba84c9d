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
    let map = moving.map
    let first = map.regions.first?.range.lower
    return Outcome(
      map: map, facts: moving.facts,
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
  var facts: LayoutFacts
  /// Where each region goes, as its index.
  private var places: [(region: Int, range: AddressRange)] = []
  /// What hanging regions have to go round, lowest first.
  private var islands: [AddressRange] = []

  init(restart: LinuxRestart, anatomy: LinuxAnatomy, facts: LayoutFacts) {
    self.restart = restart
    self.anatomy = anatomy
    self.facts = facts
    self.facts.stackLimit = restart.stackLimit
    self.facts.isRandomized = restart.isRandomized
    places.reserveCapacity(anatomy.regions.count)
  }

  /// The regions where they went. They are put in order before they are copied: a region is large.
  var map: AddressMap {
    let ordered = places.sorted { $0.range.lower < $1.range.lower }
    return AddressMap.assembling(ordered.map { anatomy.regions[$0.region].at($0.range) }).map
  }

  /// Moves all; false where something finds no room.
  mutating func move() -> Bool {
    guard moveTop(), moveProgram() else { return false }
    for index in anatomy.fixed { keep(index, at: anatomy.regions[index].range) }
    for index in anatomy.regions.indices[anatomy.top.upperBound...] {
      places.append((index, anatomy.regions[index].range))
    }
    islands.sort { $0.lower < $1.lower }
    return restart.isLegacy ? hangUpward() : hangDownward()
  }

  private mutating func keep(_ region: Int, at range: AddressRange) {
    places.append((region, range))
    islands.append(range)
  }

  /// Keeps a region as far from `to` as it was from `from`; false where no addresses are.
  private mutating func keep(_ region: Int, from: Address, to: Address) -> Bool {
    guard let range = anatomy.regions[region].range.moved(from: from, to: to) else { return false }
    keep(region, at: range)
    return true
  }

  /// The main stack ends where stacks end, less what was drawn.
  private mutating func moveTop() -> Bool {
    guard let first = anatomy.top.first else { return true }
    let end = restart.flavor.stackTop.lowered(by: restart.draw.stack)
    let before = anatomy.regions[first].range.upper
    for index in anatomy.top where !keep(index, from: before, to: end) { return false }
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
      for index in anatomy.program where !keep(index, from: before, to: after) { return false }
      end = places.last?.range.upper
    }
    return moveHeap(after: end)
  }

  private mutating func moveHeap(after end: Address?) -> Bool {
    let regions = anatomy.regions
    let start = anatomy.heap.first.map { regions[$0].range.lower } ?? facts.startOfBreak
    guard let start else { return true }
    let after = end.map { $0 + restart.draw.heap } ?? start
    for index in anatomy.heap where !keep(index, from: start, to: after) { return false }
    facts.startOfBreak = facts.startOfBreak?.moved(from: start, to: after)
    if let heap = facts.heap, let end = heap.end.moved(from: start, to: after) {
      facts.heap?.end = end
    }
    return true
  }

  private mutating func hangDownward() -> Bool {
    var cursor = restart.mmapBase
    for unit in anatomy.hanging {
      let size = size(of: unit)
      guard var end = cursor.subtracting(unit.gap), let low = end.subtracting(size) else {
        return false
      }
      var lower = low
      while let island = highestIsland(below: end), lower < island.upper {
        end = island.lower
        guard let next = end.subtracting(size) else { return false }
        lower = next
      }
      guard lower >= anatomy.facts.lowestMapping ?? restart.flavor.lowest else { return false }
      place(unit, at: lower)
      cursor = lower
    }
    return true
  }

  private mutating func hangUpward() -> Bool {
    var cursor = restart.unmappedBase(on: facts.kernelMachine)
    for unit in anatomy.hanging {
      let size = size(of: unit)
      var lower = cursor + unit.gap
      while let island = lowestIsland(above: lower), island.lower < lower + size {
        lower = island.upper
      }
      guard lower + size <= restart.flavor.taskSize else { return false }
      place(unit, at: lower)
      cursor = lower + size
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

  private func size(of unit: LinuxAnatomy.Unit) -> ByteCount {
    var total = ByteCount.zero
    for index in unit.regions { total += size(of: index) }
    return total
  }

  /// What a region takes: thread stacks of the default size may take another.
  private func size(of index: Int) -> ByteCount {
    let region = anatomy.regions[index]
    guard let stack = restart.threadStack, anatomy.isDefaultThreadStack(index) else {
      return region.size
    }
    // Old C libraries take the guard out of the stack.
    let inside = anatomy.defaultThreadStack.lowered(by: region.size)
    return max(stack.lowered(by: inside), LinuxFlavor.page)
  }

  private mutating func place(_ unit: LinuxAnatomy.Unit, at lower: Address) {
    var cursor = lower
    for index in unit.regions {
      let region = anatomy.regions[index]
      guard let range = AddressRange(cursor, cursor + size(of: index)) else { continue }
      places.append((index, range))
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

extension AddressRange {
  /// A range of this size, as far from `to` as this is from `from`.
  func moved(from: Address, to: Address) -> AddressRange? {
    guard let lower = lower.moved(from: from, to: to), let upper = upper.moved(from: from, to: to)
    else { return nil }
    return AddressRange(lower, upper)
  }
}

extension Region {
  /// The same mapping, as far from `to` as it was from `from`.
  func moved(from: Address, to: Address) -> Region? {
    range.moved(from: from, to: to).map(at)
  }

  /// The same mapping elsewhere.
  func at(_ range: AddressRange) -> Region {
    range == self.range ? self : cut(to: range)
  }
}
