import AddressSpace
import AddressSpaceFormats
import Invariants

/// What libFuzzer calls with every input: a minidump, and then what is asked of what it shows.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  var bytes = Array(UnsafeBufferPointer(start: start, count: count))
  // Most inputs have lost the mark by which a minidump is known.
  bytes.replaceSubrange(0..<min(4, count), with: Array("MDMP".utf8))
  guard let snapshot = try? SavedFile.read(bytes) else { return 0 }
  check(snapshot, under: .inferred(from: snapshot.map, facts: snapshot.facts))
  let name = LayoutPreset.all[count % LayoutPreset.all.count].layout.name
  if let layout = Layout.named(name, map: snapshot.map, facts: snapshot.facts) {
    check(snapshot, under: layout)
  }
  return 0
}

private func check(_ snapshot: Snapshot, under layout: Layout) {
  let room = Room(map: snapshot.map, layout: layout, facts: snapshot.facts)
  require(
    room.freeBytes + room.mappedBytes == room.spaceBytes, "free and mapped make up the space")
  require(
    room.regions.map(\.range.size).total() == room.mappedBytes, "regions make up what is mapped")
  require(room.unusableBytes <= room.freeBytes, "no more is unusable than is free")
  _ = room.origins()
  _ = snapshot.diagnostics(under: room)
  do {
    let allocator = Allocator.usual(in: layout)
    for text in ["8000x6000x4x2", "100000", "thread"] {
      // Thousands of threads are placed one by one: too slow to be asked of every input.
      let asksThreads = layout.wordSize == .bits32 && snapshot.map.regions.count % 8 == 0
      if text == "thread", !asksThreads { continue }
      let request = try BufferRequest(text: text)
      let forecast = try Forecaster(room).forecast(request, allocator: allocator, placements: 100)
      require(forecast.fits <= forecast.fitsIfContiguous, "no more fit than in one piece")
      require(
        !room.isUpperBound || forecast.bound == .atMost || layout.system != .windows,
        "what may not be all is at most")
      if request.isThread { continue }
      _ = try PinRanking(room, for: [(request, allocator)]).pins()
    }
  } catch {
    require(false, "the answer is not \(error)")
  }
}
