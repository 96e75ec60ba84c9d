/// An address space as it would be after some changes.
public struct ChangedSpace: Sendable {
  /// The changes, in the order in which they were applied.
  public let changes: [Change]
  /// What would be taken and free.
  public let room: Room
  /// Whether only a process that was started anew would be so.
  public let needsRestart: Bool
  /// Whether some of it follows rules that were not proved by doing it (`docs/changes.md`).
  public let isModelled: Bool
  /// What to know about it, in sentences.
  public let notes: [String]
  /// The size of the pieces that buffers are asked for in, nil where they are whole.
  let tile: ByteCount?
  /// Whether the counts are from below, whatever the room says.
  let isFromBelow: Bool
  /// Whether holes that may be left elsewhere could make one more or less fit.
  let mayBeOffByOne: Bool
  /// How it would be if randomisation fell otherwise, nil where it has no part in it.
  private let drawn: Drawn?

  /// What other draws of randomisation are tried out on.
  struct Drawn: Sendable {
    let before: ChangingSpace
    let wishes: ChangeWishes
  }

  /// The space of a map after `changes`.
  public init(
    _ changes: [Change], of map: AddressMap, facts: LayoutFacts, layout: Layout
  ) throws(ChangeError) {
    let wishes = try ChangeWishes(changes)
    let before = ChangingSpace(map: map, facts: facts, layout: layout)
    var space = before
    try space.apply(wishes)
    self.changes = wishes.changes
    room = Room(map: space.map, layout: space.layout, facts: space.facts)
    needsRestart = space.needsRestart
    isModelled = space.isModelled
    notes = space.notes
    tile = wishes.tile
    isFromBelow = space.isFromBelow
    mayBeOffByOne = space.mayBeOffByOne
    drawn = space.isRedrawn ? Drawn(before: before, wishes: wishes) : nil
  }

  /// Nobody waits for more regions than this to be moved a few dozen times.
  private static let mostRedrawn = 2000

  /// The rooms that other draws of randomisation would give; none where it has no part in it, or
  /// there are very many regions.
  func redrawn() -> [Room] {
    guard let drawn, drawn.before.map.regions.count <= Self.mostRedrawn else { return [] }
    return RandomDraw.samples.compactMap { draw in
      var space = drawn.before
      space.draw = draw
      guard (try? space.apply(drawn.wishes)) != nil else { return nil }
      return Room(map: space.map, layout: space.layout, facts: space.facts)
    }
  }
}
