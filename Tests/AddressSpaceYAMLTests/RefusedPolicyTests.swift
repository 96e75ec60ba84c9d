import AddressSpaceYAML
import Glibc
import SystemPackage
import TestSupport
import Testing

/// The files of `fixtures/policies/refused`, each with its sentence in `refused.txt`.
@Suite("Refused policies")
struct RefusedPolicyTests {
  static let golden = PolicyFiles.folder.appending("refused.txt")

  @Test("why, and where")
  func sentences() throws {
    let lines = try PolicyFiles.refused.map { name in
      let bytes = try Fixtures.bytes(PolicyFiles.refusedFolder.appending(name))
      return switch PolicyFiles.outcome(bytes) {
      case .success(let count): "\(name): has \(count) rules"
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

  @Test("each is one line that says what to do", arguments: PolicyFiles.refused)
  func form(name: String) throws {
    let bytes = try Fixtures.bytes(PolicyFiles.refusedFolder.appending(name))
    guard case .failure(let error) = PolicyFiles.outcome(bytes) else {
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
}
