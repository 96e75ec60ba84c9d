import AddressSpace
import AddressSpaceSimulation
import Testing

/// A system that is easy to see through: an array of mappings, searched from the top; the calls that
/// were made of it.
struct SmallSystem: MemorySystem {
  let layout: Layout
  private(set) var mappings: [AddressRange] = []
  private(set) var calls: [String] = []
  private(set) var touched: UInt64 = 0
  private(set) var programBreak: Address
  let startOfBreak: Address
  /// What the break cannot pass, and where mappings end.
  var wall: Address
  let top: Address
  /// How many bytes may be mapped at a time.
  var room = ByteCount(1 << 46)

  init(_ wordSize: WordSize, wall: UInt64? = nil) throws {
    layout = try #require(LayoutPreset.all.first { $0.layout.wordSize == wordSize }).layout
    let start: UInt64 = wordSize == .bits32 ? 0x5655_A000 : 0x5555_5557_A000
    startOfBreak = Address(start)
    programBreak = startOfBreak
    self.wall = Address(start + (wall ?? 1 << 30))
    top = wordSize == .bits32 ? 0xF7FC_1000 : 0x7FFF_F7FC_1000
  }

  private mutating func note(_ call: String) { calls.append(call) }

  /// The calls since this was last asked.
  mutating func takeCalls() -> [String] {
    defer { calls = [] }
    return calls
  }

  /// Whether all of a range is mapped, or below the break.
  func holds(_ range: AddressRange) -> Bool {
    if range.lower >= startOfBreak, range.upper <= programBreak { return true }
    return mappings.contains { $0.lower <= range.lower && range.upper <= $0.upper }
  }

  mutating func map(_ size: ByteCount, _ mapping: Mapping) -> AddressRange? {
    note("map \(size.value)")
    guard let size = size.roundedUp(to: layout.pageSize),
      mappings.lazy.map(\.size).total() + size <= room
    else { return nil }
    var upper = top
    for taken in mappings.reversed() {
      if taken.upper + size <= upper { break }
      upper = taken.lower
    }
    guard upper >= wall + size, let range = AddressRange(upper - size, upper) else { return nil }
    insert(range)
    return range
  }

  private mutating func insert(_ range: AddressRange) {
    let index = mappings.firstIndex { $0.lower > range.lower } ?? mappings.endIndex
    mappings.insert(range, at: index)
  }

  mutating func map(at range: AddressRange, _ mapping: Mapping) -> Bool {
    note("map at \(range.size.value)")
    guard !mappings.contains(where: { $0.overlaps(range) }), range.lower >= wall,
      range.upper <= top
    else { return false }
    insert(range)
    return true
  }

  mutating func unmap(_ range: AddressRange) {
    note("unmap \(range.size.value)")
    mappings = mappings.flatMap { taken -> [AddressRange] in
      guard taken.overlaps(range) else { return [taken] }
      let (below, above) = taken.subtracting(range)
      return [below, above].compactMap { $0 }
    }
  }

  mutating func remap(
    _ range: AddressRange, to size: ByteCount, mayMove: Bool
  ) -> AddressRange? {
    note("remap \(range.size.value) \(size.value)")
    if size < range.size {
      guard let rest = AddressRange(range.lower + size, range.upper) else { return nil }
      unmap(rest)
      calls.removeLast()
      return AddressRange(range.lower, range.lower + size)
    }
    guard mayMove, let moved = map(size, Mapping()) else { return nil }
    unmap(range)
    calls.removeLast(2)
    return moved
  }

  mutating func commit(_ range: AddressRange) { note("commit \(range.size.value)") }
  mutating func discard(_ range: AddressRange) { note("discard \(range.size.value)") }
  mutating func touch(_ range: AddressRange) { touched += range.size.value }

  mutating func moveBreak(to end: Address) -> Bool {
    guard end <= wall else {
      note("no break")
      return false
    }
    note(
      end < programBreak
        ? "break -\((programBreak - end).value)" : "break +\((end - programBreak).value)")
    programBreak = end
    return true
  }
}
