import AddressSpaceSimulation
import AddressSpaceYAML
import Glibc
import SystemPackage
import TestSupport
import Testing

/// The files of `fixtures/scenarios/refused`, each with its sentence in `refused.txt`.
@Suite("Refused scenarios")
struct RefusedScenarioTests {
  static let golden = ScenarioFiles.folder.appending("refused.txt")

  @Test("why, and where")
  func sentences() throws {
    let lines = try ScenarioFiles.refused.map { name in
      let bytes = try Fixtures.bytes(ScenarioFiles.refusedFolder.appending(name))
      return switch ScenarioFiles.outcome(bytes) {
      case .success(let scenario): "\(name): has \(scenario.steps.count) steps"
      case .failure(let error): error.message(in: name)
      }
    }
    let text = lines.map { $0 + "\n" }.joined()
    if environment("RECORD_GOLDEN") != nil {
      let file = try FileDescriptor.open(
        Self.golden, .writeOnly, options: [.create, .truncate], permissions: [.ownerReadWrite])
      try file.closeAfter { _ = try file.writeAll(text.utf8) }
    }
    let expected = try Fixtures.text(Self.golden).split(separator: "\n").map(String.init)
    #expect(lines.count == expected.count)
    for (line, golden) in zip(lines, expected) { #expect(line == golden) }
  }

  @Test("each is one line that says what to do", arguments: ScenarioFiles.refused)
  func form(name: String) throws {
    let bytes = try Fixtures.bytes(ScenarioFiles.refusedFolder.appending(name))
    guard case .failure(let error) = ScenarioFiles.outcome(bytes) else {
      Issue.record("\(name) is read")
      return
    }
    let sentence = error.reason.description
    #expect(sentence.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control })
    #expect(sentence.hasSuffix(".") || sentence.hasSuffix("?") || sentence.hasSuffix("\""))
    #expect(sentence.contains(". ") || sentence.hasSuffix("?"), "\(sentence)")
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    #expect((1...max(1, lines.count)).contains(error.place.line))
    #expect(error.place.column >= 1)
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
