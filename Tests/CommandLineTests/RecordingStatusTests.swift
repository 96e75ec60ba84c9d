import AddressSpaceStore
import Foundation
import Glibc
import SystemPackage
import TestSupport
import Testing

@Suite("Recordings as targets: statuses", .needsProgram)
struct RecordingStatusTests {
  static let commands = [
    ["inspect"], ["forecast"], ["diff", "self"], ["report"], ["export", "--format", "folded"],
  ]

  private func expect(
    _ status: Int, _ sentence: String, _ arguments: [String], input: String = "",
    at location: SourceLocation = #_sourceLocation
  ) async throws {
    let result = try await Program()(arguments, input: input)
    #expect(result.status == status, "\(arguments): \(result.error)", sourceLocation: location)
    #expect(result.output == "", sourceLocation: location)
    #expect(result.error.hasPrefix("addrspace: "), sourceLocation: location)
    #expect(
      result.error.contains(sentence), "\(arguments): \(result.error)", sourceLocation: location)
  }

  @Test("65: no recording, a newer one, a damaged one", arguments: commands)
  func badInput(command: [String]) async throws {
    let folder = try TemporaryFolder()
    let path = try PhotoRecording().write(to: folder.path)
    let bytes = try Fixtures.bytes(FilePath(path))
    var newer = bytes
    // user_version and application_id in the head of a SQLite file.
    newer[63] = 2
    var foreign = bytes
    foreign[71] ^= 1
    var zeros = bytes
    for index in 4096..<zeros.count { zeros[index] = 0 }
    for (name, bytes, sentence) in [
      ("newer", newer, "is a recording of version 2; this program reads version 1."),
      ("foreign", foreign, "is no recording."), ("zeros", zeros, "is damaged: "),
      ("short", Array(bytes.prefix(3000)), "is damaged: "),
      ("head", Array(bytes.prefix(16)), "is damaged: "),
    ] {
      let file = try folder.file(name, bytes)
      try await expect(65, sentence, command + [file])
    }
  }

  @Test("64: a moment that is none, or of something that has none", arguments: commands)
  func badMoment(command: [String]) async throws {
    let folder = try TemporaryFolder()
    let path = try PhotoRecording().write(to: folder.path)
    for moment in ["", "noon", "#", "#-1", "-1", "1e3", "End", "1.1234567891"] {
      try await expect(64, " is no ", command + ["\(path)@\(moment)"])
    }
    try await expect(64, "the recording has no event 24.", command + ["\(path)@#24"])
    let map = try folder.file("usual.maps", SmallMap.usual)
    try await expect(64, "is no recording and has no moments.", command + ["\(map)@end"])
  }

  @Test("66: no such file", arguments: commands)
  func notFound(command: [String]) async throws {
    try await expect(66, "no file /nonexistent.addrspace", command + ["/nonexistent.addrspace"])
    try await expect(66, "no file", command + ["/nonexistent.addrspace@end"])
  }

  @Test("77: not permitted", .enabled(if: geteuid() != 0, "nothing is forbidden to root"))
  func notPermitted() async throws {
    let folder = try TemporaryFolder()
    let path = try PhotoRecording().write(to: folder.path)
    chmod(path, 0)
    for command in Self.commands { try await expect(77, "not permitted", command + [path]) }
  }

  @Test("a recording cannot come from standard input or a pipe")
  func standardInput() async throws {
    let folder = try TemporaryFolder()
    let path = try PhotoRecording().write(to: folder.path)
    let sentence = "cannot be read from standard input"
    for command in ["report -", "export - --format folded"] {
      try await expect(64, sentence, command.split(separator: " ").map(String.init))
    }
    for line in [
      "exec $A inspect - <\"$0\"", "cat \"$0\" | $A forecast -",
      "cat \"$0\" | $A inspect /dev/stdin",
      "exec $A diff self - <\"$0\"",
    ] {
      let result = try await Program().shell(line, arguments: [path])
      #expect(result.status == 65 && result.output == "", "\(line)")
      #expect(result.error.contains("it is a SQLite database. A recording cannot be read from"))
    }
  }

  @Test("report and export take nothing but recordings")
  func nothingElse() async throws {
    let folder = try TemporaryFolder()
    let map = try folder.file("usual.maps", SmallMap.usual)
    for command in [["report"], ["export", "--format", "speedscope"]] {
      try await expect(65, "\(map) is no recording.", command + [map])
      try await expect(
        64, "names a moment already", command + ["\(try moved(folder))@end", "--at", "end"])
      try await expect(66, "no process 7 in", command + [try moved(folder), "--pid", "7"])
      try await expect(64, "Missing expected argument", command)
    }
    try await expect(64, "--format", ["export", try moved(folder)])
    try await expect(64, "is invalid", ["export", try moved(folder), "--format", "perfetto"])
    try await expect(64, "is invalid", ["report", try moved(folder), "--by", "thread"])
    try await expect(
      64, "can address", ["report", try moved(folder), "--range", "10000-ffff00000000"])
  }

  private func moved(_ folder: TemporaryFolder) throws -> String {
    try PhotoRecording().write(to: folder.path, name: UUID().uuidString)
  }
}

