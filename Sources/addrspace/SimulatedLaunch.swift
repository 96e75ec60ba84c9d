import AddressSpace
import AddressSpaceReport
import AddressSpaceSimulation
import ArgumentParser

/// One launch of a scenario, as it is after a step.
struct SimulatedLaunch {
  let scenario: String
  /// From 1.
  let number: Int
  /// The last one where none is named.
  let step: String?
  let draw: DrawOptions

  /// As a command takes it in the place of a target.
  var words: String {
    LaunchName(
      scenario, number: number, step: step, remedies: draw.remedy, seed: draw.seed
    ).words
  }

  /// What it is called in messages.
  var name: String { "\(scenario), launch \(number)" }

  /// What lies where then.
  func snapshot(on system: String?) throws -> Snapshot {
    let scenario = try ScenarioSource(word: self.scenario).scenario(on: system)
    return try space(of: scenario).snapshot(name: "\(scenario.name), launch \(number)")
  }

  /// The space then.
  func space(of scenario: Scenario, from room: Room? = nil) throws -> ModelledSpace {
    let runner = try draw.runner(of: scenario, taking: draw.together, from: room)
    return try runner.space(ofRun: number, after: step)
  }
}
