import AddressSpaceFormats
import Invariants

/// What libFuzzer calls with every input: a crash log of Android or of Java, and what is asked of it.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  if let snapshot = try? SavedFile.read(bytes),
    [.tombstone, .javaLog].contains(snapshot.source.kind)
  {
    checkAnswers(of: snapshot)
  }
  return 0
}
