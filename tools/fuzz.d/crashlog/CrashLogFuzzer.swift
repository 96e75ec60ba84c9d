import Invariants

/// What libFuzzer calls with every input: a crash log of Android or of Java, and what is asked of it.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  checkAnswers(
    of: Array(UnsafeBufferPointer(start: start, count: count)), read: [.tombstone, .javaLog])
  return 0
}
