import AddressSpaceStore
import AddressSpaceTrace
import Glibc
import SystemPackage
import TestSupport
import Testing

@Suite("What was committed is there, whatever happens", .serialized)
struct DurabilityTests {
  /// A folder with a recording whose writer was killed.
  private func killed(
    after nanoseconds: UInt64, commits: Int = 0
  ) async throws -> (folder: TemporaryFolder, path: String, committed: Int) {
    let folder = try TemporaryFolder()
    let path = folder.path.appending("run.addrspace").string
    let committed = try await RecordingChild.killed(
      writing: path, after: nanoseconds, commits: commits)
    return (folder, path, committed)
  }

  @Test("after kill -9 at any moment", arguments: UInt64(1)...25)
  func kill(seed: UInt64) async throws {
    var random = SeededGenerator(seed: seed)
    let (folder, path, committed) = try await killed(
      after: UInt64.random(in: 0...60_000_000, using: &random))
    // On another machine there is only what was copied: the file and its log.
    let copy = folder.path.appending("copy.addrspace").string
    for suffix in ["", "-wal"] where Fixtures.exists(FilePath(path + suffix)) {
      _ = try folder.file("copy.addrspace" + suffix, try Fixtures.bytes(FilePath(path + suffix)))
    }
    for path in [copy, path] {
      let reader = try RecordingReader(path: path)
      var count = 0
      try reader.events(ofSpace: 0) { number, event in
        count += 1
        #expect(number == count && event == CountedEvents.event(count))
      }
      #expect(count >= committed && count.isMultiple(of: 97))
      #expect(reader.end == nil && reader.spaces == [CountedEvents.space])
    }
  }

  @Test("after kill -9 while recordings begin and end", arguments: UInt64(1)...15)
  func killedAtEnds(seed: UInt64) async throws {
    var random = SeededGenerator(seed: seed)
    let folder = try TemporaryFolder()
    let path = folder.path.appending("run").string
    let last = try await RecordingChild.killed(
      writing: path, after: UInt64.random(in: 0...40_000_000, using: &random), commits: 1,
      mode: "cycle")
    for number in 1...last {
      let reader = try RecordingReader(path: "\(path)-\(number)")
      var count = 0
      try reader.events(ofSpace: 0) { number, event in
        count += 1
        #expect(event == CountedEvents.event(number))
      }
      #expect(count == 97)
      // Only the last can have been cut short.
      #expect(reader.end != nil || number == last)
    }
    // One that had hardly begun gives a sentence.
    let next = "\(path)-\(last + 1)"
    if Fixtures.exists(FilePath(next)) {
      do {
        #expect(try RecordingReader(path: next).end == nil)
      } catch {
        #expect(error.description.contains(next))
      }
    }
  }

  @Test("in a folder that cannot be written to", arguments: [true, false])
  func readOnlyFolder(hasSharedMemory: Bool) async throws {
    let (folder, path, committed) = try await killed(after: 0, commits: 5)
    if !hasSharedMemory { unlink(path + "-shm") }
    let finished = folder.path.appending("finished.addrspace").string
    let writer = try RecordingWriter(path: finished)
    try writer.begin(RecordingFileTests.header)
    try writer.add(CountedEvents.space)
    for number in 1...10 { try writer.add(CountedEvents.event(number)) }
    try writer.finish(TraceEnd(duration: 1))
    chmod(folder.path.string, 0o555)
    defer { chmod(folder.path.string, 0o755) }
    let names = Fixtures.names(in: folder.path, suffix: "")
    // Nothing is forbidden to root.
    let other = geteuid() == 0 ? "exec setpriv --reuid=65534 --clear-groups " : "exec "
    let lines = try await RecordingChild.lines(other + "\"$C\" read \"$1\"", [path])
    #expect(committed >= 5 * 97)
    #expect(try #require(lines.first.flatMap { Int($0) }, "\(lines)") >= committed)
    #expect(
      try await RecordingChild.lines(other + "\"$C\" read \"$1\"", [finished]) == ["10"])
    #expect(Fixtures.names(in: folder.path, suffix: "") == names)
  }

  @Test(
    "when the disk is full", .enabled(if: geteuid() == 0, "only root can make a small disk"),
    arguments: [300, 1000, 4000])
  func fullDisk(kibibytes: Int) async throws {
    let folder = try TemporaryFolder()
    let lines = try await RecordingChild.lines(
      """
      exec unshare --mount sh -c '
      mount -t tmpfs -o size="$2"k small "$1" && exec "$C" fill "$1/run.addrspace"' sh "$@"
      """, [folder.path.string, "\(kibibytes)"])
    try #require(lines.count == 4, "\(lines)")
    #expect(lines[0] == "begun")
    #expect(
      lines[2]
        == "the disk of \(folder.path)/run.addrspace is full. What was recorded until then is "
        + "kept in it.")
    let committed = try #require(Int(lines[1]))
    #expect(committed > 1000)
    #expect(Int(lines[3]) == committed)
  }

  @Test("when the file may not grow")
  func fileSizeLimit() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path.appending("run.addrspace").string
    // The signal would end it without a word.
    let lines = try await RecordingChild.lines(
      "trap '' XFSZ; ulimit -f 1000; exec \"$C\" fill \"$1\"", [path])
    try #require(lines.count == 4, "\(lines)")
    #expect(lines[2].hasPrefix("\(path): disk I/O error"))
    #expect(try #require(Int(lines[1])) > 1000)
    #expect(lines[1] == lines[3])
  }

  @Test("after an error nothing is taken any more, and it is said again")
  func afterError() throws {
    let folder = try TemporaryFolder()
    let writer = try RecordingWriter(path: folder.path.appending("run.addrspace").string)
    try writer.begin(RecordingFileTests.header)
    try writer.finish(TraceEnd(duration: 1))
    #expect(throws: RecordingError.self) { try writer.add(CountedEvents.event(1)) }
    #expect(throws: RecordingError.self) { try writer.finish(TraceEnd(duration: 1)) }
  }
}
