import AddressSpace
import AddressSpaceFormats
import Invariants

/// What libFuzzer calls with every input: the memory of a process whose heap is read, and then what
/// is asked of what was read.
///
/// The first byte tells the word size, the second the C library's version; behind them stand a data
/// segment of 4 KiB, the heap of a thread of 8 KiB, and the brk heap. The seeds are heaps as
/// `HeapImage` of the tests makes them.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  guard bytes.count > 2 else { return 0 }
  let memory = FuzzedMemory(bytes[2...])
  let wordSize: WordSize = bytes[0] & 1 == 0 ? .bits32 : .bits64
  let version = [LibcVersion(2, 31), LibcVersion(2, 36), nil][Int(bytes[1]) % 3]
  let heap = GlibcHeap(
    map: memory.map, wordSize: wordSize, version: version, startOfBreak: FuzzedMemory.heap)
  guard let facts = heap.facts(in: memory) else { return 0 }
  // Lists that go in circles are followed for 10,000 steps, a page each.
  require(memory.wordsRead < 64 * memory.wordCount + (1 << 25), "work is bounded by the memory")
  check(facts, memory)
  ask(facts, memory, wordSize)
  return 0
}

/// Memory that the input is.
final class FuzzedMemory: HeapMemory {
  static let data: Address = 0x0804_A000
  static let heap: Address = 0x0805_0000
  static let thread: Address = 0x0C00_0000
  private static let part = 1024

  private let parts: [(base: UInt64, words: [UInt32])]
  private(set) var wordsRead = 0

  init(_ bytes: ArraySlice<UInt8>) {
    var words: [UInt32] = []
    var rest = bytes
    while rest.count >= 4 {
      words.append(rest.prefix(4).reversed().reduce(0) { $0 << 8 | UInt32($1) })
      rest = rest.dropFirst(4)
    }
    func part(from first: Int, of total: Int) -> [UInt32] {
      let from = min(words.count, first * Self.part)
      let some = Array(words[from..<min(words.count, from + total)])
      let whole = max(Self.part, (some.count + Self.part - 1) / Self.part * Self.part)
      return some + Array(repeating: 0, count: whole - some.count)
    }
    parts = [
      (Self.data.value, part(from: 0, of: Self.part)),
      (Self.heap.value, part(from: 3, of: 1 << 20)),
      (Self.thread.value, part(from: 1, of: 2 * Self.part)),
    ]
  }

  func words(at address: Address, count: Int) -> [UInt32] {
    for (base, words) in parts where address.value >= base {
      let index = Int((address.value - base) / 4)
      guard index < words.count else { continue }
      let found = Array(words[index..<min(words.count, index + count)])
      wordsRead += found.count
      return found
    }
    return []
  }

  var wordCount: Int { parts.reduce(0) { $0 + $1.words.count } }

  var map: AddressMap {
    let names = ["/lib/libc.so.6", "[heap]", ""]
    let kinds: [Region.Kind] = [.image, .heap, .anonymous]
    let regions = parts.indices.compactMap { index -> Region? in
      let low = Address(parts[index].base)
      return AddressRange(low, low + ByteCount(UInt64(parts[index].words.count) * 4)).map {
        Region(range: $0, access: [.read, .write], name: names[index], kind: kinds[index])
      }
    }
    return AddressMap.assembling(regions).map
  }
}

private func check(_ facts: HeapFacts, _ memory: FuzzedMemory) {
  let mapped = ByteCount(UInt64(memory.wordCount) * 4)
  let map = memory.map
  for (lower, upper) in zip(facts.freeChunks, facts.freeChunks.dropFirst()) {
    require(lower.upper <= upper.lower, "free chunks lie apart: \(lower), \(upper)")
  }
  for chunk in facts.freeChunks {
    require(
      map.region(at: chunk.lower).map { chunk.upper <= $0.range.upper } == true,
      "\(chunk) lies in a mapping")
  }
  let counted = facts.otherChunks.reduce(UInt64(0)) { $0 + $1.size.value * $1.count }
  require(
    facts.freeChunks.map(\.size).total() + facts.top + ByteCount(counted) <= mapped,
    "no more is free than is mapped")
  for arena in facts.arenas {
    require(arena.free <= mapped && arena.used <= mapped, "an arena holds what is mapped")
  }
}

private func ask(_ heap: HeapFacts, _ memory: FuzzedMemory, _ wordSize: WordSize) {
  var facts = LayoutFacts()
  facts.isRead = true
  facts.wordSize = wordSize
  facts.heap = heap
  let layout = Layout.inferred(from: memory.map, facts: facts)
  let room = Room(map: memory.map, layout: layout, facts: facts)
  for text in ["1200", "70000", "70000@64", "200000", "200000@4096", "5000000@1MiB"] {
    do {
      let forecast = try Forecaster(room).forecast(
        BufferRequest(text: text), allocator: Allocator(.malloc))
      require(forecast.heapFits ?? 0 <= forecast.fits, "the heap's part is a part")
    } catch {
      require(false, "the answer is not \(error)")
    }
  }
}
