import AddressSpace
import TestSupport
import Testing

@testable import AddressSpaceSimulation

@Suite("Distributions and tallies")
struct DistributionTests {
  @Test("percentiles are by nearest rank, as counting one by one gives them")
  func percentiles() throws {
    var random = SeededRandom(seed: 11)
    for count in 1...60 {
      let figures = (0..<count).map { _ in random.next(below: 20) }
      let distribution = try #require(Distribution(figures))
      for percent in [0, 1, 5, 33, 50, 95, 99, 100] {
        let wanted = figures.sorted().first { figure in
          figures.count { $0 <= figure } * 100 >= percent * count
        }
        #expect(distribution.percentile(percent) == wanted, "\(percent)% of \(figures)")
      }
      #expect(distribution.least == figures.min() && distribution.most == figures.max())
      for limit in 0...20 as ClosedRange<UInt64> {
        #expect(distribution.count(atLeast: limit) == figures.count { $0 >= limit })
      }
      let rows = distribution.histogram
      #expect(rows.map(\.figure) == Set(figures).sorted())
      #expect(rows.map(\.count).reduce(0, +) == count)
    }
  }

  @Test("the mean is exact to a thousandth, of the largest figures too")
  func mean() throws {
    #expect(try #require(Distribution([1, 2])).meanInThousandths == 1500)
    #expect(try #require(Distribution([1, 1, 2])).meanInThousandths == 1333)
    #expect(try #require(Distribution([1, 2, 2])).meanInThousandths == 1667)
    let largest = try #require(Distribution([.max, .max]))
    #expect(largest.meanInThousandths == UInt128(UInt64.max) * 1000)
    #expect(Distribution([]) == nil)
  }

  /// An outcome of which only the figures matter that are named.
  static func outcome(
    _ largest: UInt64, _ fits: UInt64, _ failure: StepOutcome.Failure? = nil
  ) -> StepOutcome {
    StepOutcome(
      largestFree: ByteCount(largest), free: 9, mapped: 0, committed: 0, resident: 0, fits: [fits],
      failure: failure)
  }

  static let buffer = BufferRequest(bytes: .mebibytes(48))

  @Test("the tightest step is where fewest fit, then where the largest span is smallest")
  func tightest() {
    func step(_ outcomes: [(UInt64, UInt64)]) -> Int {
      ScenarioTally(
        steps: outcomes.indices.map { "\($0)" }, buffers: [Self.buffer],
        runs: [outcomes.map { Self.outcome($0.0, $0.1) }]
      ).tightestStep
    }
    #expect(step([(5, 3), (9, 2), (1, 3)]) == 1)
    #expect(step([(5, 3), (4, 3), (4, 3)]) == 1)
    #expect(step([(5, 3)]) == 0)
  }

  /// A tally of one run, each step's largest span, what fits and what failed.
  static func tally(_ outcomes: [StepOutcome]) -> ScenarioTally {
    ScenarioTally(
      steps: outcomes.indices.map { "\($0)" }, buffers: [buffer], runs: [outcomes])
  }

  private static func order(
    _ plain: ScenarioTally, _ remedied: [(String, ScenarioTally)], comparing step: Int? = nil
  ) throws -> ScenarioAnswer {
    let layout = try #require(LayoutPreset.all.first).layout
    return ScenarioAnswer(
      name: "some", layout: layout, seed: 1, tally: plain,
      remedies: remedied.map { .init(name: $0.0, layout: layout, tally: $0.1) },
      comparedStep: step)
  }

  @Test("remedies are put in order by what fits where it was tightest")
  func remedies() throws {
    func tally(_ figures: [(UInt64, UInt64)]) -> ScenarioTally {
      Self.tally(figures.map { Self.outcome($0.0, $0.1) })
    }
    let answer = try Self.order(
      tally([(9, 9), (5, 2)]),
      [
        ("c", tally([(9, 9), (5, 2)])), ("b", tally([(99, 99), (6, 3)])),
        ("a", tally([(9, 9), (7, 3)])), ("d", tally([(9, 9), (5, 2)])),
      ])
    #expect(answer.comparedStep == 1)
    #expect(answer.remedies.map(\.name) == ["a", "b", "c", "d"])
  }

  @Test(
    "what lets steps succeed comes first, whatever it leaves; then the step counts that is named")
  func failing() throws {
    let refused = StepOutcome.Failure("image", 48)
    func tally(_ fits: UInt64, _ failed: Int, last: UInt64 = 0) -> ScenarioTally {
      Self.tally([
        Self.outcome(9, fits), Self.outcome(1, 0, failed > 0 ? refused : nil),
        Self.outcome(1, last, failed > 1 ? refused : nil),
      ])
    }
    let answer = try Self.order(
      tally(1, 2),
      [
        ("fails twice", tally(9, 2)), ("fails once", tally(2, 1)), ("holds it", tally(0, 0)),
        ("more at last", tally(2, 1, last: 7)), ("succeeds", tally(1, 0)),
      ], comparing: 0)
    #expect(
      answer.remedies.map(\.name) == [
        "succeeds", "holds it", "fails once", "more at last", "fails twice",
      ])
    #expect(answer.tally.failedRuns(inStep: 2) == 1 && answer.tally.failedRuns(inStep: 0) == 0)
    #expect(answer.tally.wholeRuns == 0 && answer.remedies[0].tally.wholeRuns == 1)
  }

  @Test("failures are counted by what for, the most frequent first")
  func failures() {
    let one = StepOutcome.Failure("open", 48)
    let other = StepOutcome.Failure("undo", 48)
    let runs = [one, other, other, nil, other].map { [Self.outcome(1, 1, $0)] }
    let tally = ScenarioTally(steps: ["edit"], buffers: [Self.buffer], runs: runs)
    let found = tally.failures(inStep: 0)
    #expect(found.map(\.failure) == [other, one] && found.map(\.runs) == [3, 1])
  }
}
