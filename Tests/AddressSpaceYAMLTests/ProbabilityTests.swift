import AddressSpace
import AddressSpaceYAML
import SystemPackage
import TestSupport
import Testing

@Suite("Rules on a share of runs in a policy")
struct ProbabilityTests {
  @Test("the key stands beside the rule's own")
  func key() throws {
    let policy = try PolicyDocument.read(
      Fixtures.bytes(PolicyFiles.folder.appending("probability.yaml")))
    #expect(
      policy.rules.map(\.description) == [
        "p(fits 8000x6000x4x2 >= 2) >= 95%", "p(free >= 1GiB) >= 19/20",
        "p(regions <= 30000) >= 99.5%",
      ])
    #expect(policy.rules.map(\.excused) == [[], ["*/libc.so*"], []])
    let text = try policy.rules.map { try PolicyRule(text: $0.description).probability }
    #expect(policy.rules.map(\.probability) == text)
  }
}
