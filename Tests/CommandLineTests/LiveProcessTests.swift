import AddressSpace
import Glibc
import SystemPackage
import TestSupport
import Testing

@Suite("Live processes", .needsProgram, .serialized)
struct LiveProcessTests {
  /// Victims that differ in everything that decides a layout or a forecast.
  struct Victim: CustomTestStringConvertible, Sendable {
    let kind: String
    let setarch: [String]
    let options: [String]

    var testDescription: String { (setarch + [kind] + options).joined(separator: " ") }
  }

  static let victims: [Victim] = {
    let kinds = ["victim-pie", "victim-nopie", "victim-static", "victim64"]
    let personalities = [[], ["-R"], ["-L"], ["linux32", "-3"], ["linux32", "-3", "-L"]]
    let options = [
      "", "--seed 7", "--seed 8 --threads 3", "--seed 9 --growing 1", "--hole 5000000",
      "--seed 10 --threads 2 --allocator malloc --from thread",
    ]
    let pairs = kinds.flatMap { kind in
      personalities.filter { kind != "victim64" || $0.first != "linux32" }.map { (kind, $0) }
    }
    // Every option meets every program and every personality, though not each pair of them.
    return pairs.enumerated().flatMap { index, pair in
      options.enumerated().filter { ($0.offset + index) % 2 == 0 }.map { _, line in
        Victim(
          kind: pair.0, setarch: pair.1, options: line.split(separator: " ").map(String.init))
      }
    }
  }()

  @Test(
    "a capture says what the live process says",
    .enabled(if: Machine.victim("victim-pie") != nil, "needs the victims of tools/build-victims"),
    arguments: victims)
  func captureEqualsLive(victim: Victim) async throws {
    let program = try #require(Machine.victim(victim.kind))
    let talk =
      victim.setarch.isEmpty
      ? Conversation(program, victim.options)
      : Conversation("/usr/bin/setarch", victim.setarch + [program.string] + victim.options)
    let command = try #require(Machine.addrspace).string
    let size = ByteCount.gibibytes(victim.kind == "victim64" ? 1 << 17 : 4) - .mebibytes(1)
    let (answers, _) = try await talk.held(bytes: size) { pid in
      // Both see the limits of the machine.
      try await Turn.mapLimit.take {
        try Self.questions(wordSize: victim.kind == "victim64" ? 64 : 32).map { question in
          (
            try shell("'\(command)' \(question) --json \(pid)"),
            try shell("'\(command)' capture \(pid) | '\(command)' \(question) --json -")
          )
        }
      }
    }
    for (live, captured) in answers {
      let (live, captured) = (try JSON(live), try JSON(captured))
      #expect(live["source"]["kind"] == .text("process"))
      #expect(captured["source"]["kind"] == .text("maps"))
      #expect(lasting(live) == lasting(captured))
    }
  }

  /// What is asked: by every allocator that Linux has.
  private static func questions(wordSize: Int) -> [String] {
    [
      "inspect", "forecast --buffer 24MB --buffer 300K",
      "forecast --allocator mmap --buffer 24MB@4MiB --sequence",
      "forecast --allocator numpy --buffer 2000x1000x4x2",
    ]
      // In a 64-bit space too many are placed one by one, and the machine's tasks bound threads.
      + (wordSize == 32
        ? ["forecast --allocator pillow --buffer 2000x1000x4x1", "forecast --buffer thread"]
        : ["inspect --by origin"])
  }

  /// What holds at both moments: the machine's memory is another each time, and looking at a process's
  /// own makes a few pages of it resident.
  private func lasting(_ document: JSON) -> JSON {
    document.without("kind", in: "source").without("residentBytes", in: "totals").withoutWarnings
      .withoutTasksOfOthers
  }

