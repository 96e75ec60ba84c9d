/// A stretch between two places that a change leaves as they are: the free spans in it are all that
/// the change can touch.
struct SpanWindow {
  /// Where a mapping ends that takes addresses, or the number line begins.
  var low: UInt64
  /// Where a mapping begins that takes addresses, or the number line ends.
  var high: UInt64

  static let all = SpanWindow(low: 0, high: .max)

  func overlaps(_ other: SpanWindow) -> Bool { low < other.high && other.low < high }

  func hull(with other: SpanWindow) -> SpanWindow {
    SpanWindow(low: min(low, other.low), high: max(high, other.high))
  }
}

/// What decides which addresses of a map are free.
struct SpanRules {
  let layout: Layout
  private let signs: WineSigns?

  init(layout: Layout, facts: LayoutFacts) {
    self.layout = layout
    signs =
      layout.system == .wine
      ? WineSigns(map: AddressMap.assembling([]).map, facts: facts) : nil
  }

  /// Whether permissions have a say in what is free.
  var dependOnAccess: Bool { signs != nil }

  /// Whether a mapping may be one that is free to a Windows program.
  func mayBeFree(_ columns: UInt32, in map: EvolvingMap) -> Bool {
    guard signs != nil else { return false }
    let columns = map.table[columns]
    return columns.inode == 0 && columns.access.isDisjoint(with: [.write, .shared])
  }

  /// Whether a whole mapping is free to a Windows program.
  func isFree(_ mapping: Piece, in map: EvolvingMap) -> Bool {
    guard let signs, let region = map.table.region(mapping) else { return false }
    return signs.isReservation(region)
  }

  /// The window around a stretch that is going to change.
  func window(_ lower: UInt64, _ upper: UInt64, in map: EvolvingMap) -> SpanWindow {
    var window = SpanWindow.all
    let first = map.list.position(above: lower)
    var below = map.list.before(first)
    while let position = below, let piece = map.list[position] {
      guard mayBeFree(piece.columns, in: map) else {
        window.low = piece.upper
        break
      }
      below = map.list.before(position)
    }
    var above = first
    while let piece = map.list[above] {
      if piece.lower >= upper, !mayBeFree(piece.columns, in: map) {
        window.high = piece.lower
        break
      }
      above = map.list.after(above)
    }
    return window
  }
}

/// Goes over the free spans of a window, lowest first.
struct SpanWalk {
  /// A free span.
  struct Span {
    var lower: UInt64
    var upper: UInt64
    /// Whether what lies above keeps a gap free below itself.
    var isGuarded: Bool
  }

  private var cursor: UInt64
  private let limit: UInt64
  private let end: UInt64
  private var position: ChunkedList<Piece>.Position
  private var isDone = false
  /// The rest of a gap that holds addresses which are never handed out.
  private var rest: [Span] = []

  init(_ window: SpanWindow, in map: EvolvingMap, _ rules: SpanRules) {
    let space = rules.layout.space
    cursor = max(window.low, space.lower.value)
    limit = min(window.high, space.upper.value)
    end = space.upper.value
    position = map.list.position(above: window.low)
  }

  mutating func next(in map: EvolvingMap, _ rules: SpanRules) -> Span? {
    if let span = rest.popLast() { return span }
    while let gap = nextGap(in: map, rules) {
      if rules.layout.blocked.isEmpty { return gap }
      rest = Self.parts(of: gap, without: rules.layout.blocked).reversed()
      if let span = rest.popLast() { return span }
    }
    return nil
  }

  private mutating func nextGap(in map: EvolvingMap, _ rules: SpanRules) -> Span? {
    while !isDone {
      guard var piece = map.list[position], piece.lower < end, piece.lower <= limit else {
        isDone = true
        return cursor < limit ? Span(lower: cursor, upper: limit, isGuarded: false) : nil
      }
      position = map.list.after(position)
      if rules.mayBeFree(piece.columns, in: map) {
        while let next = map.list[position], map.continues(piece, next) {
          piece.upper = next.upper
          position = map.list.after(position)
        }
        if rules.isFree(piece, in: map) { continue }
      }
      let lower = cursor
      cursor = max(cursor, piece.upper)
      guard piece.lower > lower else { continue }
      return Span(
        lower: lower, upper: piece.lower,
        isGuarded: map.table.growDown[Int(piece.columns)])
    }
    return nil
  }

  private static func parts(of gap: Span, without blocked: [AddressRange]) -> [Span] {
    var parts: [Span] = []
    var lower = gap.lower
    for hole in blocked.sorted(by: { $0.lower < $1.lower }) {
      let (from, to) = (hole.lower.value, hole.upper.value)
      guard to > lower, from < gap.upper else { continue }
      if from > lower { parts.append(Span(lower: lower, upper: from, isGuarded: false)) }
      lower = to
    }
    if lower < gap.upper {
      parts.append(Span(lower: lower, upper: gap.upper, isGuarded: gap.isGuarded))
    }
    return parts
  }
}
