import Foundation
import SystemPackage
import TestSupport
import Testing

/// A process of its own that writes or reads recordings: `Tests/RecordingChild`.
enum RecordingChild {
  /// It is built beside the tests.
  static let program: FilePath? = {
    guard let tests = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    else { return nil }
    let beside = FilePath(tests).removingLastComponent().appending("recording-child")
    return Fixtures.exists(beside)
      ? beside : Fixtures.package.appending(".build/debug/recording-child")
  }()

  /// The lines that a shell's command line prints in which `$C` is the program.
  static func lines(_ line: String, _ arguments: [String] = []) async throws -> [String] {
    let program = try #require(program)
    let result = try await run(
      "/usr/bin/env", ["C=\(program)", "/bin/sh", "-c", line, "sh"] + arguments)
    return (result.output + result.error).split(separator: "\n").map(String.init)
  }

  /// Lets it write until `nanoseconds` after it has begun and committed so many times, kills it,
  /// and gives the last number that it said: of events committed, or of recordings.
  static func killed(
    writing path: String, after nanoseconds: UInt64, commits: Int = 0, mode: String = "write"
  ) async throws -> Int {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(program).string)
    process.arguments = [mode, path]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    var said = Data()
    while said.count(where: { $0 == UInt8(ascii: "\n") }) <= commits {
      let more = try #require(try pipe.fileHandleForReading.read(upToCount: 1))
      said += more
    }
    try await Task.sleep(nanoseconds: nanoseconds)
    kill(process.processIdentifier, SIGKILL)
    said += try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    let lines = String(decoding: said, as: UTF8.self).split(separator: "\n")
    #expect(lines.first == "begun")
    return lines.dropFirst().last.flatMap { Int($0) } ?? 0
  }
}
