import AddressSpaceSimulation
import AddressSpaceYAML
import Glibc
import SystemPackage
import TestSupport
import Testing

/// The files of `fixtures/scenarios/refused`, and that damaged ones do no harm.
@Suite("Refused scenarios")
struct RefusedScenarioTests {
  static let files = RefusedFiles(folder: ScenarioFiles.folder) { bytes in
    ScenarioFiles.outcome(bytes).map { "\($0.steps.count) steps" }
  }

  @Test("why, and where")
  func sentences() throws {
    try Self.files.expectSentences(of: ScenarioFiles.refused)
  }

  @Test("each is one line that says what to do", arguments: ScenarioFiles.refused)
  func form(name: String) throws {
    try Self.files.expectForm(of: name)
  }

  @Test("the others are read, and their names are those they are asked for by")
  func accepted() throws {
    for (name, bytes) in try ScenarioFiles.all() {
      guard case .success(let scenario) = ScenarioFiles.outcome(bytes) else {
        Issue.record("\(name) is refused")
        continue
      }
      #expect(!scenario.steps.isEmpty)
      #expect(name == scenario.name || name == scenario.name + ".yaml")
    }
  }

  @Test("damaged ones are read or refused at a place that there is")
  func damaged() throws {
    for (name, original) in try ScenarioFiles.all() {
      for count in stride(from: 0, through: original.count, by: 7) {
        check(Array(original.prefix(count)), "\(name), \(count) bytes")
      }
      for seed in UInt64(1)...150 {
        check(mutated(original, seed: seed), "\(name), seed \(seed)")
      }
    }
  }

  private func check(_ bytes: [UInt8], _ comment: Comment) {
    guard case .failure(let error) = ScenarioFiles.outcome(bytes) else { return }
    let lines = 1 + bytes.count { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
    #expect((1...lines).contains(error.place.line), comment)
    #expect((1...bytes.count + 1).contains(error.place.column), comment)
    #expect(!error.message(in: "f").contains("\n"), comment)
  }
}
