import SystemPackage
import TestSupport
import Testing

@Suite("Help, completions and version", .needsProgram)
struct HelpTests {
  static let common = ["--format", "--json", "--plain", "--top", "--color", "-o", "-q", "-v"]
  static let buffers = ["--buffer", "--allocator"]
  static let layout = ["--layout", "--range", "--strict"]
  static let draw = ["--run", "--step", "--seed", "--remedy"]
  static let simulated = ["--simulate"] + draw

  static let options: [(subcommand: String, options: [String])] = [
    ("simulate", common + buffers + draw + ["--runs", "--layout", "--from"]),
    ("inspect", common + buffers + layout + simulated + ["--snapshot"]),
    (
      "forecast",
      common + buffers + layout + simulated
        + ["--sequence", "--why", "--more", "--require", "--snapshot"]
    ),
    ("diff", common + buffers + layout + simulated + ["--relative", "--exit-code", "--snapshot"]),
    (
      "check",
      common + layout + ["--require", "--for", "--every", "--junit", "--github", "--snapshot"]
    ),
    (
      "report",
      common + buffers + layout + ["--at", "--pid", "--by", "--stacks"]
    ),
    ("export", layout + ["--at", "--pid", "--format", "--weight", "-o"]),
    ("layouts", common), ("doctor", common), ("capture", ["-o"]),
    ("convert", layout + simulated + ["--to", "--anonymize", "--snapshot", "-o", "-q"]),
  ]

  @Test("--help names every option", arguments: options)
  func everyOption(subcommand: String, options: [String]) async throws {
    let help = try await Program()(subcommand, "--help")
    #expect(help.status == 0 && help.error == "")
    for option in options + ["--help", "--version"] {
      // Not as a part of a longer one.
      let word = try Regex("(^|[ ,(\\[])\(option)($|[ ,)\\]])").anchorsMatchLineEndings()
      #expect(help.output.contains(word), "\(option)")
    }
    #expect(help.output.contains("USAGE: addrspace \(subcommand)"))
    let wide = help.output.split(separator: "\n").filter { $0.count > 80 }
    // The parser leaves a synopsis in one line.
    #expect(wide.filter { !$0.starts(with: "USAGE: ") } == [])
    for same in [["help", subcommand], [subcommand, "-h"]] {
      #expect(try await Program()(same).output == help.output)
    }
  }

  @Test("--help names every subcommand and every exit status")
  func overview() async throws {
    let help = try await Program()("--help").output
    for (subcommand, _) in Self.options { #expect(help.contains("\n  \(subcommand) ")) }
    for status in ["0", "1", "64", "65", "66", "69", "70", "74", "77"] {
      #expect(help.contains(try Regex("\\b\(status) [a-zA-Z]")), "\(status)")
    }
  }

  @Test("every option and argument says what it is for")
  func everyHelp() async throws {
    let document = try JSON(try await Program()("--experimental-dump-help").output)
    func check(_ command: JSON) {
      // The parser's own.
      if command["commandName"] == .text("help") { return }
      #expect(command["abstract"].text?.isEmpty == false, "\(command["commandName"])")
      for argument in command["arguments"].items {
        #expect(argument["abstract"].text?.isEmpty == false, "\(argument)")
      }
      command["subcommands"].items.forEach(check)
    }
    check(document["command"])
  }

  @Test("completion scripts", arguments: ["bash", "zsh", "fish"])
  func completions(shell: String) async throws {
    let folder = try TemporaryFolder()
    let result = try await Program()("--generate-completion-script", shell)
    #expect(result.status == 0 && result.error == "")
    for (subcommand, _) in Self.options { #expect(result.output.contains(subcommand)) }
    #expect(result.output.contains("exit-code"))
    let path = FilePath("/usr/bin/\(shell)")
    guard Fixtures.exists(path) else { return }
    let script = try folder.file("script", result.output)
    let check = try await run(path, ["-n", script])
    #expect(check.status == 0 && check.error == "")
  }

  @Test("an unknown shell")
  func unknownShell() async throws {
    let result = try await Program()("--generate-completion-script", "csh")
    #expect(result.status == 64)
  }

  @Test(
    "--version names version and commit",
    .enabled(if: Fixtures.exists(Fixtures.package.appending(".git")), "not built from git"))
  func version() async throws {
    let result = try await Program()("--version")
    #expect(result.status == 0 && result.error == "")
    #expect(result.output.contains(/^\d+\.\d+\.\d+ \([0-9a-f]{12}\)\n$/))
  }
}
