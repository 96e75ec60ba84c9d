import AddressSpace
import Testing

@Suite("Rules on a share of runs as text")
struct ProbableRuleTests {
  @Test(
    "read and written as itself",
    arguments: [
      "p(fits 8000x6000x4x2 >= 2) >= 95%", "p(owner a) >= 1 (b <= 16MiB) >= 19/20",
      "p(pins < 64KiB between 100MiB <= 0) >= 99.5%", "p(free >= 1GiB) >= 100%",
    ])
  func roundTrip(text: String) throws {
    let rule = try PolicyRule(text: text)
    #expect(rule.description == text && rule.probability != nil)
    var plain = rule
    plain.probability = nil
    #expect(text.hasPrefix("p(" + plain.description + ")"))
    #expect(try PolicyRule(text: plain.description) == plain)
  }

  @Test("blanks do not matter")
  func lenient() throws {
    let rule = try PolicyRule(text: " p ( free>=1G )>= 0.95 ")
    #expect(rule.description == "p(free >= 1GiB) >= 95%")
  }

  @Test(
    "what is wrong is said",
    arguments: [
      ("p(free >= 1GiB)", "Write it as p(RULE) >= SHARE, as in p(free >= 1GiB) >= 95%."),
      ("p(free >= 1GiB) <= 5%", "Write it as p(RULE) >= SHARE"), ("p(", "Write it as p(RULE)"),
      ("p(free >= 1GiB) >= 0", "\"0\" in \"p(free >= 1GiB) >= 0\" is no share of runs."),
      ("p(free >= 1GiB) >=", "is no share of runs."), ("p(free >= 1GiB) >= 2", "is no share"),
      ("p(fre >= 1GiB) >= 95%", "Did you mean free?"), ("p() >= 95%", "is no rule."),
      ("p(p(free >= 1GiB) >= 5%) >= 5%", "is no rule."),
      ("p(free >= 0) >= 95%", "holds whatever is there"),
    ])
  func refused(text: String, sentence: String) {
    let error = #expect(throws: PolicyRuleError.self) { try PolicyRule(text: text) }
    #expect(error?.description.contains(sentence) == true, "\(error?.description ?? "")")
  }

  @Test("no text is deep")
  func deep() {
    let text = String(repeating: "p(", count: 200_000) + String(repeating: ")>=1", count: 200_000)
    #expect(throws: PolicyRuleError.self) { try PolicyRule(text: text) }
  }
}
