extension EvolvingMap {
  /// The fewest changes that make this space show what `map` shows, lowest first; none where both
  /// show the same. By them a map that was read is reconciled with one that was followed.
  ///
  /// Compared are range, access, inode, name and, of files, the offset: not what only `smaps`
  /// tells. Of a file the name is not compared, for it may be renamed or removed at any time; and
  /// the kernel's `[heap]` may hold whatever memory touches it.
  public func differences(from map: AddressMap) -> [MapChange] {
    var finder = DifferenceFinder(space: self, regions: map.regions)
    return finder.find()
  }
}

/// Walks over a followed and a read map side by side.
private struct DifferenceFinder {
  let space: EvolvingMap
  let regions: [Region]
  private var changes: [MapChange] = []

  init(space: EvolvingMap, regions: [Region]) {
    self.space = space
    self.regions = regions
  }

  mutating func find() -> [MapChange] {
    var position = space.list.start
    var index = 0
    var cursor: UInt64 = 0
    while true {
      let piece = space.list[position]
      let region = index < regions.count ? regions[index] : nil
      let lowers = [piece?.lower, region?.range.lower.value].compactMap { $0 }
      guard let lowest = lowers.min() else { return changes }
      cursor = max(cursor, lowest)
      let isMine = piece.map { $0.lower <= cursor } ?? false
      let isTheirs = region.map { $0.range.lower.value <= cursor } ?? false
      // As far as both stay what they are.
      let end = [
        piece.map { isMine ? $0.upper : $0.lower },
        region.map { (isTheirs ? $0.range.upper : $0.range.lower).value },
      ].compactMap { $0 }.min()
      guard let end, let range = AddressRange(Address(cursor), Address(end)) else {
        return changes
      }
      compare(isMine ? piece : nil, isTheirs ? region : nil, in: range)
      cursor = end
      if let piece, piece.upper <= cursor { position = space.list.after(position) }
      if let region, region.range.upper.value <= cursor { index += 1 }
    }
  }

  private mutating func compare(_ piece: Piece?, _ region: Region?, in range: AddressRange) {
    guard let region else {
      add(.unmap(range))
      return
    }
    let columns = ColumnTable.Columns(
      access: region.access, traits: region.traits, inode: region.inode, name: region.name)
    let offset =
      columns.hasOffset ? region.offset &+ (range.lower - region.range.lower).value : 0
    if let piece {
      let mine = space.table[piece.columns]
      let mineOffset =
        mine.hasOffset ? piece.offset &+ (range.lower.value - piece.lower) : 0
      if mine.isLike(columns), mineOffset == offset {
        if mine.access == columns.access { return }
        if mine.access.symmetricDifference(columns.access).isDisjoint(with: .shared) {
          add(.protect(range, columns.access))
          return
        }
      }
    }
    add(
      .map(
        Region(
          range: range, access: region.access, offset: offset, inode: region.inode,
          name: region.name, traits: region.traits)))
  }

  /// Adds a change, as part of the one before where that goes on.
  private mutating func add(_ change: MapChange) {
    guard let last = changes.last, let joined = Self.joined(last, change) else {
      changes.append(change)
      return
    }
    changes[changes.count - 1] = joined
  }

  private static func joined(_ first: MapChange, _ second: MapChange) -> MapChange? {
    switch (first, second) {
    case (.unmap(let one), .unmap(let other)):
      return one.upper == other.lower
        ? AddressRange(one.lower, other.upper).map { .unmap($0) } : nil
    case (.protect(let one, let access), .protect(let other, let same)):
      return one.upper == other.lower && access == same
        ? AddressRange(one.lower, other.upper).map { .protect($0, access) } : nil
    case (.map(let one), .map(let other)):
      let columns = ColumnTable.Columns(
        access: one.access, traits: one.traits, inode: one.inode, name: one.name)
      guard one.range.upper == other.range.lower, one.access == other.access,
        one.traits == other.traits, one.inode == other.inode, one.name == other.name,
        !columns.hasOffset || one.offset &+ one.size.value == other.offset
      else { return nil }
      return AddressRange(one.range.lower, other.range.upper).map {
        .map(
          Region(
            range: $0, access: one.access, offset: one.offset, inode: one.inode, name: one.name,
            traits: one.traits))
      }
    default: return nil
    }
  }
}
