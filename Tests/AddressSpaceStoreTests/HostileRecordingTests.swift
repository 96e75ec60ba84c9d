import AddressSpaceStore
import AddressSpaceTrace
import Glibc
import SystemPackage
import TestSupport
import Testing

@Suite("Files that are no sound recordings")
struct HostileRecordingTests {
  /// A folder with a recording of every kind of thing.
  private func recording(seed: UInt64 = 3) throws -> (folder: TemporaryFolder, path: String) {
    let folder = try TemporaryFolder()
    let path = folder.path.appending("run.addrspace").string
    try RandomTrace(seed: seed).write(to: try RecordingWriter(path: path))
    return (folder, path)
  }

  /// Reads all of it, as whoever asks for everything.
  private func readAll(_ path: String) throws -> Int {
    let reader = try RecordingReader(path: path)
    var count = 0
    for space in reader.spaces.indices { try reader.events(ofSpace: space) { _, _ in count += 1 } }
    return count
  }

  static let contradictions: [(statements: String, sentence: String)] = [
    // References that lead nowhere.
    ("UPDATE event SET stack = 100000 WHERE number = 9", "stack 100000 is not there"),
    ("UPDATE event SET stack = -1 WHERE number = 9", "stack -1 is not there"),
    ("UPDATE event SET thread = 77 WHERE number = 9", "thread 77 is not there"),
    ("UPDATE event SET space = 77 WHERE number = 9", "space 77 is not there"),
    ("UPDATE event SET space = NULL WHERE number = 9", "row 9 of table event: no number"),
    ("UPDATE event SET action = 7777 WHERE number = 9", "action 7777 is not there"),
    ("UPDATE event SET attribute = 1000000 WHERE attribute IS NOT NULL", "attribute 1000000"),
    ("UPDATE attribute SET file = 1000 WHERE id = 1", "file 1000 is not there"),
    ("UPDATE frame SET module = 1000 WHERE id = 1", "module 1000 is not there"),
    ("UPDATE stack SET frame = 1000 WHERE id = 1", "frame 1000 is not there"),
    (
      "UPDATE symbol SET frame = 1000 WHERE frame = (SELECT max(frame) FROM symbol)",
      "frame 1000 is not there"
    ),
    ("UPDATE snapshot SET space = 9 WHERE id = 1", "space 9 is not there"),
    // Stacks that call themselves.
    ("UPDATE stack SET parent = id WHERE id = 5", "row 6 of table stack: parent 5 is not there"),
    ("UPDATE stack SET parent = 9 WHERE id = 5", "parent 9 is not there"),
    ("UPDATE stack SET parent = NULL, frame = 1", "it stands there twice"),
    // Numbers out of any range.
    ("UPDATE event SET elapsed = 9223372036854775807", "its time is out of range"),
    ("UPDATE event SET elapsed = -9223372036854775807 - 1", "its time is out of range"),
    ("UPDATE event SET low = 9223372036854775807", "pages are too many"),
    ("UPDATE event SET low = -1", "-1 pages are too many"),
    ("UPDATE event SET low = '0xfffffffffffff001', size = 1", "empty or beyond all addresses"),
    ("UPDATE event SET low = 1, size = 0", "empty or beyond all addresses"),
    ("UPDATE event SET other = 9223372036854775807", "too"),
    ("UPDATE ending SET duration = -1", "-1 is no time"),
    ("UPDATE ending SET status = 4294967296", "4294967296 is too large"),
    ("UPDATE snapshot SET events = -1", "-1 is no count"),
    ("UPDATE space SET pid = 4294967296", "4294967296 is too large"),
    ("UPDATE space SET bits = 16", "addresses have 32 or 64 bits"),
    ("UPDATE symbol SET line = -5", "-5 is no count"),
    // Values of another type.
    ("UPDATE event SET low = 'low'", "no address or size"),
    ("UPDATE event SET low = 1.5", "no number"),
    ("UPDATE event SET size = x'00'", "no number"),
    ("UPDATE event SET elapsed = 'now'", "no number"),
    ("UPDATE module SET path = x'00'", "no text"),
    ("UPDATE snapshot SET capture = 'text'", "no bytes"),
    ("UPDATE recording SET began = NULL", "no number"),
    // Words that mean nothing.
    ("UPDATE action SET call = 'mmap3'", "there is no such call"),
    ("UPDATE action SET change = 'eat'", "there is no such change"),
    ("UPDATE attribute SET access = 'rwxq'", "there is no such access"),
    ("UPDATE attribute SET access = 'rw'", "there is no such access"),
    ("UPDATE attribute SET kind = 'thing'", "there is no such kind"),
    ("UPDATE attribute SET traits = 256", "there are no such traits"),
    ("UPDATE frame SET origin = 'guess'", "no frame is found that way"),
    ("UPDATE snapshot SET occasion = 'ever'", "no map is read on that occasion"),
    // Gaps.
    ("DELETE FROM event WHERE number = 5", "row 5 of table event: an event is missing"),
    ("DELETE FROM stack WHERE id = 3", "row 4 of table stack: a row is missing"),
    ("DELETE FROM symbol WHERE place = 0", "a row is missing"),
    // Tables that are something else.
    ("DROP TABLE event", "the table event is not there"),
    ("ALTER TABLE event ADD COLUMN more", "the table event is defined otherwise"),
    (
      """
      DROP TABLE stack; CREATE VIEW stack AS WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL \
      SELECT i + 1 FROM n) SELECT i AS id, NULL AS parent, 0 AS frame FROM n
      """, "the table stack is not there"
    ),
    ("PRAGMA user_version = 0", "its version is 0"),
  ]

