import AddressSpace
import AddressSpaceStore
import AddressSpaceTrace
import Glibc
import SystemPackage
import TestSupport
import Testing

/// Programs that do what few do.
@Suite("Awkward programs", .serialized)
struct FaultProgramTests {
  @Test(
    "another thread than the first becomes another program", .needsVictim("exec_thread"),
    arguments: ["exec_thread", "exec_thread32"])
  func executingThread(name: String) async throws {
    guard let program = Machine.victim(name)?.string else { return }
    let recorded = try await Recorded(
      ["--verify"], of: [program, "/bin/sh", "-c", "echo begun; exit 6"])
    #expect(recorded.result.status == 6, "\(recorded.result.error)")
    #expect(recorded.result.output == "begun\n")
    #expect(recorded.recording.spaces.map(\.name) == [name, "sh"])
    #expect(recorded.recording.spaces.map(\.isMain) == [true, true])
    for space in recorded.recording.spaces.indices {
      let occasions = recorded.recording.snapshots.filter { $0.space == space }.map(\.occasion)
      #expect(occasions == [.start, .end])
      #expect(recorded.events.contains { $0.event.space == space })
    }
  }

  @Test(
    "3,000 threads at once", .needsVictim("many_threads"), .timeLimit(.minutes(5)),
    arguments: ["many_threads", "many_threads32"])
  func threads(name: String) async throws {
    guard let program = Machine.victim(name)?.string else { return }
    // A machine may allow fewer.
    guard try await run(FilePath(program), ["3000"]).status == 0 else { return }
    let recorded = try await Recorded(of: [program, "3000"])
    #expect(recorded.result.status == 0, "\(recorded.result.error)")
    #expect(recorded.result.output == "3000\n")
    // Each maps; so does the first one.
    #expect(recorded.recording.threads.count == 3001)
    #expect(recorded.mapped(bytes: 4096) >= 3000)
  }

  @Test(
    "60,000 regions", .needsVictim("many_regions"), arguments: ["many_regions", "many_regions32"])
  func regions(name: String) async throws {
    guard let program = Machine.victim(name)?.string else { return }
    let clock = ContinuousClock()
    let began = clock.now
    let recorded = try await Recorded(of: [program, "60000", "0"])
    #expect(recorded.result.status == 0, "\(recorded.result.error)")
    // Were each of the 45,000 calls to look at all regions, it would be an hour.
    #expect(clock.now - began < .seconds(30))
    let changes = recorded.events.map(\.event.call)
    #expect(changes.count { $0 == .mprotect } >= 30000)
    #expect(changes.count { $0 == .munmap } >= 15000)
  }

  @Test(
    "what only a map tells, among 60,000 regions", .needsVictim("many_regions"),
    arguments: ["many_regions", "many_regions32"])
  func sharedAmongRegions(name: String) async throws {
    guard let program = Machine.victim(name)?.string else { return }
    let small = try await Recorded(["--verify"], of: [program, "10", "50"])
    #expect(small.result.status == 0, "\(small.result.error)")
    let large = try await Recorded(of: [program, "60000", "50"])
    for recorded in [small, large] {
      let shared = recorded.events.count { _, event in
        guard case .changed(.map(let region)) = event.outcome else { return false }
        return region.access == [.read, .shared] && region.name == "/dev/zero (deleted)"
          && region.inode != 0
      }
      #expect(shared == 50)
    }
  }

  @Test("files that are others than they were opened as", .needs("/usr/bin/python3"))
  func files() async throws {
    let folder = try TemporaryFolder()
    let script = """
      import mmap, os, sys
      def map(file, **how):
          return mmap.mmap(file, 8192, **how)
      gone = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT)
      os.unlink(sys.argv[1])
      memory = os.memfd_create("memory")
      for file in gone, memory: os.ftruncate(file, 8192)
      zero = os.open("/dev/zero", os.O_RDWR)
      kept = [map(gone), map(memory), map(zero), map(zero, flags=mmap.MAP_PRIVATE)]
      """
    let recorded = try await Recorded(
      ["--verify"], of: ["/usr/bin/python3", "-c", script, folder.path.appending("gone").string])
    #expect(recorded.result.status == 0, "\(recorded.result.error)")
    #expect(recorded.mapped(bytes: 8192) >= 4)
  }

