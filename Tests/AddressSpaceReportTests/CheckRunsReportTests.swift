import AddressSpace
import Testing

@testable import AddressSpaceReport

@Suite("Reports on rules in several launches")
struct CheckRunsReportTests {
  /// A program whose pin lies so many MiB above the middle of its largest span.
  static func room(pin: UInt64) throws -> Room {
    let low = 0x6000_0000 + pin << 20
    return try AddressSpaceReportTests.room(
      """
      10000-20000 r-xp 00000000 08:01 11 /bin/photo
      \(String(low, radix: 16))-\(String(low + 4096, radix: 16)) rw-p 00000000 00:00 0
      bfff0000-c0000000 rw-p 00000000 00:00 0 [stack]

      """)
  }

  static func report(_ required: String, pins: [UInt64]) throws -> CheckReport {
    let rules = try ["largest-free >= 1600MiB", "p(regions <= 3) >= 95%"]
      .map(PolicyRule.init(text:))
    var runs = PolicyRuns(Policy(rules), required: try #require(RequiredShare(text: required)))
    for pin in pins {
      var trial = PolicyTrial(Policy(rules))
      try trial.look(at: room(pin: pin))
      runs.add(trial)
    }
    var target = CheckedTarget(
      source: Source(kind: .recording, pid: 7, name: "photo"), word: "",
      layout: try room(pin: 0).layout, trial: runs.trial)
    target.commands = rules.map { _ in "addrspace record -- ./photo" }
    return CheckReport([target])
  }

  static let pins: [UInt64] = [100, 0, 100, 40, 100]

  @Test("as text")
  func text() throws {
    let text = try Self.report("4/5", pins: Self.pins).text(Style())
    #expect(
      text == """
        photo  linux-i386-3g (assumed)  1 of 2 rules is held, 5 launches
          BROKEN  largest-free >= 1600MiB    1.50 GiB   held in 3 of 5, 4 have to
                  1.50 GiB in 1, 1.54 GiB in 1, 1.60 GiB in 3 launches
                  the worst was launch 2
                       4 KiB   0x60000000 anon 4 KiB - free it: leaves 3 GiB
                      64 KiB   0xbfff0000 [stack] - cannot go: leaves 1.50 GiB
                      64 KiB   0x00010000 photo - cannot go: leaves 1.50 GiB
          held    p(regions <= 3) >= 95%            3   held in 5 of 5, all have to
                  3 in 5 launches
        More:  addrspace record -- ./photo

        """)
    #expect(try Self.report("3/5", pins: Self.pins).verdict == .held)
  }

  @Test("as JSON, records, JUnit XML and annotations")
  func others() throws {
    let report = try Self.report("4/5", pins: Self.pins)
    let json = report.json()
    #expect(json.contains("\"needed\": 4") && json.contains("\"worst\": 2"), "\(json)")
    let lines = report.plain().split(separator: "\n").map(String.init)
    #expect(lines.contains("runs\t3\t2\t0\t4\t2") && lines.contains("runs\t5\t0\t0\t5\t1"))
    #expect(lines.contains("figure\t3\texact\t5"))
    let junit = report.junit()
    let failure = """
            <failure message="largest-free &gt;= 1600MiB was held in 3 of 5, 4 have to: 1.50 GiB in \
      1, 1.54 GiB in 1, 1.60 GiB in 3 launches." type="broken">
      """
    #expect(junit.contains(failure), "\(junit)")
    #expect(junit.contains("      <system-out>3 in 5 launches</system-out>\n"), "\(junit)")
    #expect(junit.contains("tests=\"2\" failures=\"1\" errors=\"0\""))
    #expect(
      report.annotations() == """
        ::error title=photo%3A largest-free >= 1600MiB::largest-free >= 1600MiB was held in 3 of 5, \
        4 have to: 1.50 GiB in 1, 1.54 GiB in 1, 1.60 GiB in 3 launches. More: addrspace record -- \
        ./photo

        """)
  }

  @Test("a rule on a share of runs that was looked at once")
  func once() throws {
    let report = try Self.report("100%", pins: [100])
    #expect(report.verdict == .undecided)
    let text = report.text(Style())
    #expect(text.contains("unknown p(regions <= 3) >= 95%"), "\(text)")
    #expect(text.contains("one launch does not tell; --run --launches 20 does"))
    #expect(report.undecided.first?.hasPrefix("photo: p(regions <= 3) >= 95% is asked of") == true)
    #expect(report.junit().contains("errors=\"1\""))
  }
}