  @Test(arguments: contradictions)
  func isDamaged(statements: String, sentence: String) throws {
    let (folder, path) = try recording()
    try SQL(path: path)(statements)
    let error = try #require(throws: RecordingError.self) { try self.readAll(path) }
    guard case .damaged(path, let what) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(what.contains(sentence))
    #expect(error.description.hasPrefix("\(path) is damaged: \(what). "))
    withExtendedLifetime(folder) {}
  }

  @Test("other files")
  func others() throws {
    let (folder, path) = try recording()
    try SQL(path: path)("PRAGMA application_id = 7")
    #expect(throws: RecordingError.notRecording(path: path)) { try RecordingReader(path: path) }
    try SQL(path: path)("PRAGMA application_id = \(0x4144_5350); PRAGMA user_version = 2")
    #expect(throws: RecordingError.newer(path: path, version: 2)) {
      try RecordingReader(path: path)
    }
    try SQL(path: path)("PRAGMA user_version = 1; DELETE FROM recording")
    #expect(throws: RecordingError.empty(path: path)) { try RecordingReader(path: path) }
    for text in ["", "x", "08048000-08049000 r-xp 00000000 08:01 11 /bin/small\n"] {
      let path = try folder.file("text", text)
      #expect(throws: RecordingError.notRecording(path: path)) { try RecordingReader(path: path) }
    }
    #expect(throws: RecordingError.cannotOpen(path: "/nonexistent", errno: ENOENT)) {
      try RecordingReader(path: "/nonexistent")
    }
    #expect(throws: RecordingError.cannotOpen(path: "/tmp", errno: EISDIR)) {
      try RecordingReader(path: "/tmp")
    }
  }

  @Test("cut short anywhere", arguments: UInt64(1)...20)
  func truncated(seed: UInt64) throws {
    let (folder, path) = try recording(seed: seed)
    let bytes = try Fixtures.bytes(FilePath(path))
    var random = SeededGenerator(seed: seed)
    for _ in 0..<10 {
      let cut = try folder.file(
        "cut", Array(bytes.prefix(Int.random(in: 0..<bytes.count - 1, using: &random))))
      #expect(throws: RecordingError.self) { try self.readAll(cut) }
    }
  }

  @Test("damaged anywhere: a sentence or an answer, soon", arguments: UInt64(1)...40)
  func flipped(seed: UInt64) throws {
    let (folder, path) = try recording(seed: seed)
    let bytes = try Fixtures.bytes(FilePath(path))
    var random = SeededGenerator(seed: seed)
    for round in 0..<25 {
      var damaged = bytes
      for _ in 0...Int.random(in: 0..<8, using: &random) {
        // Half of it in the first page and the heads of others, on which the rest depends.
        let page = Int.random(in: 0..<bytes.count / 4096, using: &random) * 4096
        let offset =
          Bool.random(using: &random)
          ? page + Int.random(in: 0..<120, using: &random)
          : Int.random(in: 16..<bytes.count, using: &random)
        damaged[offset] = .random(in: 0...255, using: &random)
      }
      let copy = try folder.file("damaged", damaged)
      do {
        #expect(try readAll(copy) <= bytes.count, "round \(round)")
      } catch let error as RecordingError {
        #expect(error.description.contains(copy))
      }
    }
  }

  @Test("pages that refer to one page again and again have an end")
  func endlessPages() throws {
    let folder = try TemporaryFolder()
    let path = folder.path.appending("run.addrspace").string
    let writer = try RecordingWriter(path: path)
    try writer.begin(RecordingFileTests.header)
    try writer.add(CountedEvents.space)
    for frame in 0..<200_000 { try writer.add(Frame(module: nil, offset: UInt64(frame))) }
    try writer.finish(TraceEnd(duration: 1))
    var bytes = try Fixtures.bytes(FilePath(path))
    // An interior page of a table (type 5): all its children become its first.
    var changed = 0
    for page in stride(from: 4096, to: bytes.count, by: 4096) where bytes[page] == 5 {
      let cells = Int(bytes[page + 3]) << 8 | Int(bytes[page + 4])
      guard cells > 2 else { continue }
      func cell(_ index: Int) -> Int {
        page + Int(bytes[page + 12 + 2 * index]) << 8 + Int(bytes[page + 13 + 2 * index])
      }
      for index in 1..<cells {
        for byte in 0..<4 { bytes[cell(index) + byte] = bytes[cell(0) + byte] }
      }
      changed += 1
    }
    #expect(changed > 0)
    let copy = try folder.file("endless", bytes)
    #expect(throws: RecordingError.self) { try self.readAll(copy) }
  }
}
