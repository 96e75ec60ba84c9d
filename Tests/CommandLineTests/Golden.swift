import Foundation
import SystemPackage
import TestSupport
import Testing

/// Output that was looked at once and must not change unseen: `fixtures/golden/NAME.txt`.
///
/// `RECORD_GOLDEN=1 swift test --filter CommandLineTests` writes all anew; look at the difference
/// before it is committed.
struct Golden: CustomTestStringConvertible, Sendable {
  let name: String
  /// The command line; it runs in `fixtures`, or beside a recording that is made for it.
  let words: [String]
  var environment: [String: String] = [:]

  /// A blank inside a rule stands as `_`.
  init(_ name: String, _ line: String, _ environment: [String: String] = [:]) {
    self.name = name
    let words = line.split(separator: " ").map(String.init)
    self.words = words.indices.map { index in
      index > 0 && words[index - 1] == "--require"
        ? words[index].replacing("_", with: " ") : words[index]
    }
    self.environment = environment
  }

  var testDescription: String { name }

  /// What the recording is called.
  private static let recording = "photo.addrspace"

  static let folder = Fixtures.own.appending("golden")
  private var file: FilePath { Self.folder.appending(name + ".txt") }
  private static let records = TestSupport.environment("RECORD_GOLDEN") != nil

  /// What the program says now; escapes as `\e`, so that the file is text.
  func output() async throws -> String {
    let folder = try TemporaryFolder()
    let usesRecording = words.contains { $0.hasPrefix(Self.recording) }
    if usesRecording { try PhotoRecording().write(to: folder.path, name: Self.recording) }
    let directory = usesRecording ? folder.path : Fixtures.own
    let result = try await Program(environment: environment, directory: directory)(words)
    let parts = [
      result.output, result.error == "" ? "" : "[standard error]\n" + result.error,
      result.status == 0 ? "" : "[status \(result.status)]\n",
    ]
    return parts.joined().replacing("\u{1B}", with: "\\e")
  }

  func check() async throws {
    let now = try await output()
    guard Fixtures.exists(file) else {
      try record(now)
      Issue.record("\(file) was missing and is recorded now; look at it")
      return
    }
    let then = try Fixtures.text(file)
    guard now != then else { return }
    if Self.records {
      try record(now)
    } else {
      Issue.record("not as in \(file); RECORD_GOLDEN=1 records it\n\(Self.difference(then, now))")
    }
  }

  private func record(_ text: String) throws {
    try FileManager.default.createDirectory(
      atPath: Self.folder.string, withIntermediateDirectories: true)
    try Data(text.utf8).write(to: URL(fileURLWithPath: file.string))
  }

  /// The lines that went, with `-`, and that came, with `+`, each with its number.
  private static func difference(_ then: String, _ now: String) -> String {
    let old = then.split(separator: "\n", omittingEmptySubsequences: false)
    let new = now.split(separator: "\n", omittingEmptySubsequences: false)
    return new.difference(from: old).map { change in
      switch change {
      case .remove(let line, let text, _): (line, "\(line + 1) - \(text)")
      case .insert(let line, let text, _): (line, "\(line + 1) + \(text)")
      }
    }
    .sorted { $0.0 < $1.0 }.map(\.1).joined(separator: "\n")
  }
}
