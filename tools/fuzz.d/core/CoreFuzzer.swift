import AddressSpace
import AddressSpaceFormats
import Invariants

/// What libFuzzer calls with every input: an ELF core, and then what is asked of a map.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  var bytes = Array(UnsafeBufferPointer(start: start, count: count))
  // Nothing else is to be read as one.
  let head: [UInt8] = [0x7F, 0x45, 0x4C, 0x46]
  guard bytes.count > 20 else { return 0 }
  bytes.replaceSubrange(0..<4, with: head)
  guard let snapshot = try? SavedFile.read(bytes) else { return 0 }
  let room = checkAnswers(of: snapshot)
  if room.layout.wordSize == .bits32, let request = try? BufferRequest(text: "8000x6000x4x2") {
    _ = try? Forecaster(room).forecast(request, allocator: Allocator(.malloc))
  }
  return 0
}
