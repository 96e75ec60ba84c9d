import SystemPackage
import TestSupport
import Testing

@Suite("Simulated launches at the command line", .needsProgram)
struct SimulateTests {
  static let scenarios = ["linux-hello", "scenarios/linux.yaml", "scenarios/forms.yaml"]
  private let program = Program(directory: Fixtures.own)

  @Test("the document is what is promised", arguments: scenarios)
  func document(scenario: String) async throws {
    let result = try await program("simulate", scenario, "--runs", "10", "--json")
    #expect(result.status == 0 && result.error == "")
    let document = try JSON(result.output)
    #expect(Shape.simulate.faults(of: document) == [])
    #expect(document["runs"] == .integer(10) && document["seed"] == .integer(42))
    for step in document["steps"].items {
      for buffer in step["buffers"].items {
        guard case .object(let rows) = buffer["histogram"] else { continue }
        let counts = rows.values.compactMap(\.integer)
        #expect(counts.reduce(0, +) == 10)
        let least = rows.keys.compactMap { UInt64($0) }.min().map { JSON.integer($0) }
        #expect(least == buffer["fits"]["min"])
      }
    }
  }

  @Test(
    "the same seed gives the same bytes, whatever the number of processors", arguments: scenarios)
  func sameBytes(scenario: String) async throws {
    for options in ["", "--json", "--plain", "--seed 7 --json"] {
      let line = "\"$A\" simulate \(scenario) --runs 40 \(options)"
      let one = try await program.shell("taskset -c 0 \(line)")
      let all = try await program.shell(line)
      #expect(one.status == 0 && one.output == all.output && !one.output.isEmpty)
    }
    let other = try await program("simulate", scenario, "--runs", "40", "--seed", "43", "--plain")
    let usual = try await program("simulate", scenario, "--runs", "40", "--plain")
    let records = { (result: CommandResult) in result.output.split(separator: "\n").dropFirst() }
    #expect(Array(records(other)) != Array(records(usual)))
  }

  @Test("a launch that is shown is the launch that was counted", arguments: scenarios)
  func counted(scenario: String) async throws {
    let counted = try JSON(
      try await program("simulate", scenario, "--runs", "1", "--remedy", "none", "--json").output)
    let last = try #require(counted["steps"].items.last)
    let shown = try JSON(
      try await program(
        "simulate", scenario, "--run", "1", "--remedy", "none", "--json"
      ).output)
    #expect(shown.inspectFaults == [])
    #expect(shown["totals"]["freeBytes"] == last["freeBytes"]["max"])
    #expect(shown["source"]["kind"] == .text("simulation"))
    #expect(shown["buffers"][0]["fits"] == last["buffers"][0]["fits"]["max"])
    let target = try JSON(
      try await program("inspect", "--simulate", scenario, "--run", "1", "--json").output)
    #expect(target["totals"] == shown["totals"])
    // On what the layout is based is said in other words.
    for key in ["name", "low", "high", "placement", "guardGapBytes", "assumed"] {
      #expect(target["layout"][key] == shown["layout"][key])
    }
    #expect(target["regions"] == shown["regions"])
  }

  @Test("a launch that was converted is the launch", arguments: scenarios, ["maps", "json"])
  func converted(scenario: String, form: String) async throws {
    let folder = try TemporaryFolder()
    let saved = folder.path.appending("launch.\(form)").string
    let launch = ["--simulate", scenario, "--run", "3", "--seed", "9"]
    let result = try await program(["convert"] + launch + ["-o", saved])
    #expect(result.status == 0 && result.error == "")
    let diff = try await program(["diff"] + launch + [saved, "--exit-code"])
    #expect(diff.status == 0, "\(diff.output)")
    for question in ["inspect", "forecast"] {
      let one = try await program([question, "--json"] + launch)
      let other = try await program(question, "--json", saved)
      #expect(one.status == 0 && other.status == 0, "\(one.error)\(other.error)")
      let (before, after) = (try JSON(one.output), try JSON(other.output))
      #expect(before["buffers"] == after["buffers"] && before["totals"] == after["totals"])
      #expect(before["layout"]["name"] == after["layout"]["name"])
    }
  }

  @Test("a scenario that a file does not hold, one on standard input, one that is not there")
  func files() async throws {
    let bytes = try Fixtures.text(Fixtures.own.appending("scenarios/linux.yaml"))
    let piped = try await program("simulate", "-", "--runs", "3", "--plain", input: bytes)
    let named = try await program("simulate", "scenarios/linux.yaml", "--runs", "3", "--plain")
    #expect(piped.status == 0 && piped.output == named.output)
    #expect(try await program("simulate", "golden/photo.maps").status == 65)
    #expect(try await program("simulate", "nothing").status == 66)
    #expect(try await program("simulate", "scenarios").status == 65)
    let other = try await program("simulate", "linux-hello", "--from", "wine/wine8-2g-bare.smaps")
    #expect(other.status == 64 && other.error.contains("Name a target of the same system."))
    let windows = try await program(
      "simulate", "scenarios/forms.yaml", "--from", "wine/wine8-2g-bare.smaps", "--runs", "2",
      "--json")
    #expect(windows.status == 0, "\(windows.error)")
    let wine = try JSON(windows.output)
    #expect(wine["layout"]["name"] == .text("wine-2g"))
  }
}