@Suite("Recordings as targets: answers", .needsProgram)
struct RecordingTargetTests {
  private func json(_ arguments: String...) async throws -> JSON {
    let result = try await Program()(arguments + ["--json"])
    #expect(result.status == 0, "\(arguments): \(result.error)")
    return try JSON(result.output)
  }

  @Test("inspect has the shape it promises, and says who made pins")
  func inspect() async throws {
    let folder = try TemporaryFolder()
    let path = try PhotoRecording().write(to: folder.path)
    let document = try await json("inspect", path)
    #expect(Shape.inspect(allocators: ["mmap", "malloc"]).faults(of: document) == [])
    #expect(document.inspectFaults == [])
    #expect(document["source"]["kind"] == .text("recording"))
    #expect(document["source"]["path"] == .text(path))
    #expect(document["source"]["pid"] == .integer(4711))
    #expect(document["source"]["name"] == .text("photo"))
    let pin = document["pins"].items.first { $0["low"] == .text("0xb2f28000") }
    let functions = pin?["stack"].items.map { $0["function"].text }
    #expect(
      functions == ["mmap64", "ExifCache::load(Path const&)", "Batch::load(Path const&)", "main"])
    #expect(pin?["stack"][1]["file"] == .text("/src/photo/exif_cache.cpp"))
    #expect(pin?["stack"][1]["line"] == .integer(57))
    // What was there before has none.
    let heap = document["pins"].items.first { $0["name"] == .text("[heap]") }
    #expect(heap?["stack"] == .null)
  }

  @Test("moments differ as the program did")
  func moments() async throws {
    let folder = try TemporaryFolder()
    let path = try PhotoRecording().write(to: folder.path)
    func fits(_ moment: String) async throws -> UInt64? {
      try await json("forecast", path + moment)["buffers"][0]["fits"].integer
    }
    // A picture every second event, then the cache's mapping.
    let counts: [(String, UInt64)] = [
      ("@#0", 10), ("@#1", 9), ("@#3", 8), ("@0.125", 9), ("@0.3", 9), ("@lowest", 4),
      ("@#13", 4), ("@end", 9), ("", 9), ("@99", 9),
    ]
    for (moment, count) in counts {
      #expect(try await fits(moment) == count, "\(moment)")
    }
    let diff = try await json("diff", path + "@#0", path + "@lowest")
    #expect(diff["buffers"][0]["from"] == .integer(10) && diff["buffers"][0]["to"] == .integer(4))
    #expect(Shape.diff.faults(of: diff) == [])
  }

  @Test("a file with @ in its name is named as it is")
  func atInName() async throws {
    let folder = try TemporaryFolder()
    let path = try PhotoRecording().write(to: folder.path, name: "a@lowest")
    #expect(try await json("forecast", path)["buffers"][0]["fits"] == .integer(9))
    #expect(try await json("forecast", path + "@#1")["buffers"][0]["fits"] == .integer(9))
    #expect(try await json("forecast", path + "@lowest")["buffers"][0]["fits"] == .integer(4))
  }

  @Test("the layout can be chosen")
  func layout() async throws {
    let folder = try TemporaryFolder()
    let path = try PhotoRecording().write(to: folder.path)
    for command in ["inspect", "report"] {
      let document = try await json(command, path, "--range", "10000-f0000000")
      #expect(document["layout"]["high"] == .text("0xf0000000"))
    }
  }

  @Test("the first screen of inspect has the stacks and still 30 lines")
  func screen() async throws {
    let folder = try TemporaryFolder()
    let path = try PhotoRecording().write(to: folder.path)
    for moment in ["", "@lowest", "@#0", "@#2"] {
      let output = try await Program()("inspect", path + moment).output
      let lines = output.split(separator: "\n", omittingEmptySubsequences: false)
      #expect(lines.count <= 31 && lines.allSatisfy { $0.count <= 79 })
      if moment == "@lowest" { #expect(output.contains("by Buffer::reserve buffer.h:19")) }
    }
  }
}
