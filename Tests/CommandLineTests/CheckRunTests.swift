import SystemPackage
import TestSupport
import Testing

@Suite("check --run", .needsProgram)
struct CheckRunTests {
  /// A program of `fixtures/programs` for 32 bits.
  static func brief() throws -> String {
    guard let program = Machine.victim("brief32") else {
      try Test.cancel("needs brief32 of tools/build-victims (ADDRSPACE_VICTIMS)")
    }
    return program.string
  }

  static let whole = ["--require", "largest-free >= 2GiB"]

  @Test("what is broken only in between is broken, with the moment and who did it")
  func between() async throws {
    let brief = try Self.brief()
    let folder = try TemporaryFolder()
    let program = Program(directory: folder.path)
    let result = try await program(
      ["check", "--run", "--json", "--keep", "kept.addrspace"] + Self.whole + ["--", brief, "pin"])
    #expect(result.status == 1, "\(result.error)")
    let document = try JSON(result.output)
    #expect(Shape.check.faults(of: document) == [])
    let rule = document["rules"][0]
    #expect(rule["held"] == .flag(false) && rule["randomisation"] == .null)
    #expect(document["source"]["name"] == .text("brief32"))
    let functions = rule["pins"][0]["stack"].items.map { $0["function"].text }
    #expect(functions.contains("hold_pin"), "\(functions)")
    let event = try #require(rule["event"].integer)
    #expect(rule["more"].text == "addrspace inspect kept.addrspace@#\(event) --top 0")
    // The end shows nothing of it; all moments of what was kept show the same.
    #expect(try await program(["check", "kept.addrspace"] + Self.whole).status == 0)
    let again = try await program(["check", "kept.addrspace@throughout", "--json"] + Self.whole)
    #expect(again.status == 1)
    let kept = try JSON(again.output)["rules"][0]
    for key in ["event", "actual", "seconds", "more"] { #expect(kept[key] == rule[key], "\(key)") }
    let there = try await program(["check", "kept.addrspace@#\(event)", "--json"] + Self.whole)
    #expect(try JSON(there.output)["rules"][0]["actual"] == rule["actual"])
    let text = try await program(["check", "kept.addrspace@throughout"] + Self.whole)
    #expect(text.output.contains("after event \(event)\n"), "\(text.output)")
    #expect(text.output.contains("by hold_pin"), "\(text.output)")
  }

  @Test("what the program does to the status")
  func statuses() async throws {
    let brief = try Self.brief()
    let folder = try TemporaryFolder()
    let program = Program(environment: ["TMPDIR": folder.path.string])
    func run(_ rule: String, _ command: [String]) async throws -> CommandResult {
      try await program(["check", "--run", "--require", rule, "--"] + command)
    }
    let (held, broken) = ("free >= 1MiB", "free <= 1MiB")
    #expect(try await run(held, [brief]).status == 0)
    #expect(try await run(broken, [brief]).status == 1)
    let failed = try await run(held, [brief, "fail"])
    #expect(failed.status == 125)
    #expect(failed.error.contains("the program ended with status 3."), "\(failed.error)")
    #expect(failed.output.contains("held"))
    let killed = try await run(held, [brief, "killed"])
    #expect(killed.status == 125 && killed.error.contains("ended by signal 9"), "\(killed.error)")
    let both = try await run(broken, [brief, "fail"])
    #expect(both.status == 1 && both.error.contains("status 3"))
    #expect(try await run(held, ["/nonexistent/program"]).status == 127)
    #expect(try await run(held, ["/etc"]).status == 126)
    let unknown = try await run("p(free >= 1MiB) >= 95%", [brief])
    #expect(unknown.status == 69 && unknown.error.contains("--run --launches 20"))
    // Nothing is left behind.
    #expect(Fixtures.names(in: folder.path, suffix: "").filter { !$0.hasPrefix(".") } == [])
  }

  @Test("the program keeps its streams")
  func streams() async throws {
    let result = try await Program()(
      ["check", "--run", "--require", "free >= 1MiB", "--", "/bin/sh", "-c", "cat; echo no >&2"],
      input: "given\n")
    #expect(result.status == 0)
    #expect(result.output.hasPrefix("given\n") && result.output.contains("the rule is held"))
    #expect(result.error == "no\n")
  }

  @Test("children are targets of their own")
  func children() async throws {
    let brief = try Self.brief()
    let line = "'\(brief)' pin; '\(brief)'; exit 0"
    let command = ["--", "/bin/sh", "-c", line]
    let alone = try await Program()(["check", "--run"] + Self.whole + command)
    #expect(alone.status == 0, "\(alone.output)")
    let result = try await Program()(["check", "--run", "-f", "--json"] + Self.whole + command)
    #expect(result.status == 1)
    let document = try JSON(result.output)
    let names = document["targets"].items.map { $0["source"]["name"].text }
    #expect(names == ["sh", "brief32", "brief32"])
    #expect(document["rules"].items.map { $0["held"] } == [.flag(true), .flag(false), .flag(true)])
  }

  @Test("launches are counted; one launch warns of what the others show")
  func launches() async throws {
    let brief = try Self.brief()
    func rule(_ options: [String], _ count: UInt64, _ command: [String]) async throws -> JSON {
      let require = ["--require", "fits 8000x6000x4x2 by mmap >= \(count)"]
      let result = try await Program()(
        ["check", "--run", "--json"] + options + require + ["--"] + command)
      let document = try JSON(result.output)
      #expect(Shape.check.faults(of: document) == [])
      #expect(result.status == (document["held"] == .flag(true) ? 0 : 1), "\(result.error)")
      return document["rules"][0]
    }
    let launches = ["--launches", "30"]
    let all = try await rule(launches, 1, [brief, "heap"])
    #expect(all["runs"]["held"].integer == 30 && all["runs"]["count"].integer == 30)
    let figures = all["runs"]["figures"].items.compactMap { $0["actual"].integer }
    let (least, most) = (try #require(figures.min()), try #require(figures.max()))
    #expect(all["actual"].integer == least)
    // What always fits is not warned of; what fits in some launches is, in each.
    #expect(try await rule([], least, [brief, "heap"])["randomisation"] == .null)
    let once = try await rule([], most, [brief, "heap"])["randomisation"]
    // Some kernels leave enough space beside the heap, wherever it lies.
    guard least < most else {
      #expect(once == .null)
      return
    }
    #expect(once["least"].integer == least && once["most"].integer == most)
    let some = try await rule(launches + ["--at-least", "1/30"], most, [brief, "heap"])
    #expect(some["held"] == .flag(true) && some["runs"]["needed"].integer == 1)
    // Without randomisation there is nothing to warn of, and all launches are the same.
    let fixed = ["/usr/bin/setarch", "-R", brief, "heap"]
    let same = try await rule(["--launches", "5"], most, fixed)
    #expect(same["runs"]["figures"].items.count == 1)
    let bare = same["runs"]["figures"][0]["actual"].integer ?? 0
    #expect(try await rule([], bare, fixed)["randomisation"] == .null)
    #expect(try await rule([], bare + 1, fixed)["randomisation"] == .null)
    // Nor where no heap stands in between.
    #expect(try await rule([], most, [brief])["randomisation"] == .null)
  }

  @Test("a rule with a probability of its own; the worst launch is kept with the others")
  func probability() async throws {
    let brief = try Self.brief()
    let folder = try TemporaryFolder()
    let program = Program(directory: folder.path)
    let policy = try folder.file(
      "room.yaml",
      """
      rules:
        - free: 1GiB
          probability: 2/3
        - free: 8GiB
          probability: 50%
      """)
    let result = try await program(
      "check", "--run", "--launches", "3", "--policy", policy, "--keep", "k", "--json", "--", brief)
    #expect(result.status == 1, "\(result.error)")
    let rules = try JSON(result.output)["rules"]
    #expect(rules[0]["held"] == .flag(true) && rules[0]["probability"].text == "2/3")
    #expect(rules[0]["rule"].text == "p(free >= 1GiB) >= 2/3")
    #expect(rules[1]["held"] == .flag(false) && rules[1]["runs"]["needed"].integer == 2)
    #expect(rules[1]["more"].text?.contains(" k.1@#") == true, "\(rules[1]["more"])")
    for launch in 1...3 { #expect(Fixtures.exists(folder.path.appending("k.\(launch)"))) }
    let live = try await Program().shell(
      Program.sleeper + "\"$A\" check $p --require 'p(free >= 1MiB) >= 0.95'; echo $?; kill $p")
    #expect(live.output.hasSuffix("69\n") && live.error.contains("--run --launches 20"))
  }

  @Test("a program that fails in some launches")
  func someFail() async throws {
    let folder = try TemporaryFolder()
    let line = "[ -e '\(folder.path.string)/x' ] && exit 7; touch '\(folder.path.string)/x'"
    let result = try await Program()(
      "check", "--run", "--launches", "3", "--require", "free >= 1MiB", "--", "/bin/sh", "-c", line)
    #expect(result.status == 125)
    #expect(
      result.error.contains(
        "the program failed in 2 of 3 launches: in launch 2 it ended with status 7."))
  }

  static let refusals: [([String], String)] = [
    (["--run"], "Missing expected argument"), (["--run", "self", "--", "true"], "no other target"),
    (["self", "--launches", "2"], "--launches goes with --run"), ([], "Missing expected argument"),
    (["self", "--at-least", "1/2"], "--at-least goes with --run"),
    (["--run", "--at-least", "1/2", "--", "true"], "--at-least goes with --launches"),
    (["--run", "--launches", "0", "--", "true"], "--launches takes"),
    (["--run", "--launches", "2", "--at-least", "3/2", "--", "true"], "is no share of launches"),
    (["--run", "--force", "--", "true"], "--force goes with --keep"),
    (["--run", "--for", "1s", "--", "true"], "Leave out --for"),
  ]

  @Test("wrong usage", arguments: refusals)
  func usage(arguments: [String], sentence: String) async throws {
    let result = try await Program()(["check", "--require", "free >= 1MiB"] + arguments)
    #expect(result.status == 64 && result.error.contains(sentence), "\(result.error)")
  }

  @Test(
    "only check looks at all of a recording",
    arguments: [["inspect"], ["forecast"], ["diff", "self"], ["report"], ["convert", "-o", "x"]])
  func throughout(command: [String]) async throws {
    let folder = try TemporaryFolder()
    let path = try PhotoRecording().write(to: folder.path)
    let result = try await Program(directory: folder.path)(command + ["\(path)@throughout"])
    #expect(result.status == 64, "\(result.error)")
    #expect(result.error.contains("only 'addrspace check' looks at all of a recording."))
  }
}
