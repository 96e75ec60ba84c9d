import AddressSpace
import AddressSpaceStore
import AddressSpaceTrace
import SystemPackage
import TestSupport
import Testing

@testable import addrspace

/// A log of strace as a recording, against what `record` says of the same program.
@Suite("A log of strace becomes a recording")
struct StraceRecordingTests {
  static let canRun =
    Fixtures.exists("/usr/bin/strace") && Machine.victim("leak") != nil && Machine.addrspace != nil

  /// An event without what differs between two runs.
  static func line(_ event: TraceEvent) -> String {
    let what =
      switch event.outcome {
      case .changed(.map(let region)):
        "map \(region.range) \(region.access.letters) \(region.offset) \(region.name)"
      case .changed(let change): "\(change)"
      case .failed(let errno, let asked, let address):
        "failed \(errno) \(asked) \(address.map { "\($0)" } ?? "-")"
      }
    return "\(event.call.rawValue) \(what)"
  }

  /// The functions of the stack that made the 64 KiB that `leak` keeps, innermost first.
  static func functions(_ source: some TraceSource, _ events: [TraceEvent]) -> [String] {
    let leaks = events.filter { event in
      if case .changed(.map(let region)) = event.outcome {
        region.size == .kibibytes(64)
      } else {
        false
      }
    }
    guard let stack = leaks.last?.stack else { return [] }
    return source.stacks.frames(of: stack).compactMap { source.symbols[$0]?.last?.function }
  }

  @Test(
    "the same events and the same stacks as record",
    .enabled(if: canRun, "needs strace, the victims of tools/build-victims and the program"))
  func likeRecord() async throws {
    let folder = try TemporaryFolder()
    let program = try #require(Machine.victim("leak")).string
    let addrspace = try #require(Machine.addrspace)
    let own = folder.path.appending("own.addrspace")
    let recorded = try await run(
      "/usr/bin/setarch",
      ["-R", addrspace.string, "record", "-q", "-o", own.string, "--", program])
    #expect(recorded.status == 0, "\(recorded.error)")
    let log = folder.path.appending("log")
    let traced = try await run(
      "/usr/bin/setarch",
      [
        "-R", "/usr/bin/strace", "-k", "-f", "-y", "-ttt", "-e", "trace=memory,process", "-o",
        log.string, program,
      ])
    #expect(traced.status == 0, "\(traced.error)")

    let recording = Recording()
    let answer = StraceRecording.write(try Fixtures.bytes(log), to: recording, release: "test")
    #expect(answer.events == recording.events.count && answer.diagnostics.isEmpty)
    let reader = try RecordingReader(path: own.string)
    var expected: [TraceEvent] = []
    try reader.events(ofSpace: 0) { _, event in expected.append(event) }
    #expect(expected.count > 10)
    #expect(recording.events.map(Self.line) == expected.map(Self.line))

    #expect(recording.header.command.first == program && recording.header.began > 1_500_000_000)
    #expect(recording.spaces.map(\.name) == ["leak"] && recording.spaces.map(\.isMain) == [true])
    #expect(recording.end.map { $0.duration > 0 } == true)
    let chain = ["keep_preview", "read_thumbnail", "load_album", "main"]
    let stack = Self.functions(recording, recording.events)
    #expect(Array(stack.dropFirst().prefix(4)) == chain, "\(stack)")
    #expect(Array(Self.functions(reader, expected).dropFirst().prefix(4)) == chain)
  }

  @Test(
    "report works on it",
    .enabled(if: canRun, "needs strace, the victims of tools/build-victims and the program"))
  func report() async throws {
    let folder = try TemporaryFolder()
    let log = folder.path.appending("log")
    let traced = try await run(
      "/usr/bin/strace",
      [
        "-k", "-f", "-y", "-tt", "-e", "trace=memory,process", "-o", log.string,
        try #require(Machine.victim("leak")).string,
      ])
    #expect(traced.status == 0, "\(traced.error)")
    let path = folder.path.appending("run.addrspace")
    let addrspace = try #require(Machine.addrspace)
    let made = try await run(addrspace, ["convert", log.string, "-o", path.string])
    #expect(made.status == 0 && made.error.contains("events"), "\(made.error)")
    let again = try await run(addrspace, ["convert", log.string, "-o", path.string])
    #expect(again.status == 74 && again.error.contains("--force"), "\(again.error)")
    let replaced = try await run(addrspace, ["convert", log.string, "--force", "-o", path.string])
    #expect(replaced.status == 0, "\(replaced.error)")
    let report = try await run(addrspace, ["report", "--top", "0", path.string])
    #expect(report.status == 0, "\(report.error)")
    #expect(report.output.contains("keep_preview"), "\(report.output)")
    let inspection = try await run(addrspace, ["inspect", "\(path.string)@end"])
    #expect(inspection.status == 0, "\(inspection.error)")
  }

  @Test("forks are spaces that begin with their parent's map; refused calls are kept")
  func forks() throws {
    let log = """
      10 execve("/opt/photo", ["photo", "--all"], 0x7ffd /* 3 vars */) = 0
      10 brk(NULL) = 0x57000000
      10 mmap2(NULL, 4096, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0xf7000000
      10 mprotect(0x56500000, 8192, PROT_READ) = 0
      10 clone(child_stack=NULL, flags=SIGCHLD) = 11
      11 munmap(0xf7000000, 4096) = 0
      10 mmap2(NULL, 3000000000, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = -1 ENOMEM (Cannot allocate memory)
       > /opt/photo(load(int)+0x5) [0x1234]
      """
    let recording = Recording()
    _ = StraceRecording.write(Array(log.utf8), to: recording, release: "test")
    #expect(recording.header.command == ["/opt/photo", "--all"])
    #expect(recording.spaces.map(\.pid) == [10, 11])
    #expect(recording.snapshots.map(\.occasion) == [.start, .start])
    let captures = recording.snapshots.map { String(decoding: $0.capture, as: UTF8.self) }
    // What the later call shows was there from the beginning.
    #expect(captures[0].contains("56500000-56502000") && !captures[0].contains("f7000000"))
    #expect(captures[1].contains("56500000-56502000") && captures[1].contains("f7000000"))
    #expect(captures.allSatisfy { $0.contains("lacks-mappings: yes") })
    #expect(
      recording.events.map { Self.line($0) } == [
        "mmap2 map 0xf7000000-0xf7001000 r--p 0 ",
        "mprotect protect(0x56500000-0x56502000, AddressSpace.Region.Access(rawValue: 1))",
        "munmap unmap(0xf7000000-0xf7001000)",
        "mmap2 failed 12 2.79 GiB -",
      ])
    let symbols = recording.events.last?.stack.map { stack in
      recording.stacks.frames(of: stack).flatMap { recording.symbols[$0] ?? [] }
    }
    #expect(symbols == [Symbol(function: "load(int)")])
    #expect(recording.modules == [TraceModule(path: "/opt/photo")])
  }
}
