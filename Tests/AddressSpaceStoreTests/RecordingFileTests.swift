import AddressSpaceStore
import AddressSpaceTrace
import SystemPackage
import TestSupport
import Testing

@Suite("The file of a recording")
struct RecordingFileTests {
  static let header = TraceHeader(
    command: ["./photo", ""], began: 1_700_000_000, isAttached: false, recorder: "1.0.0")

  @Test("one that is there is not overwritten")
  func exists() throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("there", "precious")
    #expect(throws: RecordingError.exists(path: path)) { try RecordingWriter(path: path) }
    #expect(try Fixtures.text(FilePath(path)) == "precious")
  }

  @Test("with force it is, but never what is no file")
  func force() throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("there", "precious")
    let writer = try RecordingWriter(path: path, force: true)
    try writer.begin(Self.header)
    try writer.finish(TraceEnd(duration: 1))
    #expect(try Fixtures.bytes(FilePath(path)).starts(with: "SQLite format 3\0".utf8))
    for device in ["/dev/null", "/dev", folder.path.string] {
      #expect(throws: RecordingError.notReplaceable(path: device)) {
        try RecordingWriter(path: device, force: true)
      }
    }
  }

  @Test("what has ended is one file")
  func oneFile() throws {
    let folder = try TemporaryFolder()
    let path = folder.path.appending("run.addrspace").string
    let writer = try RecordingWriter(path: path)
    try writer.begin(Self.header)
    #expect(Fixtures.exists(FilePath(path + "-wal")))
    try writer.finish(TraceEnd(duration: 1))
    #expect(Fixtures.names(in: folder.path, suffix: "") == ["run.addrspace"])
  }
}
