/// What the memory of anonymous regions was seen to hold.
///
/// Kept in captures: what is told from one is what was told from the process.
public struct ContentFacts: Hashable, Sendable {
  /// What was recognised: in address order, none overlapping another.
  public let pieces: [Piece]
  /// Whether all regions of 64 KiB and more were looked at; else only the largest were.
  public let isComplete: Bool

  /// A stretch of memory, all of one owner. One region can hold several: the kernel merges
  /// neighbours that are alike.
  public struct Piece: Hashable, Sendable {
    /// Where it lies: inside one region, or across several that touch.
    public let range: AddressRange
    /// Who uses it.
    public let origin: Origin

    /// A piece.
    public init(_ range: AddressRange, _ origin: Origin) {
      self.range = range
      self.origin = origin
    }
  }

  /// What was recognised, in any order; of two that overlap the lower is kept, else the larger.
  public init(_ pieces: [Piece], isComplete: Bool) {
    let ordered = pieces.sorted {
      ($0.range.lower, $1.range.upper) < ($1.range.lower, $0.range.upper)
    }
    var kept: [Piece] = []
    kept.reserveCapacity(ordered.count)
    for piece in ordered {
      if let last = kept.last, piece.range.lower < last.range.upper { continue }
      kept.append(piece)
    }
    self.pieces = kept
    self.isComplete = isComplete
  }

  /// The pieces that have addresses in `range`, lowest first.
  public func pieces(in range: AddressRange) -> ArraySlice<Piece> {
    let start = pieces.partitioningIndex { $0.range.upper > range.lower }
    return pieces[start...].prefix { $0.range.lower < range.upper }
  }
}
