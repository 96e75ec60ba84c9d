import AddressSpace

/// What a program lives through, with what it has inside and the remedies that are taken.
struct ScenarioPlan: Sendable {
  let steps: [Scenario.Step]
  let settings: Scenario.Settings
  let remedies: Set<String>
}

/// What is looked at after a step: the space, what was asked for in vain, and what is committed and
/// resident besides.
typealias StepLook<Answer> = (
  ModelledSpace, StepOutcome.Failure?, LifeTape.PageTotals
) throws(ScenarioRunner.Problem) -> Answer

extension ScenarioProgram {
  /// What a plan asks for where nothing is refused; nil where that is not the same in every run.
  func tape(of plan: ScenarioPlan) -> LifeTape? {
    guard !dependsOnChance(plan.settings.python), var life = life(by: plan, on: TapingStage(layout))
    else { return nil }
    var steps: [LifeTape.Step] = []
    for step in plan.steps {
      life.live(step)
      steps.append(LifeTape.Step(items: life.stage.takeItems(), heap: life.heapFacts))
      guard life.stage.isWhole else { return nil }
    }
    return counting(pagesOf: LifeTape(steps: steps))
  }

  /// The tape with what changes of pages add, as one launch tells.
  private func counting(pagesOf tape: LifeTape) -> LifeTape {
    guard layout.system == .windows else { return tape }
    var random = SeededRandom(seed: 0)
    // A limit of what may be committed would be met earlier.
    guard let stage = start(&random), stage.space.facts.limits == nil,
      let whole = try? play(tape, on: stage, isBrief: false, { space, _, _ in space }),
      let brief = try? play(tape, on: stage, isBrief: true, { space, _, _ in space })
    else { return tape }
    var tape = tape
    for (step, (whole, brief)) in zip(whole, brief).enumerated() {
      tape.steps[step].pages = LifeTape.PageTotals(
        committed: Int64(whole.committedBytes.value) - Int64(brief.committedBytes.value),
        resident: Int64(whole.residentBytes.value) - Int64(brief.residentBytes.value))
    }
    return tape
  }

  /// Whether where an arena of Python's lies decides how many pools it has: where those are aligned
  /// to more than the system aligns to.
  private func dependsOnChance(_ python: PythonVersion?) -> Bool {
    let rules = python.flatMap { ObmallocRules(PythonBuild($0, for: layout)) }
    return rules.map { ByteCount($0.poolBytes) > layout.granularity } ?? false
  }

  /// Starts the program and looks at its space after every step: from the tape as long as the heap
  /// gets what it asks for.
  ///
  /// - Parameter isBrief: whether pages may be left as they were mapped, and be told in sums.
  func run<Answer>(
    _ plan: ScenarioPlan, tape: LifeTape?, _ run: Int, _ random: inout SeededRandom,
    isBrief: Bool, _ look: StepLook<Answer>
  ) throws(ScenarioRunner.Problem) -> [Answer] {
    guard let stage = start(&random) else { throw .noRoomToStart(run: run) }
    // Where the system promises only so much memory it matters when it is committed, which the tape
    // does not tell.
    if let tape, stage.space.limits.committed == .max,
      let answers = try play(tape, on: stage, isBrief: isBrief && tape.countsPages, look)
    {
      return answers
    }
    guard var life = life(by: plan, on: stage) else { throw .noRoomToStart(run: run) }
    var answers: [Answer] = []
    for step in plan.steps {
      life.live(step)
      var space = life.stage.space
      space.facts.heap = life.heapFacts ?? space.facts.heap
      answers.append(try look(space, life.stage.failure, .init()))
    }
    return answers
  }

  private func play<Answer>(
    _ tape: LifeTape, on stage: Stage, isBrief: Bool, _ look: StepLook<Answer>
  ) throws(ScenarioRunner.Problem) -> [Answer]? {
    var player = TapePlayer(on: stage, isBrief: isBrief)
    var answers: [Answer] = []
    for step in tape.steps {
      guard player.play(step.items) else { return nil }
      var space = player.stage.space
      space.facts.heap = player.heap(step.heap) ?? space.facts.heap
      let pages = player.isBrief ? step.pages : nil
      answers.append(try look(space, player.stage.failure, pages ?? .init()))
    }
    return answers
  }

  /// The life of the program; nil where its heap has no room.
  private func life<Place: LifeStage>(
    by plan: ScenarioPlan, on stage: Place
  ) -> ScenarioLife<Place, Heap>? {
    var stage = stage
    guard let heap = heap(in: &stage) else { return nil }
    return ScenarioLife(
      stage, heap: heap, settings: plan.settings, taking: plan.remedies)
  }
}
