import TestSupport
import Testing

@testable import AddressSpace

@Suite("Rules that compare")
struct PolicyTrialTests {
  /// A room where the libraries lie where they lay, with so many pages of other memory.
  private static func room(_ pages: Int, name: String = "[anon:cache]") -> Room {
    BaselineTests.room(
      [BaselineTests.region(600..<602, "[vdso]", [.read, .execute])]
        + (pages > 0 ? [BaselineTests.region(100..<100 + pages, name)] : []))
  }

  private static func trial(_ rule: String, _ pages: [Int], baseline: Int? = nil) throws
    -> PolicyTrial
  {
    var trial = PolicyTrial(
      Policy([try PolicyRule(text: rule)]), baseline: baseline.map { Baseline(room($0)) })
    for (second, count) in pages.enumerated() {
      try trial.look(at: room(count), after: Double(second))
    }
    return trial
  }

  /// What was measured, in pages or by count, and what came of it.
  private static func outcome(_ trial: PolicyTrial) -> String {
    guard let answer = trial.results.first?.answer else { return "nothing" }
    let unit: UInt64 = answer.rule.subject.unit == .bytes ? 4096 : 1
    let value = answer.actual.value.map { "\($0 / unit)" } ?? "?"
    return "\(answer.actual.bound?.rawValue ?? "unknown") \(value) \(answer.verdict.rawValue)"
  }

  @Test(
    "against a baseline of 10 pages",
    arguments: [
      ("new <= 16KiB", [14], "exact 4 held"), ("new <= 16KiB", [15], "exact 5 broken"),
      ("new <= 16KiB", [10, 15, 3], "exact 5 broken"), ("new <= 0", [3], "exact 0 held"),
      ("new >= 8KiB", [11], "exact 1 broken"),
      ("new-pins <= 0", [50], "exact 0 held"),
      ("new-pins between 64KiB <= 0", [50], "exact 0 held"),
      ("growth of origin cache <= 16KiB", [14, 12], "exact 4 held"),
      ("growth of origin cache <= 16KiB", [12, 15, 3], "exact 5 broken"),
      ("growth of regions <= 0", [0], "exact 0 held"),
      ("loss of free <= 16KiB", [14], "exact 4 held"),
      ("loss of free <= 16KiB", [0, 15], "exact 5 broken"),
      ("loss of largest-free <= 0", [11], "exact 1 broken"),
    ] as [(String, [Int], String)])
  func baseline(rule: String, pages: [Int], outcome: String) throws {
    let trial = try Self.trial(rule, pages, baseline: 10)
    #expect(Self.outcome(trial) == outcome)
    let result = try #require(trial.results.first)
    if outcome.hasSuffix("broken"), rule.hasPrefix("new <=") || rule.hasPrefix("growth of origin") {
      let pin = try #require(result.answer.pins.first)
      #expect(result.room.regions[pin.regions.lowerBound].name == "[anon:cache]")
      #expect(result.answer.additions.map(\.bytes) == [ToySpace.bytes(5)])
    }
  }

  @Test(
    "against the first look, or within some looks",
    arguments: [
      ("growth of origin cache <= 8KiB", [10], "unknown ? undecided"),
      ("growth of origin cache <= 8KiB", [10, 12], "exact 2 held"),
      ("growth of origin cache <= 8KiB", [10, 2, 12, 3], "exact 2 held"),
      ("growth of origin cache <= 8KiB", [10, 13, 2], "exact 3 broken"),
      ("growth of origin cache <= 8KiB", [10, 2, 5], "exact 0 held"),
      ("loss of free <= 8KiB", [10, 2, 13, 2], "exact 3 broken"),
      ("growth of origin cache <= 8KiB over 2", [10], "unknown ? undecided"),
      ("growth of origin cache <= 8KiB over 2", [10, 12], "at-least 2 undecided"),
      ("growth of origin cache <= 8KiB over 2", [10, 11, 12], "exact 2 held"),
      ("growth of origin cache <= 8KiB over 2", [10, 13], "at-least 3 broken"),
      ("growth of origin cache <= 8KiB over 2", [0, 1, 2, 3, 4, 5, 6], "exact 2 held"),
      ("growth of origin cache <= 8KiB over 3", [0, 1, 2, 3, 4, 5, 6], "exact 3 broken"),
      ("growth of origin cache <= 8KiB over 3", [9, 9, 1, 4, 1, 1], "exact 3 broken"),
      ("growth of origin cache <= 8KiB over 1", [9, 9, 1, 2, 3, 1], "exact 1 held"),
      ("loss of free <= 8KiB over 2", [0, 1, 5, 1], "exact 5 broken"),
      ("growth of origin cache >= 8KiB over 2", [0, 3], "at-least 3 held"),
      ("growth of origin cache >= 8KiB over 2", [0, 1, 1, 0], "exact 1 broken"),
      ("new <= 0", [1], "unknown ? undecided"), ("new-pins <= 0", [1, 1], "unknown ? undecided"),
    ] as [(String, [Int], String)])
  func looks(rule: String, pages: [Int], outcome: String) throws {
    #expect(Self.outcome(try Self.trial(rule, pages)) == outcome)
  }

