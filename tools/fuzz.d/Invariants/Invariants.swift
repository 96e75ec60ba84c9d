public import AddressSpace
import AddressSpaceFormats

/// Ends the run where something does not hold.
public func require(_ holds: Bool, _ what: @autoclosure () -> String) {
  if !holds { fatalError("does not hold: \(what())") }
}

/// Reads a file as what it is and by its first snapshot, and asks of each that is of these kinds.
@discardableResult
public func checkAnswers(of bytes: [UInt8], read kinds: Set<Source.Kind>) -> [Snapshot] {
  var snapshots: [Snapshot] = []
  for number in [nil, 1] {
    var options = SavedFile.Options()
    options.snapshot = number
    if let snapshot = try? SavedFile.read(bytes, options: options),
      kinds.contains(snapshot.source.kind)
    {
      checkAnswers(of: snapshot)
      snapshots.append(snapshot)
    }
  }
  return snapshots
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
    try checkRules(of: room)
  } catch {
    require(false, "the answer is not \(error)")
  }
  return room
}

/// Every kind of rule, at its figure and one beyond it.
private func checkRules(of room: Room) throws {
  let largest = room.largestFreeSpan?.size.value ?? 0
  let subjects: [(PolicyRule.Subject, figure: UInt64)] = [
    (.largestFree, largest), (.free, room.freeBytes.value),
    (.fits(BufferRequest(bytes: .mebibytes(48)), nil), 3), (.regions, UInt64(room.regions.count)),
    (.kind(.image), 1 << 20), (.owner(.init("*a*", by: .name)), 1 << 20),
    (.owner(.init("*", by: .origin)), 1 << 20), (.owner(.init("*.dll", by: .module)), 1 << 20),
    (.pins(smallerThan: .mebibytes(1), between: .kibibytes(64)), 0),
  ]
  let checker = PolicyChecker(room)
  // Its percentage is rounded towards breaking either bound.
  _ = try checker.answer(to: PolicyRule(.fragmentation, .atMost(50)))
  for (subject, figure) in subjects {
    let least = try checker.answer(to: PolicyRule(subject, .atLeast(figure &+ 1)))
    let most = try checker.answer(to: PolicyRule(subject, .atMost(figure)))
    let isEither = (least.verdict == .held) == (most.verdict == .broken)
    require(isEither, "more than \(figure) is held where at most \(figure) is broken: \(subject)")
  }
  try checkBaseline(of: room)
}

/// A room has nothing that it has not itself.
private func checkBaseline(of room: Room) throws {
  let baseline = Baseline(room)
  let additions = baseline.additions(in: room)
  require(additions.parts.isEmpty, "\(additions.bytes) are new of what was there")
  require(additions.pins(between: .zero).isEmpty, "pins are new of what was there")
  let checker = PolicyChecker(room, baseline: baseline)
  let figures: [PolicyRule.Subject] = [
    .new, .newPins(smallerThan: nil, between: nil), .change(.init(of: .kind(.anonymous))),
    .change(.init(of: .largestFree)),
  ]
  for subject in figures {
    let answer = try checker.answer(to: PolicyRule(subject, .atMost(0)))
    require(answer.verdict != .broken, "\(subject) is \(answer.actual) against itself")
  }
  // Against nothing all is new, and of all nothing.
  let nothing = Room(map: .assembling([]).map, layout: room.layout, facts: room.facts)
  require(baseline.additions(in: nothing).parts.isEmpty, "nothing has something new")
  for part in Baseline(nothing).additions(in: room).parts {
    require(part.bytes <= room.regions[part.region].size, "no more is new than there is")
  }
}
