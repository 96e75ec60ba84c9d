import AddressSpace
import AddressSpaceReport

/// Rules that a space is held against, alone or as it was before.
struct PolicyAssertion {
  let source: PolicySource
  let space: SpaceUnderTest
  /// What rules that compare do so with, nil where there is nothing.
  let earlier: SpaceUnderTest?

  init(_ source: PolicySource, of space: SpaceUnderTest, since earlier: SpaceUnderTest? = nil) {
    self.source = source
    self.space = space
    self.earlier = earlier
  }

  /// Fails the test that runs where a rule is not held or could not be measured.
  func check(at site: CallSite) {
    do throws(PolicySource.Refused) {
      if let text = try failure() { Failure.record(text, at: site) }
    } catch {
      Failure.record(error.reason.printable, at: site)
    }
  }

  /// What to say, nil where all rules are held.
  private func failure() throws(PolicySource.Refused) -> String? {
    let policy = try source.policy()
    try refuseComparisons(policy)
    do throws(NotMeasured) {
      let baseline: Baseline?
      if let earlier { baseline = Baseline(try earlier.look().room) } else { baseline = nil }
      let look = try space.look()
      if let baseline, !baseline.isComparable(with: look.room) {
        throw NotMeasured(
          reason: "\(look.title) is \(look.room.layout.name), and what it is compared with is "
            + "\(baseline.room.layout.name).")
      }
      return try failure(of: policy, in: look, since: baseline)
    } catch {
      let rules = policy.rules.count == 1 ? "\(policy.rules[0])" : "\(policy.rules.count) rules"
      return "could not measure \(rules): \(error.reason)".printable
    }
  }

  private func failure(
    of policy: Policy, in look: Look, since baseline: Baseline?
  ) throws(NotMeasured) -> String? {
    var trial = PolicyTrial(policy, baseline: baseline)
    do throws(AllocatorError) {
      try trial.look(at: look.room)
    } catch .foreign(let family, let layout) {
      throw NotMeasured(reason: "\(family.rawValue) does not exist in the layout \(layout).")
    } catch {
      throw NotMeasured(reason: error.description)
    }
    if trial.verdict == .held { return nil }
    let target = CheckedTarget(
      source: look.source, word: look.kept().word, layout: look.room.layout, trial: trial)
    return target.assertionText(calling: look.title)
  }

  private func refuseComparisons(_ policy: Policy) throws(PolicySource.Refused) {
    for rule in policy.rulesOfChange {
      guard case .change(let change) = rule.subject, change.looks != nil else { continue }
      throw .init(reason: "\"\(rule)\" compares looks, and an assertion looks once.")
    }
    guard earlier == nil, let rule = policy.rulesOfBaseline.first ?? policy.rulesOfChange.first
    else { return }
    throw .init(reason: "\"\(rule)\" needs something to compare with: name it behind since.")
  }
}
