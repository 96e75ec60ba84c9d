import AddressSpace
import AddressSpaceFormats

/// What libFuzzer calls with every input: a log of WinDbg or Java, and what is asked of it.
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
  guard let snapshot = try? SavedFile.read(bytes, options: options) else { return }
  let kind = snapshot.source.kind
  guard kind == .windbg || kind == .javaLog else { return }
  let layout = Layout.inferred(from: snapshot.map, facts: snapshot.facts)
  let room = Room(map: snapshot.map, layout: layout, facts: snapshot.facts)
  require(room.notListedBytes <= layout.space.size, "no more is not listed than there is")
  if snapshot.facts.summary == nil {
    require(
      room.freeBytes + room.mappedBytes == room.spaceBytes, "free and mapped make up the space")
  }
  do {
    let request = BufferRequest(bytes: .mebibytes(1))
    let forecast = try Forecaster(room).forecast(request)
    require(forecast.fits <= forecast.fitsIfContiguous, "no more fit than in one piece")
    require(room.notListedBytes == .zero || !forecast.isExact, "what is not listed is not known")
    for pin in try PinRanking(room, for: []).pins() {
      require(!room.regions[pin.regions].contains(where: \.isNotListed), "a pin is listed")
    }
  } catch {
    require(false, "the answer is not \(error)")
  }
}

private func require(_ holds: Bool, _ what: @autoclosure () -> String) {
  if !holds { fatalError("does not hold: \(what())") }
}
