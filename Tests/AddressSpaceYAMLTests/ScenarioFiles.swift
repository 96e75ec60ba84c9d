import AddressSpaceSimulation
import AddressSpaceYAML
import SystemPackage
import TestSupport

/// The files of `fixtures/scenarios`, and the scenarios that are built in.
enum ScenarioFiles {
  static let folder = Fixtures.own.appending("scenarios")
  static let refusedFolder = folder.appending("refused")

  static let read = Fixtures.names(in: folder, suffix: ".yaml")
  static let refused = Fixtures.names(in: refusedFolder, suffix: ".yaml")

  /// What is accepted, by name.
  static func all() throws -> [(name: String, bytes: [UInt8])] {
    try read.map { ($0, try Fixtures.bytes(folder.appending($0))) }
      + ShippedScenario.allCases.map { ($0.rawValue, $0.bytes) }
  }

  private static let catalogue = Result { () throws(YAMLError) in
    try ImageCatalogueDocument.builtIn()
  }

  /// What is accepted, and why the rest is refused.
  static func outcome(_ bytes: [UInt8]) -> Result<Scenario, YAMLError> {
    do throws(YAMLError) {
      return .success(try ScenarioDocument.read(bytes, catalogue: try catalogue.get()))
    } catch {
      return .failure(error)
    }
  }
}
