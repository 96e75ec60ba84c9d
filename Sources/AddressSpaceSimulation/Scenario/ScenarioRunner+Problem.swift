public import AddressSpace

extension ScenarioRunner {
  /// Why a scenario cannot be run.
  public enum Problem: Error, Equatable, Sendable {
    /// It names a system that is not modelled.
    case unknownSystem(String)
    /// The program is none that the system runs.
    case foreignProgram(String, system: String)
    /// What the scenario is to go on from is of another system than its own.
    case otherSystem(String, layout: String)
    /// It has no remedy of this name.
    case unknownRemedy(String, of: Scenario)
    /// It has no step of this name.
    case unknownStep(String, of: Scenario)
    /// The program has no room to start in.
    case noRoomToStart(run: Int)
    /// A buffer cannot be asked about.
    case buffer(AllocatorError)
  }
}

extension ScenarioRunner.Problem: CustomStringConvertible {
  /// The sentence to print.
  public var description: String {
    switch self {
    case .unknownSystem(let name): "\(name) is not modelled."
    case .foreignProgram(let program, let system):
      "\(system) does not run \(program). Choose another --layout."
    case .otherSystem(let system, let layout):
      "the scenario is of \(system), what it should go on from of \(layout). Name a target of the "
        + "same system."
    case .unknownRemedy(let name, let scenario):
      "\(scenario.name) has no remedy \"\(name)\". "
        + Self.hint(name, of: scenario.remedies.map(\.name))
    case .unknownStep(let name, let scenario):
      "\(scenario.name) has no step \"\(name)\". "
        + Self.hint(name, of: scenario.steps.map(\.name))
    case .noRoomToStart(let run): "in launch \(run) the program has no room to start."
    case .buffer(let error): error.description
    }
  }

  private static func hint(_ name: String, of known: [String]) -> String {
    guard !known.isEmpty else { return "It has none." }
    if let nearest = name.nearest(of: known) { return "Did you mean \"\(nearest)\"?" }
    return "It has " + known.map { "\"\($0)\"" }.joined(separator: ", ") + "."
  }
}
