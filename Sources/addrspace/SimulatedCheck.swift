import AddressSpace
import AddressSpaceReport
import AddressSpaceSimulation

/// Holds launches of a scenario against a policy.
struct SimulatedCheck {
  let policy: Policy
  let baseline: Baseline?
  /// The first launch.
  let first: SimulatedLaunch
  let launches: Launches
  /// How many of the launches have to hold a rule that does not say so itself.
  let required: RequiredShare
  let layout: LayoutOptions

  func targets() throws -> [CheckedTarget] {
    let scenario = try ScenarioSource(word: first.scenario).scenario(on: layout.layout)
    let runner = try first.draw.runner(of: scenario, taking: first.draw.together)
    let checked = try launches.each { number in
      try target(runner.space(ofRun: number, after: first.step), number, of: scenario)
    }
    var programs = CheckedPrograms(policy, required: required)
    for target in checked { programs.add([target]) }
    return programs.targets
  }

  private func target(
    _ space: ModelledSpace, _ number: Int, of scenario: Scenario
  ) throws -> CheckedTarget {
    let snapshot = space.snapshot(name: scenario.name)
    let room = try layout.room(for: snapshot)
    if let baseline { try baseline.refuse(others: room, of: scenario.name) }
    var trial = PolicyTrial(policy, baseline: baseline)
    do throws(AllocatorError) {
      try trial.look(at: room)
    } catch {
      throw Failure(asking: error)
    }
    let launch = SimulatedLaunch(
      scenario: first.scenario, number: number, step: first.step, draw: first.draw)
    var checked = CheckedTarget(
      source: snapshot.source, word: launch.words, layout: room.layout, trial: trial,
      diagnostics: snapshot.diagnostics(under: room))
    // Nobody allocates in a model.
    checked.stacks = policy.rules.map { _ in [:] }
    return checked
  }
}
