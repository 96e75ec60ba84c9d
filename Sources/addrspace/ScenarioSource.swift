import AddressSpace
import AddressSpaceSimulation
import AddressSpaceYAML

/// Where a scenario comes from: one that is built in, by its name, or a file.
struct ScenarioSource {
  /// As it was written.
  let word: String

  /// The scenario, on another system than its own where one is named.
  func scenario(on system: String? = nil) throws -> Scenario {
    let bytes = try ShippedScenario(rawValue: word)?.bytes ?? file()
    var scenario: Scenario
    do throws(YAMLError) {
      scenario = try ScenarioDocument.read(bytes, catalogue: ImageCatalogueDocument.builtIn())
    } catch {
      throw Failure(.badInput, error.message(in: word == "-" ? "standard input" : word))
    }
    scenario.settings.system = system ?? scenario.settings.system
    return scenario
  }

  private func file() throws -> [UInt8] {
    do {
      return try Console.read(word)
    } catch let failure as Failure where failure.status == .notFound && !word.contains("/") {
      let names = ShippedScenario.allCases.map(\.rawValue)
      let hint =
        word.nearest(of: names).map { "Did you mean \"\($0)\"?" }
        ?? "Scenarios are \(names.joined(separator: ", ")); any other is a file."
      throw Failure(.notFound, "no scenario and no file \"\(word)\". \(hint)")
    }
  }
}
