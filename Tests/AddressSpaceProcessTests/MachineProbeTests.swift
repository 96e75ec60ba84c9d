import AddressSpaceProcess
import TestSupport
import Testing

@Suite("What this machine allows")
struct MachineProbeTests {
  @Test("every finding has a name, a detail, and a remedy where it is not as it should be")
  func findings() {
    let findings = MachineProbe.findings()
    #expect(Set(findings.map(\.name)).count == findings.count)
    for finding in findings {
      #expect(!finding.name.isEmpty && !finding.detail.isEmpty)
      #expect(finding.isOK || finding.remedy?.isEmpty == false, "\(finding.name)")
    }
  }

  @Test(
    "32-bit programs run here, since those of the tests do",
    .enabled(if: LiveFactsTests.hasVictims, LiveFactsTests.missing))
  func thirtyTwoBits() throws {
    let victim = try #require(try Child.victim("victim-nopie"))
    let finding = MachineProbe.findings().first { $0.name == "32-bit programs" }
    #expect(finding?.isOK == true && victim.pid > 0)
  }

  @Test("/proc is there")
  func processFiles() {
    #expect(MachineProbe.findings().first { $0.name == "/proc" }?.isOK == true)
  }
}
