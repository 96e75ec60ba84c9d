/// Follows where the brk heap ends in a map that changes, as `Room.endOfBreak` finds it in one that
/// does not.
struct BreakWatch {
  private let facts: LayoutFacts
  private let layout: Layout
  /// The page that the heap begins with.
  private let start: UInt64?
  /// Every piece that is called heap lies in here.
  private var low: UInt64 = .max
  private var high: UInt64 = 0
  /// Where the mapping ends that the heap begins in.
  private var endOfFirst: UInt64 = 0

  private(set) var end: Address?

  init(_ map: EvolvingMap, layout: Layout, facts: LayoutFacts) {
    self.layout = layout
    self.facts = facts
    start = facts.startOfBreak?.roundedUp(to: facts.pageSize ?? .kibibytes(4))?.value
    for chunk in map.list.chunks {
      for piece in chunk where map.table.areHeap[Int(piece.columns)] { widen(by: piece) }
    }
    find(in: map)
  }

  private mutating func widen(by piece: Piece) {
    low = min(low, piece.lower)
    high = max(high, piece.upper)
  }

  /// Takes notice of a change that `map` has undergone; says whether the heap ends elsewhere.
  mutating func notice(_ change: MapChange, in map: EvolvingMap) -> Bool {
    guard facts.heap == nil else { return false }
    switch change {
    case .map(let region):
      if region.name == "[heap]" { widen(by: region.range) }
      guard touches(region.range) else { return false }
    case .unmap(let range), .protect(let range, _):
      guard touches(range) else { return false }
    case .move(let from, let to, _):
      guard touches(from) || touches(to) else { return false }
      if from.lower.value < high, from.upper.value > low { widen(by: to) }
    }
    let before = end
    find(in: map)
    return end != before
  }

  private mutating func widen(by range: AddressRange) {
    low = min(low, range.lower.value)
    high = max(high, range.upper.value)
  }

  private func touches(_ range: AddressRange) -> Bool {
    let (lower, upper) = (range.lower.value, range.upper.value)
    return lower <= high && upper >= low
      || start.map { lower <= max($0, endOfFirst) && upper >= $0 } ?? false
  }

  private mutating func find(in map: EvolvingMap) {
    if let heap = facts.heap {
      end = heap.end
      return
    }
    let ends = [endOfNamed(in: map), endOfMapping(in: map)].compactMap { $0 }
    end = ends.max() ?? facts.startOfBreak?.roundedUp(to: layout.pageSize)
  }

  /// The end of the highest piece that is called heap.
  private mutating func endOfNamed(in map: EvolvingMap) -> Address? {
    guard high > 0 else { return nil }
    var position = map.list.position(above: high - 1)
    if let piece = map.list[position], piece.lower < high {
      position = map.list.after(position)
    }
    var highest: UInt64?
    while let before = map.list.before(position), let piece = map.list[before] {
      position = before
      guard piece.upper > low else { break }
      guard map.table.areHeap[Int(piece.columns)] else { continue }
      if highest == nil { highest = piece.upper }
      if let end = inSpace(piece.lower, piece.upper) {
        high = highest ?? high
        return end
      }
    }
    if highest == nil { (low, high) = (.max, 0) }
    return nil
  }

  /// The end of the mapping that the heap begins in.
  private mutating func endOfMapping(in map: EvolvingMap) -> Address? {
    endOfFirst = start ?? 0
    guard let start, let region = map.region(at: Address(start)) else { return nil }
    endOfFirst = region.range.upper.value
    guard region.inode == 0, region.access.contains(.write) else { return nil }
    return inSpace(region.range.lower.value, endOfFirst)
  }

  private func inSpace(_ lower: UInt64, _ upper: UInt64) -> Address? {
    AddressRange(Address(lower), Address(upper))?.clamped(to: layout.space)?.upper
  }
}