  @Test(
    "a stack pointer to what is no stack", .needsVictim("no_stack"), .timeLimit(.minutes(5)),
    arguments: ["no_stack", "no_stack32"], ["", "libunwind", "libdw", "frame-pointers"])
  func noStack(name: String, unwinder: String) async throws {
    guard let program = Machine.victim(name)?.string else { return }
    if name.hasSuffix("32"), unwinder == "libunwind" { return }
    let options = unwinder.isEmpty ? [] : ["--unwinder", unwinder]
    let recorded = try await Recorded(options + ["--verify"], of: [program])
    #expect(recorded.result.status == 0, "\(recorded.result.error)")
    #expect(recorded.result.output == "done\n")
    // 18 stack pointers with 18 frame pointers.
    #expect(recorded.mapped(bytes: 4096) >= 18 * 18)
    for (_, event) in recorded.events {
      if let stack = event.stack {
        #expect(recorded.recording.stacks.frames(of: stack).count <= 64)
      }
    }
  }

  @Test(
    "a setuid program has its rights where the recorder may give them", .needsRoot,
    .needs("/usr/bin/id"))
  func setUser() async throws {
    let folder = try TemporaryFolder()
    let id = try await copy("/usr/bin/id", to: folder, owner: 65534)
    let alone = try await run(FilePath(id), ["-u"])
    let recorded = try await Recorded(["--verify"], of: [id, "-u"])
    #expect(recorded.result.status == 0, "\(recorded.result.error)")
    #expect(recorded.result.output == alone.output)
    #expect(!recorded.events.isEmpty)
  }

  @Test(
    "a setuid program that may not be traced runs without its rights", .needsRoot,
    .needs("/usr/bin/id"), .needs("/usr/bin/setpriv"))
  func setUserOfAnother() async throws {
    let folder = try TemporaryFolder()
    let recorder = try await copy(
      try #require(Machine.addrspace).string, to: folder, owner: nil)
    let id = try await copy("/usr/bin/id", to: folder, owner: 0)
    let output = folder.path.appending("recordings")
    #expect(mkdir(output.string, 0o777) == 0 && chmod(output.string, 0o777) == 0)
    let path = output.appending("x.addrspace")
    let result = try await run(
      "/usr/bin/setpriv",
      [
        "--reuid=65534", "--regid=65534", "--clear-groups", recorder, "record", "-q", "-o",
        path.string, "--", id, "-u",
      ])
    #expect(result.status == 0, "\(result.error)")
    #expect(result.output == "65534\n")
    #expect(try !Recorded(path, result).events.isEmpty)
  }

  /// A copy of a program that all may execute, with the rights of `owner` where there is one.
  /// By another process: a file that this one has open for writing is open in all children that
  /// other tests start just then, and cannot be executed.
  private func copy(
    _ program: String, to folder: TemporaryFolder, owner: UInt32?
  ) async throws -> String {
    let path = folder.path.appending(FilePath(program).lastComponent?.string ?? "program").string
    let copied = try await run("/bin/cp", ["--", program, path])
    #expect(copied.status == 0, "\(copied.error)")
    #expect(chmod(folder.path.string, 0o755) == 0)
    if let owner { #expect(chown(path, owner, owner) == 0) }
    #expect(chmod(path, owner == nil ? 0o755 : 0o4755) == 0)
    return path
  }
}

extension Recorded {
  /// How many mappings of so many bytes were made.
  fileprivate func mapped(bytes: UInt64) -> Int {
    events.count { _, event in
      if case .changed(.map(let region)) = event.outcome {
        region.size.value == bytes
      } else {
        false
      }
    }
  }
}

extension Trait where Self == ConditionTrait {
  fileprivate static var needsRoot: Self {
    .enabled(if: geteuid() == 0, "needs root, who may make programs setuid")
  }
}
