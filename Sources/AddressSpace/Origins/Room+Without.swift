extension Room {
  /// The same room as if what these owners certainly have were free.
  public func without(_ owners: Set<Origin.Owner>) -> Room {
    func goes(_ origin: Origin) -> Bool {
      origin.certainty == .certain && owners.contains(origin.owner)
    }
    let rules = OriginRules(self)
    let rest = regions.indices.flatMap { index -> [Region] in
      let pieces = rules.pieces(at: index)
      guard !pieces.isEmpty else {
        return rules.origin(at: index).map(goes) == true ? [] : [regions[index]]
      }
      var left: [AddressRange] = []
      var above: AddressRange? = regions[index].range
      for piece in pieces where goes(piece.origin) {
        guard let whole = above else { break }
        let rest = whole.subtracting(piece.range)
        if let below = rest.below { left.append(below) }
        above = rest.above
      }
      if let above { left.append(above) }
      return left.map(regions[index].cut)
    }
    return Room(self, with: rest)
  }
}
