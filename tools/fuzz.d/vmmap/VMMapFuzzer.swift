import AddressSpace
import Invariants

/// What libFuzzer calls with every input: what VMMap saved, and what is asked of it.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  for snapshot in checkAnswers(of: bytes, read: [.vmmap]) {
    require(!snapshot.map.regions.isEmpty, "a snapshot holds regions")
  }
  return 0
}
