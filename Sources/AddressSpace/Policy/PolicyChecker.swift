/// Holds a room against rules.
///
/// What a source does not tell is not guessed: where it only bounds a figure, and the limit lies
/// beyond the bound, the rule is undecided.
public struct PolicyChecker: Sendable {
  /// The room that is checked.
  public let room: Room
  /// What it is compared with, where a rule does; without one such rules are undecided.
  public let baseline: Baseline?
  let groups: [RegionGroup]

  /// A checker of a room.
  public init(_ room: Room, baseline: Baseline? = nil) {
    self.room = room
    self.baseline = baseline
    groups = room.groups()
  }

  /// The answers to all rules, in their order.
  public func answers(to policy: Policy) throws(AllocatorError) -> [RuleAnswer] {
    var answers: [RuleAnswer] = []
    for rule in policy.rules { answers.append(try answer(to: rule)) }
    return answers
  }

  /// The answer to one rule.
  ///
  /// Excused owners do not count for `owner`, `origin`, `module`, `kind`, `pins`, `regions`, `new` and
  /// `new-pins`. For `largest-free`, `free`, `fragmentation` and `fits` they still take their room; they
  /// are only not blamed for it.
  public func answer(to rule: PolicyRule) throws(AllocatorError) -> RuleAnswer {
    let owners = CountedOwners(room, groups: groups, excused: rule.excused)
    switch rule.subject {
    case .largestFree: return blaming(RuleAnswer(rule, room.measuredLargestFree), owners)
    case .fragmentation:
      return blaming(RuleAnswer(rule, room.measuredFragmentation(for: rule.bound)), owners)
    case .free:
      let parts = room.regions.indices.filter(owners.counts)
        .map { (index: $0, bytes: room.regions[$0].size) }
      return blaming(RuleAnswer(rule, room.measuredFree), parts)
    case .fits(let request, let family): return try fits(rule, request, family, owners)
    case .regions: return regions(rule, owners)
    case .kind(let kind): return self.kind(rule, kind, owners)
    case .owner(let owner):
      let parts = owners.bytes(of: owner)
      let measured = room.measured(parts.lazy.map(\.bytes).total())
      return blaming(RuleAnswer(rule, measured), parts)
    case .pins(let size, let span):
      let pins = room.smallRuns(smallerThan: size, between: span)
      let blamed = pins.listed.filter { $0.contains(where: owners.counts) }
      let count = UInt64(blamed.count)
      let isCertain = pins.isCertain && !room.isUpperBound
      var answer = RuleAnswer(
        rule,
        isCertain ? .exactly(count) : room.isUpperBound ? .unknown : .atLeast(count))
      if answer.verdict == .broken { answer.pins = self.pins(blamed) }
      return answer
    case .new: return new(rule, owners)
    case .newPins(let size, let span): return newPins(rule, size, span, owners)
    case .change(let change): return try self.change(rule, change, owners)
    }
  }

  private func fits(
    _ rule: PolicyRule, _ request: BufferRequest, _ family: Allocator.Family?,
    _ owners: CountedOwners
  ) throws(AllocatorError) -> RuleAnswer {
    let forecast = try room.forecast(request, family)
    let allocator = forecast.allocator
    var answer = RuleAnswer(rule, room.measured(forecast))
    answer.forecast = forecast
    guard answer.verdict == .broken else { return answer }
    let blamed = try PinRanking(room, for: [(request, allocator)]).worstPins(for: [forecast])
      .filter { $0.regions.allSatisfy(owners.counts) }
    answer.pins = blamed.filter(\.gainsBuffers)
    // What widens the largest span alone is of no use against another wall.
    if forecast.limitingWall == nil { answer.pins += blamed.filter { !$0.gainsBuffers } }
    if case .atLeast(let limit) = rule.bound, limit > forecast.fits,
      limit - forecast.fits <= Self.mostPlanned
    {
      let plan = try ClearingPlanner(room, for: request, allocator: allocator).cheapest(
        more: limit - forecast.fits)
      answer.plan = plan.flatMap { $0.regions.allSatisfy(owners.counts) ? $0 : nil }
    }
    return answer
  }

  /// No space has room for more buffers than this of a size that is worth a plan.
  private static let mostPlanned: UInt64 = 1 << 32

  private func regions(_ rule: PolicyRule, _ owners: CountedOwners) -> RuleAnswer {
    let excused = room.regions.indices.count { !room.regions[$0].isNotListed && !owners.counts($0) }
    var answer = RuleAnswer(rule, room.measuredRegions(without: UInt64(excused)))
    if answer.verdict == .broken, excused == 0 {
      answer.owners = room.usage(by: .origin).sorted {
        ($1.regions, $1.bytes) < ($0.regions, $0.bytes)
      }
    }
    return answer
  }

  private func kind(
    _ rule: PolicyRule, _ kind: Region.Kind, _ owners: CountedOwners
  ) -> RuleAnswer {
    let all = room.regions.indices.filter {
      room.regions[$0].kind == kind && !room.regions[$0].isNotListed
    }
    let parts = all.filter(owners.counts).map { (index: $0, bytes: room.regions[$0].size) }
    let excused = all.lazy.map { room.regions[$0].size }.total()
      .lowered(by: parts.lazy.map(\.bytes).total())
    let measured = room.measured(kind, without: excused)
    return blaming(RuleAnswer(rule, measured), parts)
  }
}
