public import AddressSpace

/// Ends the run where something does not hold.
public func require(_ holds: Bool, _ what: @autoclosure () -> String) {
  if !holds { fatalError("does not hold: \(what())") }
}

/// Asks of a snapshot what is asked of each: its room under the layout that it shows, a forecast, and
/// the pins.
@discardableResult
public func checkAnswers(of snapshot: Snapshot) -> Room {
  let regions = snapshot.map.regions
  for (lower, upper) in zip(regions, regions.dropFirst()) {
    require(lower.range.upper <= upper.range.lower, "regions lie apart")
  }
  let facts = snapshot.facts
  require(
    !regions.isEmpty || facts.lacksMappings || facts.summary != nil,
    "a snapshot holds regions, or says that it lacks some")
  let room = Room(
    map: snapshot.map, layout: .inferred(from: snapshot.map, facts: facts), facts: facts)
  require(room.notListedBytes <= room.layout.space.size, "no more is not listed than there is")
  if facts.summary == nil {
    require(
      room.freeBytes + room.mappedBytes == room.spaceBytes, "free and mapped make up the space")
  }
  do {
    for size in [ByteCount.mebibytes(1), .mebibytes(48)] {
      let forecast = try Forecaster(room).forecast(BufferRequest(bytes: size))
      require(forecast.fits <= forecast.fitsIfContiguous, "no more fit than in one piece")
      let isWhole = room.notListedBytes == .zero && !facts.lacksMappings
      require(isWhole || !forecast.isExact, "what is not listed is not known")
    }
    for pin in try PinRanking(room, for: []).pins() {
      require(!room.regions[pin.regions].contains(where: \.isNotListed), "a pin is listed")
    }
  } catch {
    require(false, "the answer is not \(error)")
  }
  return room
}