  @Test("it is told of the moment when it had changed most")
  func moment() throws {
    let trial = try Self.trial("growth of origin cache <= 8KiB", [10, 14, 20, 12])
    let result = try #require(trial.results.first)
    #expect(result.seconds == 2 && result.answer.additions.map(\.bytes) == [ToySpace.bytes(10)])
    #expect(result.room.regions.contains { $0.size == ToySpace.bytes(20) })
    #expect(trial.looks == 4 && trial.verdict == .broken)
  }

  @Test("within any number of looks: against every pair of them")
  func pairs() throws {
    for seed in 0..<150 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      let pages = (0..<Int.random(in: 1...9, using: &random)).map { _ in
        Int.random(in: 0...20, using: &random)
      }
      let looks = Int.random(in: 1...5, using: &random)
      var most = 0
      for (later, after) in pages.enumerated() {
        for before in pages[max(0, later - looks)...later] { most = max(most, after - before) }
      }
      let trial = try Self.trial("growth of origin cache <= 8KiB over \(looks)", pages)
      let actual = try #require(trial.results.first?.answer.actual)
      let isEnough = pages.count > looks
      try #require(
        actual == (isEnough ? .exactly(UInt64(most) * 4096) : .atLeast(UInt64(most) * 4096)),
        "seed \(seed)")
    }
  }

  @Test("what is excused does not count")
  func excused() throws {
    for (excuse, bytes) in [("cache", 0), ("other", 5)] {
      let rule = PolicyRule(.new, .atMost(0), excused: [excuse])
      let checker = PolicyChecker(Self.room(15), baseline: Baseline(Self.room(10)))
      #expect(
        try checker.answer(to: rule).actual == .exactly(ToySpace.bytes(bytes).value), "\(excuse)")
    }
  }

  @Test("what a source does not tell")
  func unknown() throws {
    var lacking = LayoutFacts()
    lacking.lacksMappings = true
    func room(_ pages: Int, _ facts: LayoutFacts) -> Room {
      BaselineTests.room([BaselineTests.region(100..<100 + pages)], facts: facts)
    }
    func actual(_ rule: String, _ after: LayoutFacts, _ before: LayoutFacts) throws -> Measured {
      try PolicyChecker(room(15, after), baseline: Baseline(room(10, before)))
        .answer(to: PolicyRule(text: rule)).actual
    }
    let all = LayoutFacts()
    #expect(try actual("new <= 0", all, all) == .exactly(5 * 4096))
    #expect(try actual("new <= 0", lacking, all) == .atLeast(5 * 4096))
    #expect(try actual("new <= 0", all, lacking) == .atMost(5 * 4096))
    #expect(try actual("new <= 0", lacking, lacking) == .unknown)
    #expect(try actual("new-pins <= 0", all, lacking) == .unknown)
    #expect(try actual("growth of kind anonymous <= 0", lacking, all) == .atLeast(5 * 4096))
    #expect(try actual("growth of kind anonymous <= 0", all, lacking) == .atMost(5 * 4096))
    #expect(try actual("loss of free <= 0", lacking, all).least == 5 * 4096)
    #expect(try actual("loss of free <= 0", all, lacking) == .atMost(5 * 4096))
  }
}
