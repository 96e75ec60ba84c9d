import AddressSpace
import AddressSpaceTrace

extension Recorder {
  /// Keeps the map as it is when `execve` is called: if it succeeds, that was the last of it.
  func noteMap(of space: RecordedSpace<Sink>) throws(RecorderError) {
    guard let (snapshot, capture) = try? reader.snapshot(space.pid) else { return }
    try reconcile(space, with: snapshot.map) { self.found($0, in: space) }
    try nameGeneratedCode(of: space)
    space.mapBeforeExecute = (log.now, capture)
  }

  /// Reads the map and records what is different from what was replayed.
  func reconcile(
    _ space: RecordedSpace<Sink>, event: (MapChange) -> TraceEvent
  ) throws(RecorderError) {
    let map = try read { try reader.map(space.pid) }
    try reconcile(space, with: map, event: event)
  }

  func reconcile(
    _ space: RecordedSpace<Sink>, with map: AddressMap, event: (MapChange) -> TraceEvent
  ) throws(RecorderError) {
    for change in space.map.differences(from: map) {
      space.apply(change, by: try log.add(event(change)))
    }
  }

  /// Holds the replayed map against the kernel's.
  func verify(_ space: RecordedSpace<Sink>) throws(RecorderError) {
    let map = try read { try reader.map(space.pid) }
    let found = space.map.differences(from: map)
    // A stack that grew is no mistake: no call makes it grow.
    let mistakes = found.filter { change in
      if case .map(let region) = change { region.name != "[stack]" } else { true }
    }
    for change in found { space.apply(change, by: try log.add(self.found(change, in: space))) }
    guard !mistakes.isEmpty else { return }
    outcome.mismatches += 1
    notify(.mismatch(event: log.events, found: mistakes))
  }

  func found(_ change: MapChange, in space: RecordedSpace<Sink>) -> TraceEvent {
    TraceEvent(
      time: log.now, space: space.place, thread: nil, call: .found, outcome: .changed(change))
  }

  func add(
    _ capture: [UInt8], of space: RecordedSpace<Sink>, _ occasion: TraceSnapshot.Occasion,
    at time: UInt64
  ) throws(RecorderError) {
    try log.add(
      TraceSnapshot(
        space: space.place, time: time, events: log.events, occasion: occasion, capture: capture))
  }

  func isShared(_ space: RecordedSpace<Sink>) -> Bool {
    tracees.values.contains { $0.space === space }
  }

  func read<Value>(_ body: () throws -> Value) throws(RecorderError) -> Value {
    do {
      return try body()
    } catch {
      throw .unreadable(error)
    }
  }
}
