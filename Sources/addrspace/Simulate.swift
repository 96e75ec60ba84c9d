import AddressSpace
import AddressSpaceReport
import AddressSpaceSimulation
import AddressSpaceYAML
import ArgumentParser
import SystemPackage

struct Simulate: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "What is left in a program's life over many launches, and what remedies are worth.",
    discussion: """
      SCENARIO is a file in YAML, or one of these:

      \(ShippedScenario.allCases.map { "\($0.rawValue): \($0.about)" }
        .joined(separator: "\n"))

      Without --remedy all remedies of the scenario are tried. With --run one launch is shown, as \
      inspect does. All results are modelled, not measured.
      """)

  @Argument(help: "A scenario: a name, a file, or '-'.")
  var scenario: String

  @Option(help: ArgumentHelp("How many launches.", valueName: "count"))
  var runs = 1000

  @Option(
    name: .customLong("run"),
    help: ArgumentHelp("Show one launch, from 1.", valueName: "number"))
  var number: Int?

  @Option(
    help: ArgumentHelp(
      "With --run, after which step; the last one without it.", valueName: "name"))
  var step: String?

  @Option(
    name: .customLong("layout"),
    help: ArgumentHelp(
      "Another system than the scenario's; 'addrspace layouts' lists them.", valueName: "name"))
  var system: String?

  @Option(
    help: ArgumentHelp(
      "Go on from a process or a saved file instead of new launches.", valueName: "target"))
  var from: Target?

  @OptionGroup
  var draw: DrawOptions

  @OptionGroup(title: "Buffers, instead of the scenario's")
  var buffers: BufferOptions

  @OptionGroup(title: "Output")
  var output: OutputOptions

  func validate() throws {
    guard (1...1_000_000).contains(runs) else {
      throw ValidationError("--runs takes 1 to 1000000.")
    }
    guard (number ?? 1) > 0 else { throw ValidationError("--run takes a number from 1 up.") }
    guard step == nil || number != nil else {
      throw ValidationError("--step goes with --run: a launch is shown after it.")
    }
    if let system, !ModelledSystem.names.contains(system) {
      let hint =
        system.nearest(of: ModelledSystem.names).map { "Did you mean \"\($0)\"?" }
        ?? "'addrspace layouts' lists what is."
      throw ValidationError("\"\(system)\" is not modelled. \(hint)")
    }
    guard system == nil || from == nil else {
      throw ValidationError("--layout goes with new launches; --from has the layout of its target.")
    }
    guard scenario != "-" || from?.text != "-" else {
      throw ValidationError("only one of the scenario and --from can be standard input.")
    }
  }

  func run() throws {
    let scenario = try asked()
    let room = try room()
    if let number { return try show(number, of: scenario, from: room) }
    // What all launches have in common is lived once for each, which takes as long as hundreds of them.
    let draw = draw
    let combinations = [[]] + draw.combinations(in: scenario)
    let runners = try Launches(count: combinations.count, tellsProgress: false).each { number in
      try draw.runner(of: scenario, taking: combinations[number - 1], from: room)
    }
    let tallies = try runners.map(tally)
    let remedied = zip(runners, tallies).dropFirst().map { runner, tally in
      ScenarioAnswer.Remedied(
        name: runner.remedies.joined(separator: "+"), layout: runner.layout, tally: tally)
    }
    let report = SimulationReport(
      ScenarioAnswer(
        name: scenario.name, layout: runners[0].layout, seed: draw.seed, tally: tallies[0],
        remedies: remedied, comparedStep: scenario.comparedStep),
      word: self.scenario.shellWord)
    try output.write(text: report.text, plain: report.plain, json: report.json)
    tell(runners[0].layout)
  }

  private func tell(_ layout: Layout) {
    if output.verbose { Console.note("layout: \(layout.name): \(layout.basis)") }
  }

  /// The scenario, with what is asked of it instead of its own questions.
  private func asked() throws -> Scenario {
    var scenario = try ScenarioSource(word: scenario).scenario(on: system)
    let requests = try buffers.requests()
    if !requests.isEmpty { scenario.buffers = requests }
    if let allocator = try buffers.chosenAllocator() { scenario.allocator = allocator }
    return scenario
  }

  private func room() throws -> Room? {
    guard let from else { return nil }
    let layout = try LayoutOptions.parse([])
    return try layout.room(for: from.snapshot(layout, SnapshotOptions.parse([])))
  }

  private func tally(of runner: ScenarioRunner) throws -> ScenarioTally {
    let tells = !output.quiet && Console.isTerminal(.standardError)
    let runs = try Launches(count: runs, tellsProgress: tells).each { run in
      try runner.outcomes(ofRun: run)
    }
    return ScenarioTally(
      steps: runner.scenario.steps.map(\.name), buffers: runner.scenario.buffers, runs: runs)
  }

  private func show(_ number: Int, of scenario: Scenario, from room: Room?) throws {
    let launch = SimulatedLaunch(
      scenario: self.scenario, number: number, step: step, draw: draw)
    let space = try launch.space(of: scenario, from: room)
    let inspection = try Inspection(
      space.snapshot(name: "\(scenario.name), launch \(number)"), layout: space.layout,
      requests: scenario.buffers, allocator: scenario.allocator)
    try output.write(
      text: { inspection.text($0) }, plain: { inspection.plain(top: output.top) },
      json: { inspection.json(top: output.top) })
    tell(space.layout)
  }
}
