import AddressSpace
import AddressSpaceProcess
import AddressSpaceReport
import AddressSpaceYAML
import ArgumentParser
import SystemPackage

struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Whether rules hold of a process or a file; the exit status says it.",
    usage: """
      addrspace check [OPTIONS] --require RULE TARGET...
      addrspace check [OPTIONS] --require RULE --run -- PROGRAM ARG...
      addrspace check [OPTIONS] --require RULE --simulate SCENARIO
      """,
    discussion: """
      RULE is one of these; SIZE as in 400MiB, BUFFER as in 8000x6000x4x2, and >= and <= may stand \
      for each other:

      \(PolicyRule.Name.allCases.map { "\($0.form): \($0.meaning)" }.joined(separator: "\n"))

      \(PolicyRule.probableForm): in how many launches a rule has to hold, as in p(free >= 1GiB) >= \
      95%; --launches counts them

      Exit status: 0 all are held, 1 one is broken, 69 one could not be measured, others as \
      everywhere. With --run: 125 where none is broken and the program failed, or could not be \
      recorded, 126 it cannot be executed, 127 there is none.
      """)

  @Argument(
    help: ArgumentHelp(
      "A process id, 'self', a saved file, a recording (RECORDING@throughout: every moment of it), "
        + "or '-'; several may be named. With --run the program and its arguments, behind '--'.",
      valueName: "targets"))
  var targets: [Target] = []

  @OptionGroup(title: "A program to run")
  var program: RunOptions

  @OptionGroup(title: "A scenario in the place of targets")
  var scenario: ScenarioOptions

  @OptionGroup(title: "Several launches")
  var launches: LaunchOptions

  @Option(
    help: ArgumentHelp(
      "What has to hold, as in 'largest-free >= 400MiB' or 'fits 8000x6000x4x2 >= 2'; may be "
        + "repeated.", valueName: "rule"))
  var require: [String] = []

  @Option(
    help: ArgumentHelp("Rules from a file in YAML, before those of --require.", valueName: "file"))
  var policy: String?

  @Option(
    name: .customLong("for"),
    help: ArgumentHelp(
      "Look at processes again and again for so long; of each rule the worst moment counts.",
      valueName: "time"))
  var period: TimeSpan?

  @Option(
    help: ArgumentHelp(
      "With --for, how long from look to look; a second without it.", valueName: "time"))
  var every: TimeSpan?

  @Option(help: ArgumentHelp("Write the answer as JUnit XML too.", valueName: "file"))
  var junit: String?

  @Flag(help: "Write GitHub's annotations of what is not held to standard error.")
  var github = false

  @OptionGroup(title: "Comparing")
  var comparison: BaselineOptions

  @OptionGroup
  var choice: SnapshotOptions

  @OptionGroup(title: "Layout")
  var layout: LayoutOptions

  @OptionGroup(title: "Output")
  var output: OutputOptions

  func validate() throws {
    try launches.validate(runs: program.run, simulates: scenario.simulate != nil)
    if scenario.simulate != nil {
      guard targets.isEmpty, !program.run else {
        throw ValidationError("--simulate stands in the place of targets. Leave out one of them.")
      }
      guard period == nil, !comparison.updateBaseline else {
        throw ValidationError(
          "--simulate goes neither with --for nor with --update-baseline. Save a launch to look at "
            + "it: addrspace convert --simulate SCENARIO --run 1 -o FILE")
      }
    } else if targets.isEmpty {
      throw ValidationError("Missing expected argument '<targets> ...'")
    }
    if program.run {
      _ = try program.command(targets)
      guard period == nil else {
        throw ValidationError("--run looks at every moment. Leave out --for.")
      }
      guard !comparison.updateBaseline else {
        throw ValidationError("--update-baseline takes a target, and checks nothing.")
      }
    }
    guard !require.isEmpty || policy != nil || comparison.updateBaseline else {
      throw ValidationError(
        "no rule to check. Name what has to hold: --require 'largest-free >= 400MiB', or a file of "
          + "rules: --policy FILE.")
    }
    let inputs =
      (program.run ? [] : targets.map(\.text)) + [policy, comparison.baseline].compactMap { $0 }
    guard inputs.count(where: { $0 == "-" }) < 2 else {
      throw ValidationError(
        "only one of the targets, --policy and --baseline can be standard input.")
    }
    guard !comparison.updateBaseline || targets.count == 1 else {
      throw ValidationError("--update-baseline takes one target: a baseline is of one.")
    }
    guard every == nil || period != nil else {
      throw ValidationError("--every goes with --for: say how long to look.")
    }
  }

  func run() throws {
    if comparison.updateBaseline {
      let written = try comparison.write(targets[0], layout, choice)
      if !output.quiet { Console.note(written) }
      return
    }
    let policy = Policy(try rulesOfFile() + require.map(PolicyRule.init(text:)))
    try comparison.refuse(policy, looksAgain: period != nil)
    if period != nil, let saved = try targets.first(where: { try $0.pid() == nil }) {
      throw Failure(.usage, "--for looks at processes; \(saved.name) does not change.")
    }
    var outcome = try checked(policy)
    for index in outcome.targets.indices { outcome.targets[index].trial.noteOtherDraws() }
    var report = CheckReport(outcome.targets)
    report.baseline = comparison.baseline
    try output.write(
      text: report.text, plain: { report.plain(top: output.top) },
      json: { report.json(top: output.top) })
    if let junit { try Console.write(Array(report.junit().utf8), toFile: junit) }
    for (index, checked) in report.targets.enumerated() {
      let name =
        targets.isEmpty || program.run ? checked.source.name ?? "the program" : targets[index].name
      output.report(checked.diagnostics, of: name)
      if output.verbose { Console.note("layout: \(checked.layout.name): \(checked.layout.basis)") }
    }
    if github {
      let annotations = report.annotations()
      if !annotations.isEmpty { Console.note(annotations.trimmed) }
    }
    try end(with: report, failure: outcome.failure)
  }

  private func checked(_ policy: Policy) throws -> PolicyRun.Outcome {
    let first = scenario.launch(1)
    let baseline = try comparison.read(layout, for: targets.first ?? Target(first))
    if let first {
      let tells = !output.quiet && Console.isTerminal(.standardError)
      return PolicyRun.Outcome(
        targets: try SimulatedCheck(
          policy: policy, baseline: baseline, first: first,
          launches: Launches(count: launches.count ?? 1000, tellsProgress: tells),
          required: launches.required, layout: layout
        ).targets())
    }
    guard !program.run else {
      return try PolicyRun(
        policy: policy, baseline: baseline, command: try program.command(targets), options: program,
        launches: launches, layout: layout, isQuiet: output.quiet
      ).outcome()
    }
    let watch = PolicyWatch(
      policy: policy, baseline: baseline, targets: targets, choice: choice, layout: layout)
    return PolicyRun.Outcome(
      targets: try watch.look(
        for: period?.seconds ?? 0, every: every?.seconds ?? 1,
        ended: {
          if !output.quiet { Console.note("\($0.name): it ended and is not looked at again.") }
        }))
  }

  private func rulesOfFile() throws -> [PolicyRule] {
    guard let policy else { return [] }
    let bytes = try Console.read(policy)
    do throws(YAMLError) {
      return try PolicyDocument.read(bytes).rules
    } catch {
      throw Failure(.badInput, error.message(in: policy == "-" ? "standard input" : policy))
    }
  }

  /// - Parameter failure: how the program that was run failed.
  private func end(with report: CheckReport, failure: String?) throws {
    switch report.verdict {
    case .broken:
      if let failure { Console.note("addrspace: \(failure)") }
      throw ExitCode(ExitStatus.no.rawValue)
    case _ where failure != nil: throw Failure(.notRecorded, failure ?? "")
    case .held: return
    case .undecided:
      let sentences = report.undecided
      let more = sentences.count > 1 ? " And \(sentences.count - 1) more rules." : ""
      throw Failure(.unavailable, (sentences.first ?? "") + more)
    }
  }
}

extension String {
  /// Without the end of its last line.
  fileprivate var trimmed: String { hasSuffix("\n") ? String(dropLast()) : self }
}
