/// A room that others of the same program are held against: what of them is new?
///
/// Things are matched by what randomisation and restarts leave as it is: what they are, who uses them,
/// and how large they are. Where neither has moved anything, by their addresses too.
public struct Baseline: Sendable {
  /// The room.
  public let room: Room

  /// A baseline.
  public init(_ room: Room) {
    self.room = room
  }

  /// What a room has that the baseline has not.
  public func additions(in room: Room) -> Additions {
    Additions(to: self, in: room)
  }

  /// Whether the room may be of the same program: addresses as wide, and the same system.
  public func isComparable(with room: Room) -> Bool {
    self.room.layout.wordSize == room.layout.wordSize
      && (self.room.layout.system == .windows) == (room.layout.system == .windows)
  }

  /// Whether what is randomised at each start lies where it lies in the baseline, so that addresses
  /// mean the same: the same run, or one without randomisation.
  func isUnmoved(in other: Room) -> Bool {
    guard room.layout.space == other.layout.space else { return false }
    var places = 0
    for (one, two) in [
      (room.facts.startOfBreak, other.facts.startOfBreak),
      (room.facts.firstMapping?.lower, other.facts.firstMapping?.lower),
    ] {
      guard let one, let two else { continue }
      if one != two { return false }
      places += 1
    }
    let (here, there) = (room.places(), other.places())
    var moved = 0
    for (name, place) in here {
      guard let now = there[name] else { continue }
      if now != place {
        // A library may have been unloaded and loaded anew; what the system places stays.
        if name.hasPrefix("[") { return false }
        moved += 1
      } else {
        places += 1
      }
    }
    guard places > 0, moved <= places else { return false }
    // Windows places libraries once for all processes, heaps and stacks for each.
    return room.layout.system != .windows || room.sharesMemory(with: other)
  }
}

extension Room {
  /// Where what has a name lies, the lowest of each name; of a stack where it begins.
  fileprivate func places() -> [String: Address] {
    var places: [String: Address] = [:]
    for region in regions where !region.name.isEmpty && !region.isNotListed {
      let isLabel = region.name.utf8.first == UInt8(ascii: "[")
      guard region.kind == .image || isLabel, !region.name.hasPrefix("[anon") else { continue }
      let place = region.growsDown ? region.range.upper : region.range.lower
      places[region.name] = places[region.name] ?? place
    }
    return places
  }

  /// Whether at least half of the memory without a name begins where some begins in the other room.
  fileprivate func sharesMemory(with other: Room) -> Bool {
    let memory = regions.filter { $0.isUnnamed && !$0.isNotListed }
    let starts = Set(other.regions.lazy.filter(\.isUnnamed).map(\.range.lower))
    return memory.count { starts.contains($0.range.lower) } * 2 >= memory.count
  }
}
