/// A rule in a space that changes: what is known of its figure without asking the whole room, and when
/// it was worst.
struct TrackedRule {
  let rule: PolicyRule
  /// The place of its buffer in `RoomTracker.fits`, where that says how many fit.
  var buffer: Int?
  /// The event after which it was worst.
  private(set) var event = 0
  /// The last event after which it was seen to be as bad.
  private(set) var last = 0
  private var worst: RuleAnswer?
  /// Whether what is listed is taken and the rest free, at any moment. Of Wine's reservations that may
  /// not be so: then what is free is the least.
  private let isListed: Bool
  private let isCertain: Bool
  /// Whether the rule's figure is the sum of what each mapping counts by itself.
  private var sum: MappingSum?
  /// What the count of its buffer says, where it says something.
  private var fit: TrackedFit?

  init(_ rule: PolicyRule, map: EvolvingMap, layout: Layout, facts: LayoutFacts) {
    self.rule = rule
    isListed = facts.summary == nil && !facts.lacksMappings && layout.system != .windows
    isCertain = isListed && (layout.system == .linux || facts.knowsTraits)
    if isListed, layout.system == .linux, layout.blocked.isEmpty, rule.excused.isEmpty {
      sum = MappingSum(of: rule.subject, in: map, space: layout.space)
    }
  }

  /// The buffer that a room's tracker follows for it, nil where it follows none that the rule can rest
  /// on.
  mutating func trackedBuffer(
    layout: Layout, facts: LayoutFacts
  ) throws(AllocatorError) -> (BufferRequest, Allocator)? {
    guard case .fits(let request, let family) = rule.subject, !request.isThread, isListed
    else { return nil }
    let allocator = family.map { Allocator($0) } ?? .usual(in: layout)
    let model = FootprintModel(allocator: allocator, layout: layout, facts: facts)
    let footprint = try model.footprint(of: request)
    guard footprint.blocks.count == 1, try model.lines(of: request) == nil else { return nil }
    fit = TrackedFit(footprint, layout: layout, facts: facts)
    return fit == nil ? nil : (request, allocator)
  }

  /// Takes notice of what is mapped in and beside a stretch, before and after it changes.
  mutating func count(_ range: AddressRange, in map: EvolvingMap, adding: Bool) {
    sum?.count(range, in: map, adding: adding)
  }

  /// What is known of the figure, nil where nothing is.
  func bounds(in tracker: RoomTracker) -> FigureBounds? {
    guard isListed else { return nil }
    if let sum { return .exactly(sum.value) }
    switch rule.subject {
    case .largestFree: return free(tracker.largestFree)
    case .free: return free(tracker.freeBytes)
    case .fragmentation where isCertain:
      let share = Measured.fragmentation(
        free: tracker.freeBytes, largest: tracker.largestFree, for: rule.bound)
      return .exactly(share)
    case .fits:
      guard let buffer, let fit else { return nil }
      return fit.bounds(for: tracker.fits[buffer], in: tracker)
    case .kind where isCertain, .owner where isCertain:
      return .upTo(tracker.layout.space.size.lowered(by: tracker.freeBytes).value)
    default: return nil
    }
  }

  private func free(_ bytes: ByteCount) -> FigureBounds {
    let least = bytes.value
    return isCertain
      ? .exactly(least) : FigureBounds(least: least...least, most: least...(.max))
  }

  /// Whether the figure may be worse than the worst so far.
  func mayBeWorse(_ bounds: FigureBounds) -> Bool {
    guard let worst else { return true }
    return RuleAnswer(rule, bounds.worst(for: rule.bound)).isWorse(than: worst)
  }

  /// Takes notice of a figure.
  mutating func note(_ measured: Measured, _ event: Int) {
    let answer = RuleAnswer(rule, measured)
    guard worst.map(answer.isWorse) ?? true else { return noteEqual(measured, event) }
    worst = answer
    self.event = event
    last = event
  }

  /// Takes notice of a figure that is not worse.
  mutating func noteEqual(_ measured: Measured?, _ event: Int) {
    if let measured, measured == worst?.actual { last = event }
  }
}
