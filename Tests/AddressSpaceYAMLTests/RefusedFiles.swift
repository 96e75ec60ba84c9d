import AddressSpaceYAML
import Glibc
import SystemPackage
import TestSupport
import Testing

/// The files of a folder that are refused, each with its sentence in `refused.txt` beside it.
struct RefusedFiles: Sendable {
  /// The folder above.
  let folder: FilePath
  /// What is accepted of a file, in words, or why it is refused.
  let outcome: @Sendable ([UInt8]) -> Result<String, YAMLError>

  private func bytes(_ name: String) throws -> [UInt8] {
    try Fixtures.bytes(folder.appending("refused").appending(name))
  }

  /// Holds every sentence against the one that is written down.
  func expectSentences(of names: [String]) throws {
    let golden = folder.appending("refused.txt")
    let lines = try names.map { name in
      switch outcome(try bytes(name)) {
      case .success(let found): "\(name): has \(found)"
      case .failure(let error): error.message(in: name)
      }
    }
    if environment("RECORD_GOLDEN") != nil {
      let file = try FileDescriptor.open(
        golden, .writeOnly, options: [.create, .truncate], permissions: [.ownerReadWrite])
      try file.closeAfter { _ = try file.writeAll(lines.map { $0 + "\n" }.joined().utf8) }
    }
    let expected = try Fixtures.text(golden).split(separator: "\n").map(String.init)
    #expect(lines.count == expected.count)
    for (line, golden) in zip(lines, expected) { #expect(line == golden) }
  }

  /// Expects one line that says what to do, at a place that there is.
  func expectForm(of name: String) throws {
    let bytes = try bytes(name)
    guard case .failure(let error) = outcome(bytes) else {
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
