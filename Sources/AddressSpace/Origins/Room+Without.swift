extension Room {
  /// The same room as if what these owners have were free.
  public func without(_ owners: Set<Origin.Owner>) -> Room {
    let rules = OriginRules(self)
    let rest = regions.indices.flatMap { index -> [Region] in
      let pieces = rules.pieces(at: index)
      guard !pieces.isEmpty else {
        let owner = rules.origin(at: index)?.owner
        return owner.map(owners.contains) == true ? [] : [regions[index]]
      }
      var left: [AddressRange] = [regions[index].range]
      for piece in pieces where owners.contains(piece.origin.owner) {
        left = left.flatMap { range in
          let (below, above) = range.subtracting(piece.range)
          return [below, above].compactMap { $0 }
        }
      }
      return left.map(regions[index].cut)
    }
    return Room(self, with: rest)
  }
}
