/// What was seen in the memory of the regions.
struct ContentOrigins: OriginRule {
  private let contents: ContentFacts

  init?(_ scene: OriginScene) {
    guard let contents = scene.facts.contents, !contents.pieces.isEmpty else { return nil }
    self.contents = contents
  }

  func origin(at index: Int, in scene: OriginScene) -> Origin? {
    let region = scene.regions[index]
    let pieces = contents.pieces(in: region.range)
    guard let first = pieces.first else { return nil }
    if first.range.clamped(to: region.range) == region.range { return first.origin }
    return Self.combined(pieces, region.range)
  }

  /// The origin of a region of several pieces: the owner that has most of it. It is certain only
  /// where all of the region is that owner's.
  private static func combined(
    _ pieces: ArraySlice<ContentFacts.Piece>, _ region: AddressRange
  ) -> Origin? {
    var shares: [Origin.Owner: (bytes: ByteCount, certainty: Origin.Certainty)] = [:]
    for piece in pieces {
      guard let part = piece.range.clamped(to: region) else { continue }
      let share = shares[piece.origin.owner] ?? (.zero, .certain)
      shares[piece.origin.owner] = (
        share.bytes + part.size, min(share.certainty, piece.origin.certainty)
      )
    }
    let most = shares.max {
      ($0.value.bytes, $1.key.name) < ($1.value.bytes, $0.key.name)
    }
    guard let most else { return nil }
    let half = ByteCount(region.size.value / 2)
    let bound: Origin.Certainty =
      most.value.bytes == region.size ? .certain : most.value.bytes > half ? .likely : .possible
    return Origin(most.key, min(most.value.certainty, bound))
  }
}
