import AddressSpace

/// Goes from event to event through a space and keeps what it was like at one moment.
///
/// Nobody knows which moment is the lowest before all are seen; a map is kept there at the last
/// moment before it rises again.
struct ReplayWalk {
  /// The room as it is.
  private(set) var tracker: RoomTracker
  /// The moment that is wanted.
  let moment: TraceMoment
  /// The last event that was taken.
  private(set) var last = Place(number: 0, time: 0)
  private var lowest: (largest: ByteCount, free: ByteCount)
  private var isLowest = true
  private var found: Kept?

  /// An event's number and time.
  struct Place {
    var number: Int
    var time: UInt64
  }

  /// What is kept of a moment.
  struct Kept {
    var map: EvolvingMap
    /// The last event of the space by then.
    var last: Place
    /// The number of the one after it, nil where there was none.
    var next: Int?
  }

  init(_ tracker: RoomTracker, to moment: TraceMoment) {
    self.tracker = tracker
    self.moment = moment
    lowest = (tracker.largestFree, tracker.freeBytes)
  }

  /// Takes the next event of the space.
  mutating func take(_ number: Int, _ maker: UInt32, _ event: TraceEvent) {
    keep(before: number, event)
    last = Place(number: number, time: event.time)
    guard case .changed(let change) = event.outcome else { return }
    tracker.apply(change, by: maker)
    let now = (tracker.largestFree, tracker.freeBytes)
    isLowest = now <= lowest
    if isLowest { lowest = now }
  }

  private mutating func keep(before number: Int, _ event: TraceEvent) {
    switch moment {
    case .end: return
    case .time(let time):
      guard found == nil, event.time > time else { return }
    case .event(let wanted):
      guard found == nil, number > wanted else { return }
    case .lowest:
      guard isLowest, mayRise(event) else { return }
    }
    found = Kept(map: tracker.map, last: last, next: number)
  }

  /// Whether more may be free after an event than before.
  private func mayRise(_ event: TraceEvent) -> Bool {
    guard case .changed(let change) = event.outcome else { return false }
    switch change {
    case .unmap, .move: return true
    case .map, .protect: return tracker.layout.system == .wine
    }
  }

  /// What was kept, once all events were taken.
  func kept() -> Kept {
    let now = Kept(map: tracker.map, last: last, next: nil)
    return moment == .lowest && isLowest ? now : found ?? now
  }
}
