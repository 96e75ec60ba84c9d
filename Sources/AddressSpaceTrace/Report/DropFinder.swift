import AddressSpace

/// Finds the events at which room fell below everything before.
///
/// Room may fall in a million steps. A fall is told when it is a hundredth of what was left, the
/// least in any case, and of counts below a hundred each.
struct DropFinder {
  /// A fall, whose event's names and remains are not looked up yet.
  struct Found {
    var subject: TraceReport.Drop.Subject
    var from: UInt64
    var to: UInt64
    var step: UInt64
    var largestFree: ByteCount
    var number: Int
    var maker: UInt32
    var event: TraceEvent
  }

  /// What falls, and how far it has fallen.
  private struct Watched {
    let subject: TraceReport.Drop.Subject
    /// What it was before the event.
    var now: UInt64
    var least: UInt64
    /// What it was at the last fall that was told.
    var told: UInt64
    /// The least since then, too little to be told by itself.
    var pending: Found?
  }

  private var watched: [Watched]
  private(set) var found: [Found] = []

  init(_ tracker: RoomTracker) {
    func watch(_ subject: TraceReport.Drop.Subject, _ value: UInt64) -> Watched {
      Watched(subject: subject, now: value, least: value, told: value)
    }
    watched =
      [watch(.largestSpan, tracker.largestFree.value)]
      + tracker.fits.enumerated().map { watch(.buffer($0.offset), $0.element) }
  }

  /// Takes notice of an event that `tracker` has undergone.
  mutating func note(
    _ number: Int, _ maker: UInt32, _ event: TraceEvent, _ tracker: RoomTracker
  ) {
    note(0, tracker.largestFree.value, number, maker, event, tracker)
    for index in tracker.fits.indices {
      note(index + 1, tracker.fits[index], number, maker, event, tracker)
    }
  }

  private mutating func note(
    _ index: Int, _ value: UInt64, _ number: Int, _ maker: UInt32, _ event: TraceEvent,
    _ tracker: RoomTracker
  ) {
    let before = watched[index].now
    watched[index].now = value
    guard value < watched[index].least else { return }
    watched[index].least = value
    let told = watched[index].told
    let drop = Found(
      subject: watched[index].subject, from: told, to: value,
      step: before > value ? before - value : 0, largestFree: tracker.largestFree,
      number: number, maker: maker, event: event)
    if told - value >= max(1, told / 100) {
      found.append(drop)
      watched[index].told = value
      watched[index].pending = nil
    } else {
      watched[index].pending = drop
    }
  }

  /// All falls with the least of each, in order.
  func finished() -> [Found] {
    let pending = watched.compactMap(\.pending)
    // Of one event the fall of the largest span comes first, then the buffers in their order.
    return (found + pending).enumerated().sorted {
      ($0.element.number, $0.offset) < ($1.element.number, $1.offset)
    }.map(\.element)
  }
}
