extension EvolvingMap {
  /// A stretch and who made it.
  public struct MadeRegion: Hashable, Sendable {
    /// The event that made it, `EvolvingMap.before` for what was there.
    public let maker: UInt32
    /// The stretch as a region by itself.
    public let region: Region

    /// Where it lies.
    public var range: AddressRange { region.range }
  }

  /// The space as the kernel shows it: neighbours that are alike are one.
  ///
  /// Memory that touches the brk heap stays apart from it, although the kernel calls both one heap.
  public var map: AddressMap {
    var regions: [Region] = []
    regions.reserveCapacity(pieceCount)
    forEachMerged { piece in
      if let region = table.region(piece) { regions.append(region) }
    }
    return AddressMap.assembling(regions).map
  }

  /// How many mappings the kernel has, as far as it merges all that are alike.
  public var mappingCount: Int {
    var count = 0
    forEachMerged { _ in count += 1 }
    return count
  }

  private func forEachMerged(_ body: (Piece) -> Void) {
    var current: Piece?
    for chunk in list.chunks {
      for piece in chunk {
        if let last = current, continues(last, piece) {
          current?.upper = piece.upper
        } else {
          if let last = current { body(last) }
          current = piece
        }
      }
    }
    if let last = current { body(last) }
  }

  /// What the kernel shows at `address`, nil where nothing is mapped.
  public func region(at address: Address) -> Region? {
    let position = list.position(above: address.value)
    guard var piece = list[position], piece.lower <= address.value else { return nil }
    var next = list.after(position)
    while let above = list[next], continues(piece, above) {
      piece.upper = above.upper
      next = list.after(next)
    }
    var first = position
    while let before = list.before(first), let below = list[before], continues(below, piece) {
      piece.lower = below.lower
      piece.offset = below.offset
      first = before
    }
    return table.region(piece)
  }

  /// The stretches in `range`, cut to it, lowest first.
  public func pieces(in range: AddressRange) -> [MadeRegion] {
    pieces(range.lower.value, range.upper.value).compactMap(made)
  }

  /// What the kernel shows of the lowest mapping in `range`, nil where nothing is mapped there.
  public func first(in range: AddressRange) -> Region? {
    let position = list.position(above: range.lower.value)
    guard let piece = list[position], piece.lower < range.upper.value else { return nil }
    return region(at: Address(piece.lower))
  }

  /// All stretches, lowest first.
  public var pieces: [MadeRegion] {
    list.chunks.flatMap { $0.compactMap(made) }
  }

  private func made(_ piece: Piece) -> MadeRegion? {
    table.region(piece).map { MadeRegion(maker: piece.maker, region: $0) }
  }
}

extension EvolvingMap {
  /// Hands out who made each stretch, lowest first.
  public func forEachMaker(_ body: (_ maker: UInt32) -> Void) {
    for chunk in list.chunks { for piece in chunk { body(piece.maker) } }
  }
}
