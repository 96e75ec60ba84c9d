import AddressSpace

/// Does again what a tape tells, on another stage.
struct TapePlayer<Stage: LifeStage> {
  private(set) var stage: Stage
  /// Whether changes of pages are left out.
  let isBrief: Bool
  /// Where each stretch of the tape lies.
  private var places: [AddressRange?]

  /// A player on a stage on which nothing has happened yet.
  init(on stage: Stage, isBrief: Bool) {
    self.stage = stage
    self.isBrief = isBrief
    places = [AddressRange(stage.programBreak, Address(.max))]
  }

  /// Does what is told of a step; false where the heap gets less than it did on the tape: from there
  /// on the tape is not what the program would do.
  mutating func play(_ items: [LifeTape.Item]) -> Bool {
    stage.failure = nil
    for item in items {
      guard play(item) else { return false }
    }
    return true
  }

  /// What malloc holds here, where it holds this on the tape: all of it lies in the brk heap.
  func heap(_ taped: HeapFacts?) -> HeapFacts? {
    guard let taped, let start = places[0]?.lower else { return nil }
    return taped.moved(from: TapingStage.startOfBreak, to: start)
  }

  private mutating func play(_ item: LifeTape.Item) -> Bool {
    switch item {
    case .stage(let call): stage.perform(call)
    case .refuse(let failure): stage.failure = stage.failure ?? failure
    case .map(let size, let mapping):
      guard let range = stage.map(size, mapping) else { return false }
      places.append(range)
    case .remap(let stretch, let size, let mayMove):
      guard let range = places[stretch],
        let moved = stage.remap(range, to: size, mayMove: mayMove)
      else { return false }
      places.append(moved)
    case .moveBreak(let size):
      // On the tape it begins at a page.
      guard let start = places[0]?.lower, start.roundedDown(to: stage.layout.pageSize) == start
      else { return false }
      return stage.moveBreak(to: start + size)
    case .change(let change, let stretch, let offset, let size):
      if isBrief, change != .unmap { return true }
      guard let lower = places[stretch].map({ $0.lower + offset }),
        let range = AddressRange(lower, lower + size)
      else { return false }
      switch change {
      case .unmap: stage.unmap(range)
      case .commit: stage.commit(range)
      case .discard: stage.discard(range)
      case .touch: stage.touch(range)
      }
    }
    return true
  }
}

extension HeapFacts {
  /// The same heap at another place.
  fileprivate func moved(from start: Address, to place: Address) -> HeapFacts {
    let move = { (address: Address) in place + (address - start) }
    var facts = self
    facts.end = move(end)
    facts.topEnd = move(topEnd)
    facts.freeChunks = freeChunks.compactMap { AddressRange(move($0.lower), move($0.upper)) }
    return facts
  }
}
