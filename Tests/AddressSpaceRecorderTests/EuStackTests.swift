import CAddressSpaceRecorder
import Glibc
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// Both unwinders against the stacks that elfutils' `eu-stack` shows of the same stopped process.
@Suite("Stacks as eu-stack sees them")
struct EuStackTests {
  /// 64-bit programs that wait under a stack of some depth. Of 32-bit ones eu-stack loses the outer
  /// frames where `main` aligns its stack.
  static let commands = [
    ["/bin/sleep", "100"],
    ["/bin/bash", "-c", "f() { read x; }; g() { f; }; g"],
    ["/usr/bin/python3", "-c", "sorted([2, 1], key=lambda n: __import__('time').sleep(100))"],
  ]

  @Test(
    "frame by frame", .needs("/usr/bin/eu-stack"), arguments: commands,
    [ASP_UNWINDER_LIBUNWIND, ASP_UNWINDER_LIBDW])
  func frames(command: [String], kind: asp_unwinder_kind) async throws {
    guard let program = command.first, access(program, X_OK) == 0 else { return }
    let result = try await Subprocess.run(
      .path(FilePath(program)), arguments: Arguments(Array(command.dropFirst())),
      input: .inputWriter, output: .discarded, error: .discarded
    ) { execution in
      let pid = Int32(execution.processIdentifier.value)
      try await Self.waitUntilAsleep(pid)
      let seen = try await run("/usr/bin/eu-stack", ["-p", "\(pid)"])
      let walked = Self.walk(pid, kind)
      kill(pid, SIGKILL)
      return (seen.output, walked)
    }
    let (output, walked) = result.closureResult
    let seen = output.split(separator: "\n").filter { $0.hasPrefix("#") }.compactMap { line in
      line.split(separator: " ").dropFirst().first.flatMap { UInt64($0.dropFirst(2), radix: 16) }
    }
    #expect(seen.count >= 5, "\(output)")
    #expect(walked == seen)
  }

  private static func waitUntilAsleep(_ pid: Int32) async throws {
    var before = ""
    for _ in 0..<200 {
      try await Task.sleep(for: .milliseconds(50))
      // The state, and how often it was put to sleep: it sleeps for good once that stays.
      let status = try Fixtures.text(FilePath("/proc/\(pid)/status"))
      let lines = status.split(separator: "\n")
        .filter { $0.hasPrefix("State:\tS") || $0.hasPrefix("voluntary") }
        .joined()
      if lines.contains("State:\tS"), lines == before { return }
      before = lines
    }
  }

  /// Attaches, walks the main thread's stack and lets go, all on this thread, which ptrace binds.
  ///
  /// Gives return addresses as `eu-stack` prints them: what follows the call.
  private static func walk(_ pid: Int32, _ kind: asp_unwinder_kind) -> [UInt64] {
    guard asp_seize(pid) == 0 else { return [] }
    var status: Int32 = 0
    guard waitpid(pid, &status, 0) == pid else { return [] }
    defer { asp_resume(pid, Int32(ASP_RESUME_DETACHED.rawValue), 0) }
    var unwinder: OpaquePointer?
    var registers = asp_registers()
    guard asp_unwinder_create(pid, 64, Int32(kind.rawValue), &unwinder) == 0, let unwinder,
      asp_get_registers(pid, &registers) == 0
    else { return [] }
    defer { asp_unwinder_destroy(unwinder) }
    var frames = [asp_frame](repeating: asp_frame(), count: 256)
    var identity: UInt64 = 0
    let count = asp_unwind(unwinder, pid, &registers, &frames, frames.count, &identity)
    return frames.prefix(count).enumerated().map {
      $0.offset == 0 ? $0.element.address : $0.element.address + 1
    }
  }
}
