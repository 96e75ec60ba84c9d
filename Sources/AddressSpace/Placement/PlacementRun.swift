/// Blocks of one size, one after the other, in one free range: an arithmetic progression.
struct PlacementRun: Sendable {
  /// The base of the first block handed out.
  let first: Address
  /// From one base to the next.
  let step: ByteCount
  /// How many blocks, at least one.
  private(set) var count: UInt64
  /// Whether bases rise or fall.
  let direction: Layout.Search.Direction
  /// The size of each block.
  let size: ByteCount

  /// As many blocks as `search` can place in `range`, nil where not even one fits.
  init?(of block: Block, in range: AddressRange, by search: Layout.Search) {
    let alignment = max(search.alignment, block.alignment)
    // Who asks for more to be able to align asks for as much as the alignment, as Wine does.
    let slack =
      search.slack > .zero ? max(search.slack, block.slack, alignment) : block.slack
    guard let ask = block.size.adding(slack), range.size >= ask,
      let step = Self.step(of: block, ask: ask, slack: slack, alignment, search.direction)
    else { return nil }
    switch search.direction {
    case .topDown:
      let base =
        slack == .zero
        ? (range.upper - block.size).roundedDown(to: alignment)
        : (range.upper - ask).roundedUp(to: alignment)
      guard let base, base >= range.lower else { return nil }
      first = base
      // Each further block takes `step` more; with slack the whole ask must fit below the last.
      let below = base - range.lower
      count = slack == .zero ? 1 + below.value / step.value : Self.count(below, ask, step)
    case .bottomUp:
      guard let base = range.lower.roundedUp(to: alignment), base < range.upper,
        range.upper - base >= block.size
      else { return nil }
      first = base
      let above = range.upper - base - block.size
      count = slack == .zero ? 1 + above.value / step.value : Self.count(above, ask, step)
    }
    self.step = step
    direction = search.direction
    size = block.size
  }

  private static func step(
    of block: Block, ask: ByteCount, slack: ByteCount, _ alignment: ByteCount,
    _ direction: Layout.Search.Direction
  ) -> ByteCount? {
    direction == .topDown && slack > .zero
      ? ask.roundedDown(to: alignment) : block.size.roundedUp(to: alignment)
  }

  /// One block, and those that still find their whole ask in `rest`.
  private static func count(_ rest: ByteCount, _ ask: ByteCount, _ step: ByteCount) -> UInt64 {
    rest < ask ? 1 : 2 + (rest - ask).value / step.value
  }

  /// The range of the block that is handed out as number `index`.
  func range(at index: UInt64) -> AddressRange? {
    let distance = ByteCount(step.value * index)
    let base = direction == .topDown ? first - distance : first + distance
    return AddressRange(base, base + size)
  }

  /// The first `count` blocks of it, at least one.
  func prefix(_ count: UInt64) -> PlacementRun {
    var run = self
    run.count = max(1, min(count, self.count))
    return run
  }

  /// Whether its blocks touch each other.
  var isGapless: Bool { step == size }

  /// From the lowest block's base to the highest block's end.
  var hull: AddressRange? {
    guard let one = range(at: 0), let other = range(at: count - 1) else { return nil }
    return AddressRange(min(one.lower, other.lower), max(one.upper, other.upper))
  }
}
