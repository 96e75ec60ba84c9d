/// The rules that compare.
extension PolicyChecker {
  func new(_ rule: PolicyRule, _ owners: CountedOwners) -> RuleAnswer {
    guard let baseline else { return RuleAnswer(rule, .unknown) }
    let parts = baseline.additions(in: room).parts.filter { owners.counts($0.region) }
    return told(RuleAnswer(rule, room.measuredNew(parts, since: baseline.room)), parts)
  }

  func newPins(
    _ rule: PolicyRule, _ size: ByteCount?, _ span: ByteCount?, _ owners: CountedOwners
  ) -> RuleAnswer {
    guard let baseline else { return RuleAnswer(rule, .unknown) }
    let additions = baseline.additions(in: room)
    let pins = additions.pins(between: span ?? Additions.usualSpan(in: room.layout))
      .filter { pin in
        let low = room.regions[pin.lowerBound].range.lower
        let bytes = room.regions[pin.upperBound - 1].range.upper - low
        return (size.map { bytes < $0 } ?? true) && pin.contains(where: owners.counts)
      }
    let isCertain = room.listsAll && baseline.room.listsAll
    var answer = RuleAnswer(rule, isCertain ? .exactly(UInt64(pins.count)) : .unknown)
    answer.additions = additions.parts.filter { part in
      let next = pins.partitioningIndex { $0.upperBound > part.region }
      return next < pins.count && pins[next].contains(part.region)
    }
    if answer.verdict == .broken { answer.pins = self.pins(pins) }
    return answer
  }

  /// How far a figure has changed since the baseline, whatever the looks between.
  func change(
    _ rule: PolicyRule, _ change: PolicyRule.Change, _ owners: CountedOwners
  ) throws(AllocatorError) -> RuleAnswer {
    guard let baseline else { return RuleAnswer(rule, .unknown) }
    let before = try PolicyChecker(baseline.room).measured(change.subject, excused: rule.excused)
    let after = try measured(change.subject, excused: rule.excused)
    return blaming(
      RuleAnswer(rule, change.subject.worsened(from: before, to: after)), since: baseline)
  }

  /// A figure, held against nothing.
  func measured(
    _ subject: PolicyRule.Subject, excused: [String]
  ) throws(AllocatorError) -> Measured {
    try answer(to: PolicyRule(subject, .atMost(.max), excused: excused)).actual
  }

  /// With what of a subject that changed is new.
  func blaming(_ answer: RuleAnswer, since baseline: Baseline) -> RuleAnswer {
    guard case .change(let change) = answer.rule.subject else { return answer }
    let owners = CountedOwners(room, groups: groups, excused: answer.rule.excused)
    var parts = baseline.additions(in: room).parts.filter { owners.counts($0.region) }
    switch change.subject {
    case .owner(let owner):
      let fitting = Set(owners.bytes(of: owner).map(\.index))
      parts = parts.filter { fitting.contains($0.region) }
    case .kind(let kind): parts = parts.filter { room.regions[$0.region].kind == kind }
    default: break
    }
    // What is no larger than it was may have moved.
    return parts.isEmpty ? blaming(answer, owners) : told(answer, parts)
  }

  /// With what is new, and where that breaks the rule, who has it.
  private func told(_ answer: RuleAnswer, _ parts: [Additions.Part]) -> RuleAnswer {
    var answer = blaming(answer, parts.map { (index: $0.region, bytes: $0.bytes) })
    answer.additions = parts
    return answer
  }
}

extension PolicyRule.Subject {
  /// How much worse a figure has become.
  func worsened(from before: Measured, to after: Measured) -> Measured {
    isWorseWithMore == false ? after.shortfall(to: before) : before.shortfall(to: after)
  }
}

extension Additions {
  /// Between free spans larger than this a pin counts where nothing else is said. Thread arenas of
  /// glibc begin at multiples of their size (`HEAP_MAX_SIZE`) and leave holes that differ from start to
  /// start; those are smaller.
  public static func usualSpan(in layout: Layout) -> ByteCount {
    GlibcArenaShapes.largestHeap(layout.wordSize)
  }
}
