import AddressSpace
import AddressSpaceFormats
import Testing

@testable import AddressSpaceReport

@Suite("Reports on rules")
struct CheckReportTests {
  static func report(
    _ maps: String, _ rules: [String], targets: Int = 1, path: String = "/tmp/some.maps"
  ) throws -> CheckReport {
    let room = try room(maps)
    let policy = Policy(try rules.map(PolicyRule.init(text:)))
    var trial = PolicyTrial(policy)
    try trial.look(at: room)
    let target = CheckedTarget(
      source: Source(kind: .maps, path: path), word: "some.maps", layout: room.layout, trial: trial)
    return CheckReport(Array(repeating: target, count: targets))
  }

  /// Pins of a page each with 16 MiB between them.
  static let split = (1...191).map { index in
    let low = UInt64(index) << 24
    return "\(String(low, radix: 16))-\(String(low + 4096, radix: 16)) rw-p 00000000 00:00 0\n"
  }.joined()

  @Test(
    "never more than 20 lines, unless all are asked for", arguments: [1, 3, 20])
  func lines(count: Int) throws {
    let held = (0..<count).map { "regions <= \(1000 + $0)" }
    let broken = (0..<count).map { "largest-free >= \(100 + $0)MiB" }
    for targets in [1, 3, 19, 20, 21] {
      for rules in [held, broken, held + broken, broken + held] {
        let report = try Self.report(Self.split, rules, targets: targets)
        let text = report.text(Style())
        let lines = text.split(separator: "\n")
        #expect(lines.count <= 20, "\(targets) targets, \(rules.count) rules")
        #expect(lines.allSatisfy { $0.count <= 79 })
        // What is broken is said before what is held.
        #expect(text.contains("BROKEN") == (rules != held) || targets > 6)
        guard targets == 1, count < 4 else { continue }
        let all = report.text(Style(top: 0)).split(separator: "\n")
        #expect(all.count { $0.contains("BROKEN") } == (rules == held ? 0 : targets * count))
      }
    }
  }

  @Test("a broken rule with three pins, how many more there are, and what to ask next")
  func pins() throws {
    let text = try Self.report(Self.split, ["largest-free >= 100MiB"]).text(Style())
    let lines = text.split(separator: "\n").map(String.init)
    #expect(lines.first == "some.maps  linux-i386-3g (assumed)  the rule is broken")
    #expect(lines.count { $0.contains("free it: leaves 32 MiB") } == 3)
    #expect(lines.contains { $0.hasSuffix("more") && $0.contains("and ") })
    #expect(lines.last == "More:  addrspace inspect some.maps --top 0")
  }

  @Test("what is in a name steers neither a terminal nor XML nor GitHub")
  func hostile() throws {
    let name = "/x\u{1B}[31m<&\"'>]]>%0A::error::\u{7}\u{FFFE}"
    let maps = "10000000-20000000 rw-p 00000000 08:01 11 \(name)\n"
    let report = try Self.report(
      maps, ["owner /x* <= 1MiB", "owner a\u{1B}b<&\"'>\u{0}\u{FFFF} <= 1MiB", "free >= 4GiB"],
      path: "/tmp/\(name)\n.maps")
    for text in [report.text(Style()), report.plain(), report.junit(), report.annotations()] {
      #expect(!text.unicodeScalars.contains { $0.isUnprintable && $0 != "\n" && $0 != "\t" })
    }
    let annotations = report.annotations().split(separator: "\n")
    #expect(annotations.count == 2 && annotations.allSatisfy { $0.hasPrefix("::error title=") })
    #expect(annotations.allSatisfy { $0.matches(of: /::/).count == 2 || $0.contains("%3A%3A") })
    #expect(!report.junit().contains("<&") && !report.junit().contains("]]>"))
  }

  @Test("of several looks the worst counts, each rule for itself")
  func worst() throws {
    let rules = try ["free >= 1GiB", "regions <= 3"].map(PolicyRule.init(text:))
    func look(_ count: Int) throws -> Room {
      try room((1...count).map { "\($0)0000000-\($0)8000000 rw-p 00000000 00:00 0\n" }.joined())
    }
    var trial = PolicyTrial(Policy(rules))
    for (seconds, count) in [(0.0, 2), (1, 4), (2, 5), (3, 1)] {
      try trial.look(at: look(count), after: seconds)
    }
    let target = CheckedTarget(
      source: Source(kind: .process, pid: 7), word: "7", layout: try look(2).layout, trial: trial)
    #expect(target.trial.looks == 4 && target.verdict == .broken)
    #expect(target.results.map(\.seconds) == [2, 2])
    #expect(target.results.map(\.answer.verdict) == [.held, .broken])
    let text = CheckReport([target]).text(Style())
    #expect(text.hasPrefix("process 7  linux-i386-3g"))
    #expect(text.contains("the worst of 4 moments"))
  }
}
