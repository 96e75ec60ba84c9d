import AddressSpace
import AddressSpaceSimulation
import Glibc
import SystemPackage
import TestSupport
import Testing

/// The model of glibc's malloc against glibc's malloc: random calls of real programs.
@Suite("The model of malloc answers as glibc's malloc did", .serialized)
struct GlibcTrialTests {
  static let isReady =
    Fixtures.exists("/usr/bin/strace") && Machine.victim("mallocs64") != nil
  static let needs: Comment = "needs strace and the victims of tools/build-victims"

  /// How a program calls malloc.
  struct Trial: CustomTestStringConvertible {
    var seed: Int
    var steps: Int
    var profile: String
    var threads = 0
    var block: Int?
    var testDescription: String {
      "seed \(seed), \(steps) steps, \(profile), \(threads) threads"
        + (block.map { ", break blocked at \($0)" } ?? "")
    }
  }

  static let trials: [Trial] =
    ["small", "medium", "large", "mixed", "aligned", "resized", "broken"].flatMap { profile in
      [0, 3].map { Trial(seed: 1 + $0, steps: 6000, profile: profile, threads: $0) }
    } + [
      Trial(seed: 5, steps: 12_000, profile: "mixed", threads: 12),
      Trial(seed: 7, steps: 6000, profile: "mixed", block: 1 << 20),
      Trial(seed: 8, steps: 6000, profile: "small", block: 300_000),
      Trial(seed: 9, steps: 6000, profile: "mixed", threads: 3, block: 3 << 20),
      Trial(seed: 10, steps: 6000, profile: "resized", block: 4096),
    ]

  @Test("of the machine, 64 bits", .enabled(if: isReady, needs), arguments: trials)
  func wide(trial: Trial) async throws {
    try await compare(trial, GlibcBuild.machine(.bits64))
  }

  @Test(
    "of the machine, 32 bits", .enabled(if: isReady && Machine.victim("mallocs32") != nil, needs),
    arguments: trials)
  func narrow(trial: Trial) async throws {
    try await compare(trial, GlibcBuild.machine(.bits32))
  }

  @Test(
    "of other versions", arguments: GlibcBuild.others,
    trials.filter { trial in
      trial.threads > 3 || trial.block == 1 << 20
        || trial.threads > 0 && ["aligned", "resized", "broken"].contains(trial.profile)
    })
  func other(glibc: GlibcBuild, trial: Trial) async throws {
    try await compare(trial, glibc)
  }

  private func compare(_ trial: Trial, _ glibc: GlibcBuild) async throws {
    let (log, trace) = try await glibc.run(trial)
    #expect(log.calls.count > trial.steps / 2)
    var system = try TracedSystem(trace, wordSize: glibc.wordSize)
    var replay = MallocReplay(
      GlibcAllocator(
        version: glibc.version, wordSize: glibc.wordSize,
        machine: glibc.wordSize == .bits32 ? .i386 : .x86_64, cores: log.cores),
      wordSize: glibc.wordSize)
    for (index, call) in log.calls.enumerated() {
      let result = replay.make(call, &system)
      let got = String(result, radix: 16)
      let real = String(call.result, radix: 16)
      try #require(
        result == call.result && system.complaint == nil,
        "call \(index), \(call): \(got), was \(real); \(system.complaint ?? "as asked")")
    }
    #expect(system.rest == 0)
  }
}

/// A glibc that can be run here.
struct GlibcBuild: CustomTestStringConvertible {
  let version: LibcVersion
  let wordSize: WordSize
  /// The folder of its libraries, nil for the machine's own.
  var folder: FilePath?

  var testDescription: String { "glibc \(version), \(wordSize.rawValue) bits" }

  /// The machine's own.
  static func machine(_ wordSize: WordSize) throws -> GlibcBuild {
    var text = [CChar](repeating: 0, count: 64)
    let length = confstr(Int32(_CS_GNU_LIBC_VERSION), &text, text.count)
    let words = String(decoding: text.prefix(max(length, 1) - 1).map { UInt8($0) }, as: UTF8.self)
      .split(separator: " ")
    return GlibcBuild(
      version: try #require(words.last.flatMap { LibcVersion(text: $0) }), wordSize: wordSize)
  }

  /// Those of the folder that `ADDRSPACE_GLIBCS` names: `2.41-64` and such.
  static let others: [GlibcBuild] = {
    guard let folder = environment("ADDRSPACE_GLIBCS").map({ FilePath($0) }) else { return [] }
    return Fixtures.names(in: folder, suffix: "").compactMap { name in
      let parts = name.split(separator: "-")
      guard parts.count == 2, let version = LibcVersion(text: parts[0]),
        let wordSize = Int(parts[1]).flatMap(WordSize.init(rawValue:))
      else { return nil }
      return GlibcBuild(version: version, wordSize: wordSize, folder: folder.appending(name))
    }
  }()

  /// Lets a program with this malloc run and tell.
  func run(_ trial: GlibcTrialTests.Trial) async throws -> (log: MallocLog, trace: StraceCalls) {
    let output = try TemporaryFolder()
    let trace = output.path.appending("trace").string
    var command = ["-f", "-qq", "-o", trace, "-e", "trace=\(StraceCalls.traced)"]
    if let folder {
      command += [
        folder.appending("ld.so").string, "--library-path", folder.string,
        folder.appending("mallocs").string,
      ]
    } else {
      command.append(try #require(Machine.victim("mallocs\(wordSize.rawValue)")).string)
    }
    command += ["\(trial.seed)", "\(trial.steps)", trial.profile, "\(trial.threads)"]
    if let block = trial.block { command.append("\(block)") }
    let result = try await TestSupport.run("/usr/bin/strace", command)
    try #require(result.status == 0, "\(result.error)")
    return (
      try #require(MallocLog(result.output)),
      try StraceCalls(try Fixtures.text(FilePath(trace)))
    )
  }
}
