import AddressSpace
import AddressSpaceTrace

extension Recorder {
  /// The room of a space from its first map on, nil where nobody minds it.
  func tracker(of snapshot: Snapshot, isMain: Bool) -> RoomTracker? {
    guard isMain, options.watch.isNeeded else { return nil }
    let layout = Layout.inferred(from: snapshot.map, facts: snapshot.facts)
    let buffers = options.watch.buffers.map { ($0, Allocator.usual(in: layout)) }
    // A buffer that the usual allocator cannot take is not followed; `report` says why.
    return try? RoomTracker(
      EvolvingMap(snapshot.map), layout: layout, facts: snapshot.facts.lasting, buffers: buffers)
  }

  /// Looks at the room after a change.
  func watch(_ space: RecordedSpace<Sink>) throws(RecorderError) {
    guard let tracker = space.tracker else { return }
    if tracker.fits != space.lastFits {
      if zip(tracker.fits, space.lastFits).contains(where: { $0 < $1 }) {
        notify(.fewerFit(progress(of: space, tracker)))
      }
      space.lastFits = tracker.fits
    }
    if let limit = options.watch.snapshotBelow {
      let isLow = tracker.largestFree < limit
      if isLow, !space.isLow { try keepLow(space) }
      space.isLow = isLow
    }
    if let limit = options.watch.stopBelow, tracker.largestFree < limit, !isStopping {
      isStopping = true
      notify(.stoppedBelow(progress(of: space, tracker)))
    }
  }

  /// Tells how things are, where somebody wants to know.
  func tellProgress() {
    guard options.watch.tellsProgress, log.now - lastProgress >= Self.progressInterval else {
      return
    }
    lastProgress = log.now
    guard let space = spaces.values.first(where: \.isMain), let tracker = space.tracker else {
      return
    }
    notify(.progress(progress(of: space, tracker)))
  }

  private static var progressInterval: UInt64 { 200_000_000 }

  private func progress(
    of space: RecordedSpace<Sink>, _ tracker: RoomTracker
  ) -> RecorderProgress {
    RecorderProgress(
      time: log.now, events: log.events, regions: space.map.pieceCount,
      largestFree: tracker.largestFree, fits: tracker.fits)
  }
}
