import AddressSpace

/// The events that made what is mapped.
///
/// Of a long recording most mappings are gone again: their events are forgotten now and then, so
/// that memory does not grow with the number of events.
struct MakerLog {
  /// An event that made something.
  struct Entry {
    let maker: UInt32
    let number: Int
    let event: TraceEvent
  }

  /// In the order of their makers.
  private var entries: [Entry] = []
  private var limit = MakerLog.mostForgotten

  private static let mostForgotten = 1 << 15

  /// How many events are remembered.
  var count: Int { entries.count }

  /// Notes an event that may have made something; `maps` are those in which makers are looked for.
  mutating func note(
    _ number: Int, _ maker: UInt32, _ event: TraceEvent, maps: () -> [EvolvingMap]
  ) {
    guard case .changed(let change) = event.outcome else { return }
    switch change {
    case .unmap, .protect: return
    case .map, .move: break
    }
    if entries.count >= limit { forget(except: maps()) }
    entries.append(Entry(maker: maker, number: number, event: event))
  }

  private mutating func forget(except maps: [EvolvingMap]) {
    var makers: Set<UInt32> = []
    for map in maps { map.forEachMaker { makers.insert($0) } }
    entries.removeAll { !makers.contains($0.maker) }
    limit = 2 * entries.count + Self.mostForgotten
  }

  /// The event that `maker` stands for, nil for what was there before.
  subscript(maker: UInt32) -> Entry? {
    guard maker != EvolvingMap.before else { return nil }
    var (low, high) = (0, entries.count)
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].maker < maker { low = middle + 1 } else { high = middle }
    }
    return low < entries.count && entries[low].maker == maker ? entries[low] : nil
  }
}
