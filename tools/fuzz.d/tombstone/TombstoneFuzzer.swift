import AddressSpace
import AddressSpaceFormats

/// What libFuzzer calls with every input: a crash log of Android or of Java on Linux, and what is asked
/// of a map.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  guard let snapshot = try? SavedFile.read(bytes),
    [.tombstone, .javaLog].contains(snapshot.source.kind)
  else { return 0 }
  let layout = Layout.inferred(from: snapshot.map, facts: snapshot.facts)
  let room = Room(map: snapshot.map, layout: layout, facts: snapshot.facts)
  require(room.freeBytes + room.mappedBytes == room.spaceBytes, "free and mapped are the space")
  for (lower, upper) in zip(snapshot.map.regions, snapshot.map.regions.dropFirst()) {
    require(lower.range.upper <= upper.range.lower, "regions lie apart")
  }
  if let request = try? BufferRequest(text: "48MB"),
    let forecast = try? Forecaster(room).forecast(request)
  {
    require(forecast.fits <= forecast.fitsIfContiguous, "no more fit than in one piece")
    require(!snapshot.facts.lacksMappings || !forecast.isExact, "what is missing is not known")
  }
  return 0
}

private func require(_ holds: Bool, _ what: @autoclosure () -> String) {
  if !holds { fatalError("does not hold: \(what())") }
}
