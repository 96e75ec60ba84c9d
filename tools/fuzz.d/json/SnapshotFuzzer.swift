import AddressSpace
import AddressSpaceFormats

/// What libFuzzer calls with every input: a snapshot in JSON, saved again in every form.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  guard let snapshot = try? SavedFile.read(bytes) else { return 0 }
  for one in [snapshot, snapshot.anonymized()] {
    let document = SnapshotText.write(one)
    let again = require(document)
    expect(again.map.regions == one.map.regions, "a document holds the regions")
    // A later capture cannot say all that a document does; it holds what the document gave again.
    let text = require(CaptureText.write(again))
    expect(text.map.regions == again.map.regions, "a capture holds the regions")
    expect(SnapshotText.write(require(document)) == SnapshotText.write(again), "it is the same")
  }
  let layout = Layout.inferred(from: snapshot.map, facts: snapshot.facts)
  let room = Room(map: snapshot.map, layout: layout, facts: snapshot.facts)
  expect(room.freeBytes + room.mappedBytes == room.spaceBytes, "free and mapped make the space")
  return 0
}

private func require(_ bytes: [UInt8]) -> Snapshot {
  do {
    return try SavedFile.read(bytes)
  } catch {
    fatalError("what was written cannot be read: \(error)")
  }
}

private func expect(_ holds: Bool, _ what: String) {
  if !holds { fatalError("does not hold: \(what)") }
}
