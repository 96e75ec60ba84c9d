import AddressSpaceSimulation
import Testing

@Suite("Random numbers of a seed")
struct SeededRandomTests {
  @Test("the generator's published first numbers")
  func published() {
    var random = SeededRandom(seed: 1_234_567)
    #expect(
      (0..<5).map { _ in random.next() } == [
        6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
        4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
      ])
  }

  @Test("runs of one seed differ, and each is the same whenever it is asked for")
  func runs() {
    func first(_ seed: UInt64, _ run: Int) -> UInt64 {
      var random = SeededRandom(seed: seed, run: run)
      return random.next()
    }
    let numbers = (0..<4).flatMap { seed in (0..<1000).map { first(seed, $0) } }
    #expect(Set(numbers).count == 4000)
    #expect(first(3, 999) == numbers.last)
  }

  @Test("each number below a count is as likely", arguments: [2, 3, 10, 256] as [UInt64])
  func uniform(count: UInt64) {
    var random = SeededRandom(seed: count)
    var drawn = Array(repeating: 0.0, count: Int(count))
    let draws = 100_000.0
    for _ in 0..<Int(draws) { drawn[Int(random.next(below: count))] += 1 }
    let expected = draws / Double(count)
    let distance = drawn.map { ($0 - expected) * ($0 - expected) / expected }.reduce(0, +)
    // Chi-squared lies above its mean plus six deviations about once in a million; the seed is fixed.
    let freedom = Double(count - 1)
    #expect(distance < freedom + 6 * (2 * freedom).squareRoot())
  }

  @Test("random bits stay within their number", arguments: [0, 1, 8, 11, 63, 64])
  func bits(count: Int) {
    var random = SeededRandom(seed: 5)
    let all = (0..<1000).map { _ in random.next(bits: count) }
    #expect(all.allSatisfy { count == 64 || $0 < 1 << UInt64(count) })
    let highest = all.max().map { 64 - $0.leadingZeroBitCount }
    #expect(highest == count)
  }
}
