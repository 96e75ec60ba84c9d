import AddressSpace
import AddressSpaceStore
import AddressSpaceTrace
import SystemPackage
import TestSupport
import Testing

@testable import AddressSpaceStore

@Suite("Recordings stay small and statements end")
struct RecordingSizeTests {
  /// What programs do, in about the shares in which they do it, from 1,000 stacks of 20 frames.
  private func size(ofEvents count: Int, wordSize: WordSize) throws -> Int {
    let folder = try TemporaryFolder()
    let path = folder.path.appending("run.addrspace").string
    let writer = try RecordingWriter(path: path)
    try writer.begin(RecordingFileTests.header)
    try writer.add(TraceSpace(pid: 4711, name: "photo", wordSize: wordSize, isMain: true))
    for thread in 0..<8 { try writer.add(TraceThread(tid: Int32(4711 + thread), name: "worker")) }
    for frame in 0..<4000 { try writer.add(Frame(module: nil, offset: UInt64(frame) * 1333)) }
    for node in 0..<5000 {
      try writer.add(
        StackTable.Node(parent: node % 5 == 0 ? nil : node - 1, frame: node % 4000))
    }
    var random = SeededGenerator(seed: 1)
    let base: UInt64 = wordSize == .bits64 ? 0x7F00_0000_0000 : 0x1000_0000
    var time: UInt64 = 0
    for _ in 0..<count {
      time += .random(in: 8_000...2_000_000, using: &random)
      let low = Address(base + UInt64.random(in: 0..<1 << 19, using: &random) << 12)
      let pages = UInt64.random(in: 1...2000, using: &random)
      let range = try #require(AddressRange(low, low + ByteCount(pages << 12)))
      let outcome: MapCall.Outcome
      switch Int.random(in: 0..<20, using: &random) {
      case 0..<8: outcome = .changed(.map(Region(range: range, access: [.read, .write])))
      case 8..<10:
        outcome = .changed(
          .map(
            Region(
              range: range, access: [.read, .execute], offset: pages << 12, inode: pages % 60,
              name: "/usr/lib/lib\(pages % 60).so")))
      case 10..<16: outcome = .changed(.unmap(range))
      case 16..<18: outcome = .changed(.protect(range, [.read, .write]))
      case 18: outcome = .changed(.move(from: range, to: range, keepsSource: false))
      default: outcome = .failed(errno: 12, asked: range.size, at: nil)
      }
      try writer.add(
        TraceEvent(
          time: time, space: 0, thread: .random(in: 0..<8, using: &random), call: .mmap,
          outcome: outcome, stack: StackID(.random(in: 0..<1000, using: &random) * 5 + 4)))
    }
    try writer.finish(TraceEnd(duration: time))
    return try Fixtures.bytes(FilePath(path)).count
  }

  @Test("at most 40 bytes an event", arguments: [WordSize.bits32, .bits64])
  func bytesPerEvent(wordSize: WordSize) throws {
    let none = try size(ofEvents: 0, wordSize: wordSize)
    let bytes = Double(try size(ofEvents: 100_000, wordSize: wordSize) - none) / 100_000
    #expect(bytes <= (wordSize == .bits32 ? 32 : 36))
    #expect(none < 250_000)
  }

  @Test("a statement without an end is ended, and told to be damage")
  func endlessStatement() throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("empty", "")
    let database = try Database(uri: Database.uri(of: path), .readWrite)
    database.limitSteps(inBytes: 1_000_000)
    let endless =
      "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    let failure = try #require(throws: Database.Failure.self) { _ = try database.integer(endless) }
    #expect(failure.isDamage)
    // The next one has as many steps again.
    #expect(try database.integer(endless.replacing("FROM n)", with: "FROM n LIMIT 9999)")) == 9999)
  }

  @Test(
    "names that SQLite would take for something else",
    arguments: [
      "file:x?mode=memory", ":memory:", "a b%20c#d?e", "ü", "-x", "'",
    ])
  func names(name: String) throws {
    let folder = try TemporaryFolder()
    let path = folder.path.appending(name).string
    let writer = try RecordingWriter(path: path)
    try writer.begin(RecordingFileTests.header)
    try writer.finish(TraceEnd(duration: 1))
    #expect(Fixtures.names(in: folder.path, suffix: "") == [name])
    #expect(try RecordingReader(path: path).header == RecordingFileTests.header)
    #expect(Database.uri(of: name).hasPrefix("file:./"))
  }
}
