import AddressSpace
import AddressSpaceFormats
import SystemPackage
import TestSupport
import Testing

/// What converted files are held against.
enum ConvertedFiles {
  /// Every saved file at hand that can be read, and what it gives.
  static let all: [(path: FilePath, snapshot: Snapshot)] = {
    let folders =
      ["photo", "wine", "golden", "malformed"].map { Fixtures.own.appending($0) }
      + (Fixtures.shared.map { shared in
        Fixtures.names(in: shared, suffix: "").filter { !$0.contains(".") }
          .map { shared.appending($0) }
      } ?? [])
    return folders.flatMap { folder in
      Fixtures.names(in: folder, suffix: "").compactMap { name in
        let path = folder.appending(name)
        guard !name.hasPrefix("."), let bytes = try? Fixtures.bytes(path),
          let snapshot = try? SavedFile.read(bytes)
        else { return nil }
        return (path, snapshot)
      }
    }
  }()

  /// A form that snapshots are saved in.
  struct Form: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let write: @Sendable (Snapshot) -> [UInt8]
  }

  static let forms = [
    Form(testDescription: "text") { CaptureText.write($0) },
    Form(testDescription: "JSON") { SnapshotText.write($0) },
  ]

  /// Expects that a snapshot is the same when it was saved and read again.
  static func expectSame(
    _ snapshot: Snapshot, in form: Form, _ name: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let bytes = form.write(snapshot)
    let saved = try SavedFile.read(bytes)
    #expect(
      saved.map.regions.elementsEqual(snapshot.map.regions), "\(name)",
      sourceLocation: sourceLocation)
    #expect(saved.facts == snapshot.facts, "\(name)", sourceLocation: sourceLocation)
    #expect(
      saved.source.pid == snapshot.source.pid && saved.source.name == snapshot.source.name,
      "\(name)", sourceLocation: sourceLocation)
    #expect(
      saved.diagnostics.kept.map(\.message) == snapshot.diagnostics.kept.map(\.placed), "\(name)",
      sourceLocation: sourceLocation)
    #expect(saved.diagnostics.kept.allSatisfy { $0.line == nil })
  }
}

extension Diagnostic {
  /// As it stands in a converted file, of which the line is another.
  var placed: String { line.map { "line \($0): \(message)" } ?? message }
}
