import AddressSpace
import AddressSpaceProcess
import AddressSpaceReport
import AddressSpaceSimulation
import AddressSpaceYAML

/// One launch of a scenario.
struct TestedLaunch: Sendable {
  let name: LaunchName

  func look() throws(NotMeasured) -> Look {
    guard name.number > 0 else {
      throw NotMeasured(reason: "there is no launch \(name.number). They are counted from 1.")
    }
    do {
      let catalogue = try ImageCatalogueDocument.builtIn()
      let scenario = try ScenarioDocument.read(bytes(), catalogue: catalogue)
      let space = try ScenarioRunner(
        scenario, taking: name.remedies, catalogue: catalogue, seed: name.seed
      )
      .space(ofRun: name.number, after: name.step)
      let snapshot = space.snapshot(name: "\(scenario.name), launch \(name.number)")
      return Look(
        source: snapshot.source,
        room: Room(map: snapshot.map, layout: space.layout, facts: snapshot.facts),
        title: snapshot.source.calling, word: name.words)
    } catch let error as YAMLError {
      throw NotMeasured(reason: error.message(in: name.scenario))
    } catch let error as ScenarioRunner.Problem {
      throw NotMeasured(reason: error.description)
    } catch {
      throw NotMeasured(reason: "\(name.scenario) cannot be read: \(error).")
    }
  }

  private func bytes() throws -> [UInt8] {
    // More than a scenario may have is refused by who reads it.
    try ShippedScenario(rawValue: name.scenario)?.bytes
      ?? OpenFile.all(of: name.scenario, atMost: 1 << 24) ?? []
  }
}
