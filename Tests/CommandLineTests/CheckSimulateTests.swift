import TestSupport
import Testing

@Suite("check --simulate", .needsProgram)
struct CheckSimulateTests {
  static let fits = "fits 8000x6000x4x2 by mmap >= 10"

  @Test("launches that hold a rule are those that simulate counts")
  func counts() async throws {
    let launches = 200
    let simulated = try JSON(
      try await Program()(
        "simulate", "linux-hello", "--runs", "\(launches)", "--seed", "7", "--allocator", "mmap",
        "--json"
      ).output)
    let histogram = simulated["steps"][0]["buffers"][0]["histogram"]
    let ten = try #require(histogram["10"].integer)
    #expect(ten > 0 && ten < launches)
    let result = try await Program()(
      "check", "--simulate", "linux-hello", "--launches", "\(launches)", "--seed", "7", "--json",
      "--require", Self.fits, "--require", "p(\(Self.fits)) >= \(ten)/\(launches)", "--require",
      "p(\(Self.fits)) >= \(ten + 1)/\(launches)")
    #expect(result.status == 1, "\(result.error)")
    let document = try JSON(result.output)
    #expect(Shape.check.faults(of: document) == [])
    #expect(document["source"]["kind"] == .text("simulation"))
    let rules = document["rules"].items
    #expect(rules.map { $0["held"] } == [.flag(false), .flag(true), .flag(false)])
    #expect(rules.map { $0["runs"]["held"].integer } == [ten, ten, ten])
    // The command that shows more shows the worst launch.
    let more = try #require(rules[0]["more"].text)
    #expect(more.hasPrefix("addrspace forecast --simulate linux-hello --run "))
    #expect(more.contains(" --seed 7 "))
    let shown = try await Program().shell(
      "\"$A\"" + more.dropFirst("addrspace".count) + " --allocator mmap --json")
    #expect(try JSON(shown.output)["buffers"][0]["fits"].integer == 9, "\(shown.error)")
  }

  @Test("the bounds of --range are those of inspect")
  func range() async throws {
    let range = ["--range", "10000-60000000"]
    let inspected = try JSON(
      try await Program()(
        ["inspect", "--simulate", "linux-hello", "--run", "1", "--json"] + range
      ).output)
    let largest = try #require(inspected["freeSpans"][0]["bytes"].integer)
    for (limit, status) in [(largest, 0), (largest + 1, 1)] as [(UInt64, Int32)] {
      let result = try await Program()(
        ["check", "--simulate", "linux-hello", "--launches", "1", "--require"]
          + ["largest-free >= \(limit)"] + range)
      #expect(result.status == status, "\(result.output)\(result.error)")
    }
  }

  @Test("what decides the status")
  func statuses() async throws {
    let simulate = ["--simulate", "linux-hello"]
    let few = simulate + ["--launches", "5"]
    let rule = ["--require", "free >= 1GiB"]
    let cases: [([String], Int32, String)] = [
      (few + rule, 0, ""),
      (few + ["--require", "free >= 5GiB"], 1, ""),
      (few + ["--at-least", "1%", "--require", "free >= 5GiB"], 1, ""),
      (few + rule + ["--step", "stop"], 64, "linux-hello has no step \"stop\"."),
      (["--simulate", "linux-helo"] + rule, 66, "Did you mean \"linux-hello\"?"),
      (few + rule + ["self"], 64, "--simulate stands in the place of targets."),
      (
        few + rule + ["--run", "--", "/bin/true"], 64, "--simulate stands in the place of targets."
      ),
      (few + rule + ["--for", "1s"], 64, "--simulate goes neither with --for nor"),
      (["self", "--launches", "5"] + rule, 64, "--launches goes with --run"),
      (["self", "--step", "start"] + rule, 64, "--step, --seed and --remedy go with --simulate"),
      (rule, 64, "Missing expected argument '<targets> ...'"),
      (few + ["--require", "fits 1MiB by heapalloc >= 1"], 64, "heapalloc does not exist"),
    ]
    for (arguments, wanted, part) in cases {
      let result = try await Program()(["check"] + arguments)
      #expect(result.status == wanted, "\(arguments): \(result.error)")
      #expect(part.isEmpty ? result.error.isEmpty : result.error.contains(part), "\(arguments)")
    }
  }

  @Test("of each launch nothing is new that is in another")
  func baseline() async throws {
    let folder = try TemporaryFolder()
    let program = Program(directory: folder.path)
    #expect(
      try await program("convert", "--simulate", "linux-hello", "--run", "3", "-o", "hello.maps")
        .status == 0)
    let result = try await program(
      "check", "--simulate", "linux-hello", "--launches", "50", "--baseline", "hello.maps",
      "--require", "new <= 0", "--require", "new-pins < 1MiB between 64MiB <= 0")
    #expect(result.status == 0, "\(result.output)\(result.error)")
  }
}
