import AddressSpace
import AddressSpaceFormats
import Foundation
import SystemPackage
import TestSupport
import Testing

/// The project's own minidumps: what `SmallWindowsProcess` writes, kept so that they can be read by
/// hand and by the fuzzer.
///
/// `RECORD_GOLDEN=1 swift test --filter MinidumpFixtureTests` writes them anew.
@Suite("Minidumps of fixtures")
struct MinidumpFixtureTests {
  static let folder = Fixtures.own.appending("minidump")

  static let files: [(name: String, make: @Sendable (inout SmallWindowsProcess) -> Void)] = [
    ("listed-2g.dmp", { _ in }),
    (
      "listed-4g.dmp",
      {
        $0.space = .four
        $0.isLargeAddressAware = true
      }
    ),
    (
      "commit-3g.dmp",
      {
        $0.space = .three
        $0.isLargeAddressAware = true
        $0.commitPages = (limit: 0x4_0000, used: 0x3_0000)
      }
    ),
    ("no-list.dmp", { $0.hasRegions = false }),
  ]

  @Test("are what the writer makes")
  func same() throws {
    let readme = try Fixtures.text(Fixtures.own.appending("README.md"))
    for (name, make) in Self.files {
      var process = SmallWindowsProcess()
      make(&process)
      let file = Self.folder.appending(name)
      if environment("RECORD_GOLDEN") != nil {
        try FileManager.default.createDirectory(
          atPath: Self.folder.string, withIntermediateDirectories: true)
        try Data(process.file).write(to: URL(fileURLWithPath: file.string))
      }
      #expect(try Fixtures.bytes(file) == process.file, "\(name)")
      #expect(readme.contains("\n| `\(name)` |"), "\(name)")
    }
    #expect(
      Set(Fixtures.names(in: Self.folder, suffix: ""))
        == Set(Self.files.map(\.name)))
  }
}
