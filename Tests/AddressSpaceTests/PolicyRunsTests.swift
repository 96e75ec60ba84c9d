import TestSupport
import Testing

@testable import AddressSpace

@Suite("A policy in several runs")
struct PolicyRunsTests {
  /// A room in which so many pages are free, in one piece.
  static func room(free: Int, isUpperBound: Bool = false) -> Room {
    var space = ToySpace(
      style: .topDown, pages: 16..<116, pieces: [.init(pages: 16..<116 - free)], passes: [])
    space.passes = [.init(pages: 16..<116, isTopDown: true)]
    var facts = LayoutFacts()
    facts.lacksMappings = isUpperBound
    return Room(map: space.map, layout: space.layout, facts: facts)
  }

  static func runs(
    _ rules: [String], _ required: RequiredShare = .all, free: [Int], unknown: Int = 0
  ) throws -> PolicyRuns {
    let policy = Policy(try rules.map(PolicyRule.init(text:)))
    var runs = PolicyRuns(policy, required: required)
    for free in free {
      var trial = PolicyTrial(policy)
      try trial.look(at: room(free: free))
      runs.add(trial)
    }
    for _ in 0..<unknown {
      var trial = PolicyTrial(policy)
      try trial.look(at: room(free: 50, isUpperBound: true))
      runs.add(trial)
    }
    return runs
  }

  @Test("counts, figures and the worst")
  func counts() throws {
    let runs = try Self.runs(["free >= 40KiB"], free: [12, 9, 10, 9, 12])
    let result = try #require(runs.trial.results.first)
    let tally = try #require(result.tally)
    #expect([tally.held, tally.broken, tally.undecided, tally.runs] == [3, 2, 0, 5])
    #expect(tally.worst == 2 && result.answer.actual == .exactly(9 * 4096))
    #expect(tally.figures.map { $0.actual.value } == [9, 10, 12].map { $0 * 4096 })
    #expect(tally.figures.map(\.runs) == [2, 1, 2])
    #expect(tally.needed == 5 && runs.trial.verdict == .broken)
  }

  @Test("a rule's own share comes before the one of all")
  func shares() throws {
    let rules = ["free >= 40KiB", "p(free >= 40KiB) >= 60%", "p(free >= 40KiB) >= 0.61"]
    let half = try #require(RequiredShare(text: "50%"))
    let runs = try Self.runs(rules, half, free: [12, 9, 10, 9, 12])
    #expect(runs.trial.results.map(\.verdict) == [.held, .held, .broken])
  }

  @Test("what is not known decides only where it can", arguments: 1...8)
  func unknown(needed: Int) throws {
    let share = try #require(RequiredShare(text: "\(needed)/8"))
    // Three hold it, two do not, of three it is not known.
    let runs = try Self.runs(["free >= 80KiB"], share, free: [30, 30, 30, 5, 5], unknown: 3)
    let expected: RuleAnswer.Verdict = needed <= 3 ? .held : needed <= 6 ? .undecided : .broken
    #expect(runs.trial.verdict == expected)
  }

  @Test("one run is no count: what is asked of a share is not decided")
  func single() throws {
    let rules = ["free >= 40KiB", "p(free >= 40KiB) >= 1%"]
    let trial = try Self.runs(rules, free: [12]).trial
    #expect(trial.results.allSatisfy { $0.tally == nil })
    #expect(trial.results.map(\.verdict) == [.held, .undecided] && trial.verdict == .undecided)
  }
}
