import AddressSpace
import AddressSpaceFormats
import Invariants

/// What libFuzzer calls with every input: a snapshot in JSON, saved again in every form.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  guard let snapshot = try? SavedFile.read(bytes) else { return 0 }
  for one in [snapshot, snapshot.anonymized()] {
    let document = SnapshotText.write(one)
    let again = read(document)
    require(again.map.regions == one.map.regions, "a document holds the regions")
    // A later capture cannot say all that a document does; it holds what the document gave again.
    let text = read(CaptureText.write(again))
    require(text.map.regions == again.map.regions, "a capture holds the regions")
    require(SnapshotText.write(read(document)) == SnapshotText.write(again), "it is the same")
  }
  checkAnswers(of: snapshot)
  return 0
}

private func read(_ bytes: [UInt8]) -> Snapshot {
  do {
    return try SavedFile.read(bytes)
  } catch {
    fatalError("what was written cannot be read: \(error)")
  }
}
