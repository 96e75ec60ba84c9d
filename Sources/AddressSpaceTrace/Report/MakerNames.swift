import AddressSpace

/// Tells who made what of a map.
struct MakerNames {
  let map: EvolvingMap
  let makers: MakerLog
  var names: StackNames

  /// What lies in `range` by who made it, lowest first.
  mutating func stretches(in range: AddressRange) -> [TraceReport.MadeStretch] {
    map.pieces(in: range).map { piece in
      TraceReport.MadeStretch(range: piece.range, maker: maker(piece.maker))
    }
  }

  private mutating func maker(_ maker: UInt32) -> TraceReport.Maker {
    makers[maker].map { .event(record($0.number, $0.event)) } ?? .before
  }

  /// An event with its names.
  mutating func record(_ number: Int, _ event: TraceEvent) -> TraceReport.EventRecord {
    TraceReport.EventRecord(
      number: number, event: event, thread: names.thread(event.thread),
      stack: names.stack(event.stack))
  }

  /// A plan with who has to give up what.
  mutating func traced(_ plan: ClearingPlan, in room: Room) -> TraceReport.TracedPlan {
    var stretches: [TraceReport.MadeStretch] = []
    for region in room.regions[plan.regions] { stretches += self.stretches(in: region.range) }
    return TraceReport.TracedPlan(
      plan: plan, makers: stretches, owners: Self.owners(of: stretches))
  }

  private static func owners(
    of stretches: [TraceReport.MadeStretch]
  ) -> [TraceReport.TracedPlan.Owner] {
    var places: [StackID?: Int] = [:]
    var owners: [TraceReport.TracedPlan.Owner] = []
    for stretch in stretches {
      let stack = stretch.maker.stack
      let place = places[stack?.id] ?? owners.count
      if place == owners.count {
        places[stack?.id] = place
        owners.append(.init(stack: stack, regions: 0, bytes: .zero))
      }
      owners[place].regions += 1
      owners[place].bytes += stretch.range.size
    }
    // Of equal ones the lowest comes first.
    return owners.enumerated().sorted {
      ($1.element.bytes, $0.offset) < ($0.element.bytes, $1.offset)
    }.map(\.element)
  }

  /// How many bytes of the map each maker made.
  func liveBytes() -> [UInt32: ByteCount] {
    var bytes: [UInt32: ByteCount] = [:]
    for piece in map.pieces where piece.maker != EvolvingMap.before {
      let sum = bytes[piece.maker, default: .zero]
      bytes[piece.maker] = sum.adding(piece.region.size) ?? sum
    }
    return bytes
  }
}
