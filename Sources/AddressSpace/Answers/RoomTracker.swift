/// The room of an address space that changes: after every change what `Room` and `Forecaster` would
/// say of the map then, found by counting only what lies beside the change anew.
public struct RoomTracker: Sendable {
  /// The space as it is.
  public private(set) var map: EvolvingMap
  /// What is known of the process besides its map.
  public let facts: LayoutFacts
  /// All free bytes.
  public private(set) var freeBytes: ByteCount = .zero
  /// The largest free span.
  public private(set) var largestFree: ByteCount = .zero
  /// How many more of each buffer fit. What `isCurrent` is not of may be that of some changes ago.
  public private(set) var fits: [UInt64]

  private var sizes = SizeBag()
  private var buffers: [TrackedBuffer] = []
  private var watch: BreakWatch
  private let rules: SpanRules
  /// Whether some buffers have to be counted anew where spans change.
  private let needsCounts: Bool
  /// What may still be spent on such counts, in `costOfCount`.
  private var allowance = RoomTracker.firstAllowance

  /// Where the brk heap ends, nil where nothing tells.
  public var endOfBreak: Address? { watch.end }

  /// The rules that the room is counted under.
  public var layout: Layout { rules.layout }

  /// The room of `map`, followed for some buffers.
  public init(
    _ map: EvolvingMap, layout: Layout, facts: LayoutFacts = LayoutFacts(),
    buffers requests: [(BufferRequest, Allocator)] = []
  ) throws(AllocatorError) {
    self.map = map
    self.facts = facts
    rules = SpanRules(layout: layout, facts: facts)
    watch = BreakWatch(map, layout: layout, facts: facts)
    for (request, allocator) in requests {
      buffers.append(
        try TrackedBuffer(
          request, allocator, layout: layout, facts: facts, endOfBreak: watch.end))
    }
    needsCounts = buffers.contains { !$0.isAdditive }
    fits = Array(repeating: 0, count: buffers.count)
    count(SpanWindow.all, adding: true)
    recount()
    summarize()
  }

  /// Whether the count of a buffer is that of the map as it is.
  ///
  /// Always, but of a buffer of several blocks (Pillow), which have to be placed one by one: that is
  /// done when more or fewer of its largest block fit, and the more seldom the longer it takes.
  public func isCurrent(_ buffer: Int) -> Bool { !buffers[buffer].isStale }

  /// Applies a change that the event `maker` made.
  public mutating func apply(_ change: MapChange, by maker: UInt32) {
    switch change {
    case .protect where !rules.dependOnAccess:
      map.apply(change, by: maker)
    case .protect(let range, _), .unmap(let range):
      apply(change, by: maker, in: window(range))
    case .map(let region):
      apply(change, by: maker, in: window(region.range))
    case .move(let from, let to, _):
      let (one, other) = (window(from), window(to))
      if one.overlaps(other) {
        apply(change, by: maker, in: one.hull(with: other))
      } else {
        count(other, adding: false)
        apply(change, by: maker, in: one)
        count(other, adding: true)
      }
    }
    let end = watch.end
    if watch.notice(change, in: map) { moveBreak(from: end) }
    if needsCounts {
      allowance += Self.allowanceForChange
      if allowance >= costOfCount, buffers.contains(where: \.isDue) { recount() }
    }
    summarize()
  }

  /// What one count of blocks that have to be placed one by one costs, as far as is known before:
  /// more spans hold more blocks, and each block is looked for in all spans. A unit is about a fifth
  /// of a microsecond.
  private var costOfCount: Int {
    min(map.pieceCount, 1 << 20) * min(map.pieceCount, 1 << 20) + 1000
  }

  /// A second; then half a second for a million changes.
  private static let firstAllowance = 5_000_000
  private static let allowanceForChange = 3

  private func window(_ range: AddressRange) -> SpanWindow {
    rules.window(range.lower.value, range.upper.value, in: map)
  }

  private mutating func apply(_ change: MapChange, by maker: UInt32, in window: SpanWindow) {
    count(window, adding: false)
    map.apply(change, by: maker)
    count(window, adding: true)
  }

  private mutating func count(_ window: SpanWindow, adding: Bool) {
    var walk = SpanWalk(window, in: map, rules)
    while let span = walk.next(in: map, rules) {
      let size = span.upper - span.lower
      if adding {
        freeBytes += ByteCount(size)
        sizes.add(size)
      } else {
        freeBytes = freeBytes - ByteCount(size)
        sizes.remove(size)
      }
      guard !buffers.isEmpty else { continue }
      let placeable = placeable(in: span)
      for index in buffers.indices { buffers[index].count(placeable, adding: adding) }
    }
  }

  private func placeable(in span: SpanWalk.Span) -> AddressRange? {
    let upper = Address(span.upper)
    return AddressRange(
      Address(span.lower),
      span.isGuarded ? upper.lowered(by: rules.layout.guardGap) : upper)
  }

  /// Counts what begins where the brk heap ends, and where it ended, anew.
  private mutating func moveBreak(from before: Address?) {
    let after = watch.end
    let ranges = [before, after].compactMap { $0.flatMap(placeable(from:)) }
    for index in buffers.indices {
      buffers[index].moveBreak(to: after, layout: rules.layout, facts: facts, ranges)
    }
  }

  /// What can be placed in the free span that begins at `address`, nil where none does.
  private func placeable(from address: Address) -> AddressRange? {
    let below = map.list.before(map.list.position(above: address.value)).flatMap { map.list[$0] }
    guard address == layout.space.lower || below?.upper == address.value else { return nil }
    var walk = SpanWalk(SpanWindow(low: address.value, high: .max), in: map, rules)
    guard let span = walk.next(in: map, rules), span.lower == address.value else { return nil }
    return placeable(in: span)
  }

  /// Whether the system has a place for one block of so many bytes.
  public func canPlace(_ bytes: ByteCount) -> Bool {
    guard bytes <= largestFree, let size = max(bytes, 1).roundedUp(to: layout.pageSize) else {
      return false
    }
    let block = Block(size: size)
    var walk = SpanWalk(.all, in: map, rules)
    while let span = walk.next(in: map, rules) {
      guard span.upper - span.lower >= size.value, let range = placeable(in: span) else { continue }
      if Placement.count(of: block, in: range, by: layout.searches) > 0 { return true }
    }
    return false
  }

  /// Counts anew what is not current.
  public mutating func recount() {
    guard needsCounts, buffers.contains(where: \.isStale) else { return }
    let room = Room(map: map.map.classified(with: facts), layout: rules.layout, facts: facts)
    for index in buffers.indices where buffers[index].isStale { buffers[index].recount(in: room) }
    allowance = max(0, allowance - costOfCount)
    summarize()
  }

  private mutating func summarize() {
    largestFree = ByteCount(sizes.largest() ?? 0)
    for index in buffers.indices where fits[index] != buffers[index].fits {
      fits[index] = buffers[index].fits
    }
  }
}
