/// A figure that each mapping adds to by itself, whatever its neighbours are: followed by counting what
/// lies beside a change.
struct MappingSum {
  private(set) var value: UInt64 = 0
  private let space: AddressRange
  /// The pattern of names whose bytes count; nil where mappings are counted.
  private let names: Glob?
  /// Which columns fit the pattern, by their place.
  private var fitting: [Bool?] = []

  /// The figure of a map in a Linux layout; nil where neighbours have a say in it.
  init?(of subject: PolicyRule.Subject, in map: EvolvingMap, space: AddressRange) {
    self.space = space
    switch subject {
    case .regions: names = nil
    case .owner(let owner) where owner.grouping == .name: names = Glob(owner.pattern)
    default: return nil
    }
    if let all = AddressRange(0, Address(.max)) { count(all, in: map, adding: true) }
  }

  /// Counts what lies in a stretch, and of mappings those too that begin where it ends.
  mutating func count(_ range: AddressRange, in map: EvolvingMap, adding: Bool) {
    guard names == nil else {
      for piece in map.pieces(range.lower.value, range.upper.value) {
        count(piece, in: map, adding: adding)
      }
      return
    }
    let starts = map.starts(in: range, of: space)
    value = adding ? value + starts : value - min(value, starts)
  }

  private mutating func count(_ piece: Piece, in map: EvolvingMap, adding: Bool) {
    let lower = max(piece.lower, space.lower.value)
    let upper = min(piece.upper, space.upper.value)
    guard lower < upper, fits(piece.columns, in: map) else { return }
    value = adding ? value + (upper - lower) : value - min(value, upper - lower)
  }

  private mutating func fits(_ columns: UInt32, in map: EvolvingMap) -> Bool {
    guard let names else { return false }
    let place = Int(columns)
    while fitting.count <= place { fitting.append(nil) }
    if let known = fitting[place] { return known }
    let name = map.table[columns].name
    let isFitting =
      !name.isEmpty && (names.matches(name) || names.matches(String(name.lastPathComponent)))
    fitting[place] = isFitting
    return isFitting
  }
}

extension EvolvingMap {
  /// How many mappings of a space, as the kernel shows them, begin in a stretch or where it ends; one
  /// that reaches into the space from below begins where the space does.
  func starts(in range: AddressRange, of space: AddressRange) -> UInt64 {
    var count: UInt64 = 0
    let first = list.position(above: range.lower.value)
    var position = first
    var below = list.before(first).flatMap { list[$0] }
    while let piece = list[position], piece.lower <= range.upper.value {
      defer {
        below = piece
        position = list.after(position)
      }
      guard piece.lower < space.upper.value, piece.upper > space.lower.value else { continue }
      if piece.lower < range.lower.value { continue }
      // What goes on with a mapping below the space is the part of it inside.
      let goesOn = below.map { continues($0, piece) && $0.upper > space.lower.value } ?? false
      if !goesOn { count += 1 }
    }
    return count
  }
}
