/// Pieces in address order, in chunks: a change moves a few hundred at most.
struct PieceList {
  /// None is empty, none holds more than `most`.
  private(set) var chunks: [[Piece]] = []
  /// Where the last piece of each chunk ends.
  private var ends: [UInt64] = []
  private(set) var count = 0

  /// As many as are moved in the time that finding their place takes.
  private static let most = 256

  /// A place in the list; `chunks.count` and 0 at its end.
  struct Position: Comparable {
    var chunk: Int
    var index: Int

    static func < (left: Position, right: Position) -> Bool {
      (left.chunk, left.index) < (right.chunk, right.index)
    }
  }

  init(_ pieces: [Piece]) {
    count = pieces.count
    for start in stride(from: 0, to: pieces.count, by: Self.most / 2) {
      chunks.append(Array(pieces[start..<min(start + Self.most / 2, pieces.count)]))
    }
    ends = chunks.map { $0.last?.upper ?? 0 }
  }

  var start: Position { Position(chunk: 0, index: 0) }
  var end: Position { Position(chunk: chunks.count, index: 0) }

  subscript(position: Position) -> Piece { chunks[position.chunk][position.index] }

  /// The piece at a position, nil at the end.
  func piece(at position: Position) -> Piece? {
    position.chunk < chunks.count ? chunks[position.chunk][position.index] : nil
  }

  func after(_ position: Position) -> Position {
    position.index + 1 < chunks[position.chunk].count
      ? Position(chunk: position.chunk, index: position.index + 1)
      : Position(chunk: position.chunk + 1, index: 0)
  }

  /// The position before, nil at the start.
  func before(_ position: Position) -> Position? {
    if position.index > 0 { return Position(chunk: position.chunk, index: position.index - 1) }
    guard position.chunk > 0 else { return nil }
    return Position(chunk: position.chunk - 1, index: chunks[position.chunk - 1].count - 1)
  }

  /// The first piece that ends above `address`.
  func position(above address: UInt64) -> Position {
    let chunk = ends.partitioningIndex { $0 > address }
    guard chunk < chunks.count else { return end }
    return Position(
      chunk: chunk, index: chunks[chunk].partitioningIndex { $0.upper > address })
  }

  /// Puts `pieces` in the place of those from `first` up to `last`.
  mutating func replace(_ first: Position, _ last: Position, with pieces: [Piece]) {
    if first.chunk == last.chunk, first.chunk < chunks.count {
      count += pieces.count - (last.index - first.index)
      chunks[first.chunk].replaceSubrange(first.index..<last.index, with: pieces)
      return mend(first.chunk)
    }
    guard first.chunk < chunks.count else { return append(pieces) }
    count += pieces.count - (chunks[first.chunk].count - first.index)
    chunks[first.chunk].replaceSubrange(first.index..., with: pieces)
    if last.chunk < chunks.count, last.index > 0 {
      count -= last.index
      chunks[last.chunk].removeFirst(last.index)
    }
    for chunk in first.chunk + 1..<last.chunk { count -= chunks[chunk].count }
    chunks.removeSubrange(first.chunk + 1..<last.chunk)
    ends.removeSubrange(first.chunk + 1..<last.chunk)
    mend(first.chunk)
  }

  private mutating func append(_ pieces: [Piece]) {
    guard let last = pieces.last else { return }
    count += pieces.count
    if chunks.isEmpty {
      chunks.append(pieces)
      ends.append(last.upper)
    } else {
      chunks[chunks.count - 1] += pieces
    }
    mend(chunks.count - 1)
  }

  /// Makes a chunk that has changed neither empty, nor too large, nor needlessly small.
  private mutating func mend(_ chunk: Int) {
    let size = chunks[chunk].count
    guard size > 0 else {
      chunks.remove(at: chunk)
      ends.remove(at: chunk)
      return
    }
    if size > Self.most {
      // A few at a time are added to a chunk, or a whole map's worth by a move of many.
      let parts = PieceList(chunks[chunk])
      chunks.replaceSubrange(chunk...chunk, with: parts.chunks)
      ends.replaceSubrange(chunk...chunk, with: parts.ends)
    } else if chunk + 1 < chunks.count, size + chunks[chunk + 1].count <= Self.most / 2 {
      chunks[chunk] += chunks[chunk + 1]
      ends[chunk] = ends[chunk + 1]
      chunks.remove(at: chunk + 1)
      ends.remove(at: chunk + 1)
    } else {
      ends[chunk] = chunks[chunk][size - 1].upper
    }
  }
}