  @Test("one that changes all the time: an answer, or 69 and what to do")
  func restless() async throws {
    let folder = try TemporaryFolder()
    let source = Fixtures.own.appending("programs/restless.c").string
    let program = folder.path.appending("restless").string
    let built = try? await run("/usr/bin/gcc", ["-O1", "-pthread", "-o", program, source])
    guard built?.status == 0 else { try Test.cancel("needs gcc") }
    let result = try await Program(directory: folder.path).shell(
      """
      mkfifo in; ./restless 100 blocks <in >out & p=$!; exec 3>in
      until [ -s out ]; do sleep 0.01; done
      for i in {1..10}; do "$A" inspect $p >/dev/null 2>said; echo "$? $(cat said)"; done; kill $p
      """)
    for line in result.output.split(separator: "\n") {
      #expect(
        line == "0 "
          || line.starts(with: "69 addrspace: process ") && line.contains("Stop it for a moment"))
    }
  }

  @Test("a capture is still valid maps text")
  func captureIsMaps() async throws {
    let result = try await Program().shell(
      Program.sleeper + "\"$A\" capture $p; echo ---; cat /proc/$p/maps; kill $p")
    let parts = result.output.split(separator: "---\n")
    let lines = parts.first?.split(separator: "\n").filter { !$0.hasPrefix("#") } ?? []
    #expect(lines == parts.last?.split(separator: "\n"))
  }

  @Test("a process that has ended, a zombie, a kernel thread: 66 and a sentence")
  func noUserSpace() async throws {
    // The shell becomes a program that never waits for its child; only then may the child end.
    let zombie = """
      rm -f f; mkfifo f
      sh -c 'cat f >/dev/null & echo $!; exec sleep 60' >p & q=$!
      until grep -qs sleep /proc/$q/comm; do sleep 0.01; done; echo >f
      until p=$(cat p) && grep -qs 'State:.Z' /proc/$p/status; do sleep 0.01; done
      """
    for (target, sentence) in [
      ("sleep 0 & p=$!; wait $p", "no process"), (zombie, "it has ended"),
    ] {
      let folder = try TemporaryFolder()
      for command in ["inspect", "forecast", "capture"] {
        let result = try await Program(directory: folder.path).shell(
          "\(target); \"$A\" \(command) $p; s=$?; [ -z \"$q\" ] || kill $q; exit $s")
        #expect(result.status == 66 && result.output == "", "\(command): \(target)")
        #expect(result.error.contains(sentence))
      }
    }
  }

  @Test("a kernel thread", .enabled(if: kernelThread != nil, "no kernel threads are shown here"))
  func isNoUserSpace() async throws {
    let pid = try #require(Self.kernelThread)
    let result = try await Program()("inspect", "\(pid)")
    #expect(result.status == 66 && result.output == "")
    #expect(result.error.contains("no user address space"))
  }

  /// kthreadd, where `/proc` is that of the machine and not of a container.
  private static let kernelThread: Int32? = {
    let text = (try? Fixtures.text("/proc/2/stat")) ?? ""
    return text.contains("(kthreadd)") ? 2 : nil
  }()
}

/// What a shell's command line writes; it waits, for use while a victim waits too.
private func shell(_ line: String) throws -> String {
  guard let pipe = popen(line, "r") else { throw Errno(rawValue: errno) }
  defer { pclose(pipe) }
  return String(
    decoding: try FileDescriptor(rawValue: fileno(pipe)).everything(), as: UTF8.self)
}

extension FileDescriptor {
  fileprivate func everything() throws -> [UInt8] {
    var bytes: [UInt8] = []
    while true {
      let chunk = try [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
        count = try read(into: UnsafeMutableRawBufferPointer(buffer))
      }
      if chunk.isEmpty { return bytes }
      bytes += chunk
    }
  }
}

extension JSON {
  /// The same without the limits that count other processes' tasks, which come and go.
  fileprivate var withoutTasksOfOthers: JSON {
    guard case .object(var members) = self, case .list(let buffers)? = members["buffers"] else {
      return self
    }
    members["buffers"] = .list(
      buffers.map { buffer in
        guard case .object(var inner) = buffer else { return buffer }
        let others = ["kernel.threads-max", "kernel.pid_max", "RLIMIT_NPROC", "pids.max"]
        inner["limits"] = .list(
          inner["limits"]?.items.filter { !others.contains($0["name"].text ?? "") } ?? [])
        return .object(inner)
      })
    return .object(members)
  }
}
