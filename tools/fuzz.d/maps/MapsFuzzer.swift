import AddressSpace
import AddressSpaceFormats
import Invariants

/// What libFuzzer calls with every input: a saved map, and then everything that is asked of one.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  guard let snapshot = try? MapsParser.parse(bytes) else { return 0 }
  checkCapture(of: snapshot, from: bytes)
  check(snapshot, under: .inferred(from: snapshot.map, facts: snapshot.facts))
  // A layout that need not suit the map, as --layout can give it.
  let name = LayoutPreset.all[count % LayoutPreset.all.count].layout.name
  if let layout = Layout.named(name, map: snapshot.map, facts: snapshot.facts) {
    check(snapshot, under: layout)
  }
  return 0
}

private func checkCapture(of snapshot: Snapshot, from bytes: [UInt8]) {
  let again = try? MapsParser.parse(CaptureText.write(snapshot, maps: bytes))
  require(
    again?.map.regions.map(\.range) == snapshot.map.regions.map(\.range),
    "a capture holds the regions of what was captured")
}

private func check(_ snapshot: Snapshot, under layout: Layout) {
  let room = Room(map: snapshot.map, layout: layout, facts: snapshot.facts)
  let space = room.layout.space
  let taken = room.regions.map(\.range.size).total()
  require(room.freeBytes + room.mappedBytes == space.size, "free and mapped make up the space")
  require(taken == room.mappedBytes, "regions make up what is mapped")
  for span in room.freeSpans {
    require(span.range.clamped(to: space) == span.range, "\(span.range) lies in \(space)")
    require(span.reachable <= span.size, "no more of \(span.range) is reachable than is free")
  }
  require(MapDiff(from: room, to: room).isEmpty, "nothing differs from itself")
  do {
    try checkLargest(in: room)
    for (text, family) in questions(in: room.layout) {
      let request = try BufferRequest(text: text)
      let allocator = Allocator(family)
      try checkForecast(of: request, allocator, in: room)
      try checkAdvice(for: request, allocator, in: room)
    }
    // Started one by one, as pictures are placed.
    if layout.wordSize == .bits32 {
      for thread in ["thread", "thread:64K"] {
        try checkForecast(of: BufferRequest(text: thread), .usual(in: layout), in: room)
      }
    }
  } catch {
    require(false, "the answer is not \(error)")
  }
}

/// Blocks of their own, small chunks of the heap, alignment, and pictures of several blocks.
private func questions(in layout: Layout) -> [(String, Allocator.Family)] {
  var questions: [(String, Allocator.Family)] = [
    ("8000x6000x4x2", Allocator.usual(in: layout).family), ("100000", .malloc), ("1", .malloc),
  ]
  if layout.system == .linux { questions.append(("48MB@4MiB", .mmap)) }
  // Placed one by one: too many in a 64-bit space to be asked of every input.
  if layout.wordSize == .bits32 { questions.append(("4000x3000x4x1", .pillow)) }
  return questions
}

private func checkForecast(
  of request: BufferRequest, _ allocator: Allocator, in room: Room
) throws {
  let forecast = try Forecaster(room).forecast(request, allocator: allocator, placements: 100)
  require(forecast.fits <= forecast.fitsIfContiguous, "no more fit than in one piece")
  require(forecast.unusableFree <= room.freeBytes, "no more is unusable than is free")
  let places = forecast.placements.sorted { $0.lower < $1.lower }
  for (lower, upper) in zip(places, places.dropFirst()) {
    require(
      lower.upper <= upper.lower,
      "places of \(request.text) by \(allocator) lie apart: \(lower), \(upper)")
  }
}

private func checkLargest(in room: Room) throws {
  for (family, bytes) in room.largestRequests() {
    func fits(_ bytes: ByteCount) throws -> UInt64 {
      guard bytes > .zero else { return 1 }
      let request = BufferRequest(bytes: bytes)
      return try Forecaster(room).forecast(request, allocator: Allocator(family)).fits
    }
    let these = try fits(bytes)
    let larger = try fits(bytes + 1)
    require(these > 0, "\(bytes) by \(family) is served")
    // A damaged capture may claim more free heap than there is space; no search goes beyond that.
    require(larger == 0 || bytes >= room.layout.space.size, "\(bytes) by \(family) is the largest")
  }
}

private func checkAdvice(
  for request: BufferRequest, _ allocator: Allocator, in room: Room
) throws {
  let space = room.layout.space
  for pin in try PinRanking(room, for: [(request, allocator)]).pins() {
    require(pin.range.clamped(to: space) == pin.range, "a pin lies in the space")
    require(pin.joined >= pin.range.size, "what a pin joins holds the pin")
  }
  for grouping in Usage.Grouping.allCases {
    let bytes = room.usage(by: grouping).lazy.map(\.bytes).total()
    require(bytes == room.regions.lazy.map(\.size).total(), "by \(grouping) all is counted once")
  }
  if let plan = try ClearingPlanner(room, for: request, allocator: allocator).cheapest() {
    require(plan.window.clamped(to: space) == plan.window, "a window lies in the space")
    require(plan.gain > 0 && plan.bytes <= plan.window.size, "a plan gains something")
  }
}
