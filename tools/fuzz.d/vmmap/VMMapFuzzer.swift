import AddressSpace
import AddressSpaceFormats

/// What libFuzzer calls with every input: what VMMap saved, and what is asked of it.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  check(bytes, number: nil)
  check(bytes, number: 1)
  return 0
}

private func check(_ bytes: [UInt8], number: Int?) {
  var options = SavedFile.Options()
  options.snapshot = number
  guard let snapshot = try? SavedFile.read(bytes, options: options),
    snapshot.source.kind == .vmmap
  else { return }
  let layout = Layout.inferred(from: snapshot.map, facts: snapshot.facts)
  let room = Room(map: snapshot.map, layout: layout, facts: snapshot.facts)
  require(!snapshot.map.regions.isEmpty, "a snapshot holds regions")
  require(
    room.freeBytes + room.mappedBytes == room.spaceBytes, "free and mapped make up the space")
  for (lower, upper) in zip(snapshot.map.regions, snapshot.map.regions.dropFirst()) {
    require(lower.range.upper <= upper.range.lower, "regions lie apart")
  }
  do {
    let forecast = try Forecaster(room).forecast(BufferRequest(bytes: .mebibytes(1)))
    require(forecast.fits <= forecast.fitsIfContiguous, "no more fit than in one piece")
    _ = try PinRanking(room, for: []).pins()
  } catch {
    require(false, "the answer is not \(error)")
  }
}

private func require(_ holds: Bool, _ what: @autoclosure () -> String) {
  if !holds { fatalError("does not hold: \(what())") }
}
