import TestSupport
import Testing

@testable import AddressSpaceSimulation

/// Spans in many chunks against an array that is searched from its start.
@Suite("Free spans")
struct FreeSpansTests {
  /// Spans in a plain array.
  private struct Plain {
    var spans: [FreeSpans.Span]
    let alignment: UInt64

    func served(_ span: FreeSpans.Span) -> UInt64 {
      let base = (span.lower + alignment - 1) / alignment * alignment
      return base < span.upper ? span.upper - base : 0
    }

    mutating func take(_ lower: UInt64, _ upper: UInt64) {
      spans = spans.flatMap { span -> [FreeSpans.Span] in
        guard span.lower < upper, lower < span.upper else { return [span] }
        return [
          .init(lower: span.lower, upper: lower), .init(lower: upper, upper: span.upper),
        ].filter { $0.lower < $0.upper }
      }
    }

    mutating func give(_ lower: UInt64, _ upper: UInt64) {
      let touched = spans.filter { $0.lower <= upper && lower <= $0.upper }
      spans.removeAll { $0.lower <= upper && lower <= $0.upper }
      let whole = FreeSpans.Span(
        lower: min(lower, touched.first?.lower ?? lower),
        upper: max(upper, touched.last?.upper ?? upper))
      let place = spans.firstIndex { $0.lower > whole.lower } ?? spans.count
      spans.insert(whole, at: place)
    }
  }

  @Test("taken, given and searched", arguments: [1, 16] as [UInt64])
  func random(alignment: UInt64) {
    for seed in 0..<6 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      let size: UInt64 = 6000
      var plain = Plain(spans: [.init(lower: 0, upper: size)], alignment: alignment)
      var spans = FreeSpans(plain.spans, alignment: alignment)
      for step in 0..<2500 {
        // First more is taken, so that there are many; in the end nearly all is given back.
        let takes = Int.random(in: 0..<2500, using: &random) > step
        if takes, let span = plain.spans.randomElement(using: &random) {
          let lower = UInt64.random(in: span.lower..<span.upper, using: &random)
          let upper = min(span.upper, lower + UInt64.random(in: 1...3, using: &random))
          plain.take(lower, upper)
          spans.take(lower, upper)
        } else {
          let lower = UInt64.random(in: 0..<size, using: &random)
          let upper = min(size, lower + UInt64.random(in: 1...8, using: &random))
          plain.give(lower, upper)
          spans.give(lower, upper)
        }
        let address = UInt64.random(in: 0...size, using: &random)
        let wanted = UInt64.random(in: 1...40, using: &random)
        let isRight =
          spans.all == plain.spans
          && spans.bytes == plain.spans.reduce(0) { $0 + $1.upper - $1.lower }
          && spans.largestServed == plain.spans.map(plain.served).max() ?? 0
          && spans.lowest(above: address, serving: wanted)
            == plain.spans.first { $0.upper > address && plain.served($0) >= wanted }
          && spans.highest(below: address, serving: wanted)
            == plain.spans.last { $0.lower < address && plain.served($0) >= wanted }
        #expect(isRight, "seed \(seed), step \(step)")
        guard isRight else { return }
      }
    }
  }

  @Test("the next number that is large enough")
  func tree() {
    var random = SeededGenerator(seed: 7)
    for count in 0...40 {
      var numbers = (0..<count).map { _ in UInt64.random(in: 0...9, using: &random) }
      var tree = MaximumTree(numbers)
      for _ in 0..<20 where count > 0 {
        let place = Int.random(in: 0..<count, using: &random)
        numbers[place] = UInt64.random(in: 0...9, using: &random)
        tree[place] = numbers[place]
        let least = UInt64.random(in: 1...10, using: &random)
        #expect(tree.largest == numbers.max())
        #expect(
          tree.first(from: place, atLeast: least)
            == numbers.indices.first { $0 >= place && numbers[$0] >= least })
        #expect(
          tree.last(through: place, atLeast: least)
            == numbers.indices.last { $0 <= place && numbers[$0] >= least })
      }
      #expect(tree.first(from: count, atLeast: 1) == nil)
      #expect(tree.last(through: -1, atLeast: 1) == nil)
    }
  }
}
