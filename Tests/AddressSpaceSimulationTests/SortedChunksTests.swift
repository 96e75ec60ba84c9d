import Testing

@testable import AddressSpaceSimulation

@Suite("Sorted chunks")
struct SortedChunksTests {
  @Test("they are as a sorted array is", arguments: 1...5 as ClosedRange<UInt64>)
  func sorted(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var chunks = SortedChunks<UInt64>()
    var array: [UInt64] = []
    // Grows to thousands, then shrinks to none: chunks are split and go.
    for step in 0..<16_000 {
      let figure = random.next(below: 1 << 20)
      let grows = step < 8_000 ? 80 : 20 as UInt64
      if random.next(below: 100) < grows, !array.contains(figure) {
        chunks.insert(figure)
        array.append(figure)
        array.sort()
      } else if let wanted = array.first(where: { $0 >= figure }) ?? array.last {
        chunks.remove(wanted)
        array.removeAll { $0 == wanted }
      } else {
        chunks.remove(figure)
      }
      let limit = random.next(below: 1 << 20)
      #expect(
        chunks.first { $0 >= limit } == array.first { $0 >= limit }, "seed \(seed), step \(step)")
    }
  }
}
