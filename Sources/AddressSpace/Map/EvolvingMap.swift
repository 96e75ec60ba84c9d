/// An address space that changes, with who made each stretch of it.
///
/// The kernel merges neighbours that are alike; here they stay apart as long as different events
/// made them. A change costs about the same in a map of a hundred pieces and in one of 60,000.
public struct EvolvingMap: Sendable {
  private(set) var list = ChunkedList<Piece>(most: 256)
  private(set) var table = ColumnTable()
  /// What a change puts in the place of what it touches; kept for its storage.
  private var edit: [Piece] = []

  /// Who made what was there before the first change.
  public static let before: UInt32 = 0

  /// The space as `map` shows it; all of it was there before.
  public init(_ map: AddressMap) {
    var pieces: [Piece] = []
    pieces.reserveCapacity(map.regions.count)
    for region in map.regions {
      append(piece(of: region, maker: Self.before), to: &pieces)
    }
    list.replace(list.start, list.end, with: pieces)
  }

  /// How many stretches there are, those told apart that different events made.
  public var pieceCount: Int { list.count }

  /// Applies a change that the event `maker` made.
  public mutating func apply(_ change: MapChange, by maker: UInt32) {
    switch change {
    case .map(let region):
      let piece = piece(of: region, maker: maker)
      replace(piece.lower, piece.upper) { $0.append(piece) }
    case .unmap(let range):
      replace(range.lower.value, range.upper.value) { _ in }
    case .protect(let range, let access):
      protect(range, access)
    case .move(let from, let to, let keepsSource):
      move(from, to, keepsSource: keepsSource, by: maker)
    }
  }

  private mutating func piece(of region: Region, maker: UInt32) -> Piece {
    let columns = table.place(of: region)
    return Piece(
      lower: region.range.lower.value, upper: region.range.upper.value,
      offset: table.haveOffset[Int(columns)] ? region.offset : 0, columns: columns, maker: maker)
  }

  /// Whether `next` goes on where `piece` ends, as one mapping would.
  func continues(_ piece: Piece, _ next: Piece) -> Bool {
    piece.upper == next.lower && piece.columns == next.columns
      && (!table.haveOffset[Int(piece.columns)]
        || piece.offset &+ (piece.upper - piece.lower) == next.offset)
  }

  private func append(_ piece: Piece, to pieces: inout [Piece]) {
    if let last = pieces.last, last.maker == piece.maker, continues(last, piece) {
      pieces[pieces.count - 1].upper = piece.upper
    } else {
      pieces.append(piece)
    }
  }
}

extension EvolvingMap {
  /// Puts what `fill` gives, which is in order and inside, in the place of a stretch.
  private mutating func replace(
    _ lower: UInt64, _ upper: UInt64, with fill: (inout [Piece]) -> Void
  ) {
    var new: [Piece] = []
    swap(&new, &edit)
    new.removeAll(keepingCapacity: true)
    var first = list.position(above: lower)
    if let before = list.before(first), let piece = list[before], piece.upper == lower {
      // It may be one with what comes.
      new.append(piece)
      first = before
    } else if let piece = list[first], piece.lower < lower {
      new.append(cut(piece, piece.lower, lower))
    }
    let kept = new.count
    fill(&new)
    var last = first
    while let piece = list[last], piece.lower < upper {
      last = list.after(last)
      if piece.upper > upper { new.append(cut(piece, upper, piece.upper)) }
    }
    if let piece = list[last], piece.lower == upper {
      new.append(piece)
      last = list.after(last)
    }
    joinEqual(&new, from: kept)
    list.replace(first, last, with: new)
    swap(&new, &edit)
  }

  /// Makes one of neighbours that are one.
  private func joinEqual(_ pieces: inout [Piece], from start: Int) {
    var end = max(start, 1)
    guard end < pieces.count else { return }
    for index in end..<pieces.count {
      let piece = pieces[index]
      if pieces[end - 1].maker == piece.maker, continues(pieces[end - 1], piece) {
        pieces[end - 1].upper = piece.upper
      } else {
        pieces[end] = piece
        end += 1
      }
    }
    pieces.removeLast(pieces.count - end)
  }

  private func cut(_ piece: Piece, _ lower: UInt64, _ upper: UInt64) -> Piece {
    piece.cut(lower, upper, hasOffset: table.haveOffset[Int(piece.columns)])
  }

  /// What lies between two addresses, cut to them.
  func pieces(_ lower: UInt64, _ upper: UInt64) -> [Piece] {
    var found: [Piece] = []
    var position = list.position(above: lower)
    while let piece = list[position], piece.lower < upper {
      found.append(cut(piece, max(piece.lower, lower), min(piece.upper, upper)))
      position = list.after(position)
    }
    return found
  }

  /// Changes what may be done with a stretch; who made it stays, and whether it is shared.
  private mutating func protect(_ range: AddressRange, _ access: Region.Access) {
    var parts = pieces(range.lower.value, range.upper.value)
    var isChanged = false
    for index in parts.indices {
      var columns = table[parts[index].columns]
      let access = access.subtracting(.shared).union(columns.access.intersection(.shared))
      guard columns.access != access else { continue }
      columns.access = access
      parts[index].columns = table.place(of: columns)
      isChanged = true
    }
    guard isChanged else { return }
    replace(range.lower.value, range.upper.value) { $0 += parts }
  }

  /// Moves what lies in `from` to `to`. Where both begin alike it grows or shrinks in its place:
  /// what stays was made by whom it was, what is new by `maker`.
  private mutating func move(
    _ from: AddressRange, _ to: AddressRange, keepsSource: Bool, by maker: UInt32
  ) {
    let (source, target) = (from.lower.value, to.lower.value)
    let length = min(from.size, to.size).value
    var parts = pieces(source, source + length)
    let isInPlace = source == target
    for index in parts.indices {
      parts[index].lower = target + (parts[index].lower - source)
      parts[index].upper = target + (parts[index].upper - source)
      if !isInPlace { parts[index].maker = maker }
    }
    // What is new goes on with what lay at the end; without anything there it stays empty.
    if to.size > from.size, var rest = parts.last, rest.upper == target + length {
      if table.haveOffset[Int(rest.columns)] { rest.offset &+= rest.upper - rest.lower }
      rest.lower = rest.upper
      rest.upper = to.upper.value
      rest.maker = maker
      parts.append(rest)
    }
    if !keepsSource { replace(source, from.upper.value) { _ in } }
    replace(target, to.upper.value) { $0 += parts }
  }
}
