import AddressSpaceFormats
import Invariants

/// What libFuzzer calls with every input: a log of WinDbg, and what is asked of it.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  for number in [nil, 1] {
    var options = SavedFile.Options()
    options.snapshot = number
    guard let snapshot = try? SavedFile.read(bytes, options: options),
      snapshot.source.kind == .windbg
    else { continue }
    checkAnswers(of: snapshot)
  }
  return 0
}
