import AddressSpace
import AddressSpaceSimulation
import SystemPackage
import TestSupport
import Testing

@testable import AddressSpaceYAML

/// `docs/simulate.md` against what is read.
@Suite("The page of scenarios")
struct ScenarioPageTests {
  static func page() throws -> String {
    try Fixtures.text(Fixtures.package.appending("docs/simulate.md"))
  }

  @Test("its example is a scenario that runs, with its remedies")
  func example() throws {
    let blocks = try CodeBlock.all(in: "docs/simulate.md").filter { $0.words == ["scenario"] }
    #expect(blocks.count == 1)
    let catalogue = try ImageCatalogueDocument.builtIn()
    for block in blocks {
      let scenario = try ScenarioDocument.read(Array(block.text.utf8), catalogue: catalogue)
      for remedies in [[]] + scenario.remedies.map({ [$0.name] }) {
        let runner = try ScenarioRunner(
          scenario, taking: remedies, catalogue: catalogue, seed: 1)
        let outcomes = try runner.outcomes(ofRun: 1)
        #expect(outcomes.count == scenario.steps.count && outcomes.allSatisfy { $0.failure == nil })
      }
    }
  }

  @Test("it has every action, every setting, every scenario that is built in")
  func whole() throws {
    let page = try Self.page()
    let words =
      ScenarioActionReader.Verb.allCases.map(\.rawValue) + ScenarioSettingsReader.keys
      + ShippedScenario.allCases.map(\.rawValue)
    for word in words {
      #expect(page.contains("`\(word)`") || page.contains("`\(word): "), "\(word)")
    }
  }
}
