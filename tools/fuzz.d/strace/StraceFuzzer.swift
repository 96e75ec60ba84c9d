import AddressSpace
import AddressSpaceFormats
import Invariants

/// What libFuzzer calls with every input: a log of strace, replayed.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  var replay = StraceReplay(bytes)
  var maps: [EvolvingMap] = []
  var changes: [Int] = []
  replay.run { event in
    switch event {
    case .began(let space, let map, _):
      require(space == maps.count, "spaces begin in order")
      maps.append(map)
      changes.append(0)
    case .step(let step):
      require(maps.indices.contains(step.space), "a step is of a space that began")
      if case .changed(let change) = step.outcome {
        maps[step.space].apply(change, by: 1)
        changes[step.space] += 1
      }
    }
  }
  require(replay.spaces.map(\.changes) == changes, "all changes are handed out")
  guard let main = replay.main, let snapshot = try? SavedFile.read(bytes),
    snapshot.source.kind == .strace
  else { return 0 }
  require(
    snapshot.map.regions.map(\.range) == maps[main].map.regions.map(\.range),
    "what is handed out makes the map")
  return 0
}
