import AddressSpace
import AddressSpaceFormats
import SystemPackage
import TestSupport
import Testing

/// The files of `fixtures/malformed`, each with what is still read of it.
@Suite("Malformed files")
struct MalformedFilesTests {
  static let folder = Fixtures.own.appending("malformed")

  /// What a file gives: so many mappings and these bad lines, or an error.
  enum Outcome: Equatable, Sendable {
    case read(Int, bad: [Int])
    case refused(FormatError)
    case foreign
  }

  static let outcomes: [String: Outcome] = [
    "abort-text.maps": .read(4, bad: [1, 2, 3, 4, 9]),
    "backwards.maps": .read(2, bad: [2, 3]),
    "binary.maps": .refused(.noRegions(badLines: 5)),
    "blank-lines.maps": .refused(.noRegions(badLines: 0)),
    "carriage-returns.maps": .read(4, bad: []),
    "compressed.maps": .foreign,
    "cut-in-columns.maps": .read(4, bad: [4]),
    "cut-in-name.maps": .read(4, bad: []),
    "cut-in-permissions.maps": .read(3, bad: [4]),
    "cut-in-range.maps": .read(3, bad: [4]),
    "dated-log.maps": .read(4, bad: []),
    "empty.maps": .refused(.noRegions(badLines: 0)),
    "impossible.capture": .read(3, bad: [2, 3, 4, 5]),
    "keys-first.smaps": .read(2, bad: [1, 2]),
    "later.capture": .refused(.newerCapture("2", line: 1)),
    "logcat.maps": .read(4, bad: []),
    "not-utf8.maps": .read(3, bad: []),
    "nul-in-name.maps": .read(4, bad: []),
    "nul-padded.maps": .read(4, bad: [5]),
    "odd-names.maps": .read(10, bad: []),
    "old-offsets.maps": .read(3, bad: []),
    "pasted-twice.maps": .read(4, bad: [5, 6, 7, 8]),
    "permissions.maps": .read(2, bad: [2, 3, 4]),
    "prose.maps": .refused(.noRegions(badLines: 2)),
    "reversed-lines.maps": .read(4, bad: []),
    "rollup-only.smaps": .foreign,
    "seventeen-digits.maps": .read(2, bad: [2]),
    "shell-session.maps": .read(4, bad: [1, 6]),
    "trimmed-blanks.maps": .read(4, bad: []),
    "unknown-keys.smaps": .read(2, bad: []),
  ]

  static func outcome(_ bytes: [UInt8], strict: Bool = false) -> Outcome {
    do {
      let snapshot = try MapsParser.parse(bytes, strict: strict)
      return .read(
        snapshot.map.regions.count, bad: snapshot.diagnostics.kept.compactMap(\.line))
    } catch .foreign, .packed {
      return .foreign
    } catch {
      return .refused(error)
    }
  }

  @Test("what is read of each", arguments: outcomes.keys.sorted())
  func read(file: String) throws {
    let bytes = try Fixtures.bytes(Self.folder.appending(file))
    let expected = try #require(Self.outcomes[file])
    #expect(Self.outcome(bytes) == expected)
    guard case .read(_, let bad) = expected, let first = bad.first else {
      #expect(Self.outcome(bytes, strict: true) == expected)
      return
    }
    guard case .refused(let error) = Self.outcome(bytes, strict: true) else {
      Issue.record("strict reading took it")
      return
    }
    #expect(error.line == first)
    #expect(error.description.contains("--strict"))
  }

  @Test("every file is in the table above and has a row of provenance")
  func complete() throws {
    let files = Fixtures.names(in: Self.folder, suffix: "").filter { !$0.hasPrefix(".") }
    #expect(Set(files) == Set(Self.outcomes.keys))
    let readme = try Fixtures.text(Fixtures.own.appending("README.md"))
    for file in files { #expect(readme.contains("\n| `\(file)` |"), "\(file)") }
  }
}
