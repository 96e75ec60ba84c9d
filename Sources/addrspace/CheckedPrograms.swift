import AddressSpace
import AddressSpaceReport

/// The programs of several launches, those of one name taken for the same, in their order.
struct CheckedPrograms {
  private let policy: Policy
  private let required: RequiredShare
  private var order: [Name] = []
  private var programs: [Name: Program] = [:]

  private struct Name: Hashable {
    var text: String
    /// Which of those of this name in a launch.
    var place: Int
  }

  private struct Program {
    var runs: PolicyRuns
    /// What is told of it, by rule of the worst launch.
    var told: CheckedTarget
  }

  init(_ policy: Policy, required: RequiredShare) {
    self.policy = policy
    self.required = required
  }

  mutating func add(_ targets: [CheckedTarget]) {
    var places: [String: Int] = [:]
    for target in targets {
      let text = target.source.name ?? ""
      let name = Name(text: text, place: places[text, default: 0])
      places[text, default: 0] += 1
      var program =
        programs[name] ?? Program(runs: PolicyRuns(policy, required: required), told: target)
      if programs[name] == nil { order.append(name) }
      program.runs.add(target.trial)
      let commands = policy.rules.indices.map(target.command)
      if program.runs.count == 1 { program.told.commands = commands }
      for (rule, run) in program.runs.worst.enumerated() where run == program.runs.count {
        program.told.stacks[rule] = target.stacks[rule]
        program.told.commands[rule] = commands[rule]
      }
      programs[name] = program
    }
  }

  /// What came of each of them.
  var targets: [CheckedTarget] {
    order.compactMap { name in
      guard let program = programs[name] else { return nil }
      var target = program.told
      target.trial = program.runs.trial
      return target
    }
  }
}
