/// Holds a policy against a space that changes: of each rule the moment that is worst for it, found as
/// if every rule was asked after every change.
///
/// What a change brings is counted beside it where the figure allows (`TrackedRule`). A rule is asked
/// of the whole room only where what is known of its figure does not say that it cannot be worse than
/// the worst so far.
public struct PolicyTracker: Sendable {
  /// What has to hold.
  public let policy: Policy
  /// What the rules that compare do so with.
  public let baseline: Baseline?
  /// How many moments there were.
  public private(set) var looks = 0
  /// How often a rule was asked of a whole room.
  private(set) var evaluations = 0
  private var tracker: RoomTracker
  private var rules: [TrackedRule]

  /// A tracker of a space that begins as `map`; it has not looked yet.
  public init(
    _ policy: Policy, baseline: Baseline? = nil, map: EvolvingMap, layout: Layout,
    facts: LayoutFacts
  ) throws(AllocatorError) {
    self.policy = policy
    self.baseline = baseline
    var buffers: [(BufferRequest, Allocator)] = []
    var rules: [TrackedRule] = []
    for rule in policy.rules {
      var tracked = TrackedRule(rule, map: map, layout: layout, facts: facts)
      if let buffer = try tracked.trackedBuffer(layout: layout, facts: facts) {
        tracked.buffer = buffers.count
        buffers.append(buffer)
      }
      rules.append(tracked)
    }
    self.rules = rules
    tracker = try RoomTracker(map, layout: layout, facts: facts, buffers: buffers)
  }

  /// The space as it is.
  public var map: EvolvingMap { tracker.map }

  /// The event after which each rule is worst, the first of equally bad ones; 0 is the beginning.
  public var worst: [Int] { rules.map(\.event) }

  /// The last event after which each rule was seen to be as bad as that.
  public var last: [Int] { rules.map(\.last) }

  /// Applies a change that the event `maker` made.
  public mutating func apply(_ change: MapChange, by maker: UInt32) {
    let windows = change.ranges
    for range in windows { count(range, adding: false) }
    tracker.apply(change, by: maker)
    for range in windows { count(range, adding: true) }
  }

  private mutating func count(_ range: AddressRange, adding: Bool) {
    for index in rules.indices { rules[index].count(range, in: tracker.map, adding: adding) }
  }

  /// Holds how things are against all rules.
  ///
  /// - Parameters:
  ///   - event: the last event by now.
  ///   - heap: what malloc's heap holds now, where that was read.
  public mutating func look(
    after event: Int, heap: HeapFacts? = nil
  ) throws(AllocatorError) {
    looks += 1
    var room: Room?
    for index in rules.indices {
      if heap == nil, let bounds = rules[index].bounds(in: tracker) {
        guard rules[index].mayBeWorse(bounds) else {
          rules[index].noteEqual(bounds.measured, event)
          continue
        }
        if let measured = bounds.measured {
          rules[index].note(measured, event)
          continue
        }
      }
      let whole = room ?? self.room(heap: heap)
      room = whole
      evaluations += 1
      rules[index].note(try whole.figure(of: rules[index].rule, baseline: baseline), event)
    }
  }

  private func room(heap: HeapFacts?) -> Room {
    var facts = tracker.facts
    facts.heap = heap
    return Room(map: map.map.classified(with: facts), layout: tracker.layout, facts: facts)
  }
}

extension Room {
  /// What a rule measures; nobody is blamed for it.
  func figure(
    of rule: PolicyRule, baseline: Baseline? = nil
  ) throws(AllocatorError) -> Measured {
    if let measured = try roomFigure(of: rule) { return measured }
    var rule = rule
    // No figure breaks these, and in which direction a share is rounded stays.
    rule.bound = rule.bound.isAtLeast ? .atLeast(0) : .atMost(.max)
    return try PolicyChecker(self, baseline: baseline).answer(to: rule).actual
  }
}

extension MapChange {
  /// The stretches outside of which nothing changes, apart from each other.
  fileprivate var ranges: [AddressRange] {
    switch self {
    case .map(let region): return [region.range]
    case .unmap(let range), .protect(let range, _): return [range]
    case .move(let from, let to, _):
      guard from.upper < to.lower || to.upper < from.lower else {
        return AddressRange(min(from.lower, to.lower), max(from.upper, to.upper)).map { [$0] } ?? []
      }
      return [from, to]
    }
  }
}
