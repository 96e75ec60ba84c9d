public import AddressSpace

/// Runs a scenario: any run of it, whatever runs were made before.
public struct ScenarioRunner: Sendable {
  /// The scenario.
  public let scenario: Scenario
  /// The remedies that are taken.
  public let remedies: [String]
  private let program: any ScenarioProgram
  private let plan: ScenarioPlan
  private let seed: UInt64
  /// What all runs have in common, nil where they are lived one by one.
  private var tape: LifeTape?

  /// A runner of a scenario that takes some of its remedies; settings of later ones count.
  ///
  /// - Parameter room: what the scenario goes on from, such as a process; nil for new launches.
  public init(
    _ scenario: Scenario, taking remedies: [String] = [], from room: Room? = nil,
    catalogue: ImageCatalogue, seed: UInt64
  ) throws(Problem) {
    self.scenario = scenario
    self.remedies = remedies
    self.seed = seed
    var settings = scenario.settings
    for name in remedies {
      guard let remedy = scenario.remedies.first(where: { $0.name == name }) else {
        throw .unknownRemedy(name, of: scenario)
      }
      settings = settings.with(remedy.changes)
    }
    plan = ScenarioPlan(steps: scenario.steps, settings: settings, remedies: Set(remedies))
    program = try Self.program(of: settings, in: room, from: catalogue)
    tape = program.tape(of: plan)
  }

  private static func program(
    of settings: Scenario.Settings, in room: Room?, from catalogue: ImageCatalogue
  ) throws(Problem) -> any ScenarioProgram {
    guard let system = ModelledSystem(named: settings.system) else {
      throw .unknownSystem(settings.system)
    }
    if let room, (room.layout.system == .linux) == system.isWindows {
      throw .otherSystem(settings.system, layout: room.layout.name)
    }
    let program: (any ScenarioProgram)? =
      switch (system, room) {
      case (.windows(let model), _):
        WindowsScenarioProgram(settings, on: model, in: room, from: catalogue)
      case (.linux(let name), nil): LinuxScenarioProgram(settings, on: name)
      case (.linux, let room?): ContinuedLinuxProgram(room, settings)
      }
    guard let program else {
      throw .foreignProgram(settings.program, system: settings.system)
    }
    return program
  }

  /// The rules of the space, as far as chance does not decide them.
  public var layout: Layout { program.layout }

  /// The same, but every run is lived step by step: slow, and the same.
  func withoutTape() -> ScenarioRunner {
    var runner = self
    runner.tape = nil
    return runner
  }

  /// One run: how things were after every step.
  public func outcomes(ofRun run: Int) throws(Problem) -> [StepOutcome] {
    try each(run: run, isBrief: true) { (space, failure, pages) throws(Problem) in
      try outcome(space, failure, pages)
    }
  }

  /// The spaces of one run, after every step.
  public func spaces(ofRun run: Int) throws(Problem) -> [ModelledSpace] {
    try each(run: run, isBrief: false) { (space, _, _) throws(Problem) in space }
  }

  /// The space of one run after the step of this name, the last one where it is nil.
  public func space(ofRun run: Int, after step: String? = nil) throws(Problem) -> ModelledSpace {
    let place = step.map { name in scenario.steps.firstIndex { $0.name == name } }
    guard let place = place ?? scenario.steps.indices.last else {
      throw .unknownStep(step ?? "", of: scenario)
    }
    return try spaces(ofRun: run)[place]
  }

  private func each<Answer>(
    run: Int, isBrief: Bool, _ look: StepLook<Answer>
  ) throws(Problem) -> [Answer] {
    var random = SeededRandom(seed: seed, run: run)
    return try program.run(plan, tape: tape, run, &random, isBrief: isBrief, look)
  }

  private func outcome(
    _ space: ModelledSpace, _ failure: StepOutcome.Failure?, _ pages: LifeTape.PageTotals
  ) throws(Problem) -> StepOutcome {
    let room = space.outline
    let allocator = scenario.allocator ?? .usual(in: room.layout)
    var fits: [UInt64] = []
    do {
      for buffer in scenario.buffers {
        let (piece, count) = plan.settings.pieces(of: buffer)
        fits.append(try Forecaster(room).forecast(piece, allocator: allocator).fits / count)
      }
    } catch {
      throw .buffer(error)
    }
    return StepOutcome(
      largestFree: room.largestFreeSpan?.size ?? .zero, free: room.freeBytes,
      mapped: space.mappedBytes,
      committed: ByteCount(UInt64(Int64(space.committedBytes.value) + pages.committed)),
      resident: ByteCount(UInt64(Int64(space.residentBytes.value) + pages.resident)),
      fits: fits, failure: failure)
  }
}
