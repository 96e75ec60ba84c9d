/// Which mappings a new one becomes part of, so that it costs none (`vma_merge_new_range`).
///
/// What malloc or `mmap` maps is private, anonymous, readable and writable. It merges with what it
/// touches where that is the same in all that the kernel compares. Permissions are in every map, the
/// rest (`VmFlags`) only in smaps.
struct MergeRules: Sendable {
  /// Whether a mapping merges.
  enum Answer: Comparable {
    case never
    case perhaps
    case surely
  }

  private let regions: [Region]
  private let knowsTraits: Bool
  private let access: Region.Access

  /// The rules among the mappings of a room.
  init(_ room: Room) {
    regions = room.regions
    knowsTraits = room.facts.knowsTraits
    access =
      room.facts.personality?.contains(.readImpliesExecute) == true
      ? [.read, .write, .execute] : [.read, .write]
  }

  /// Whether what ends at `address` takes up a buffer that begins there.
  func below(_ address: Address) -> Answer {
    let index = regions.partitioningIndex { $0.range.upper >= address }
    guard index < regions.count, regions[index].range.upper == address else { return .never }
    return answer(for: regions[index])
  }

  /// Whether what begins at `address` takes up a buffer that ends there.
  func above(_ address: Address) -> Answer {
    let index = regions.partitioningIndex { $0.range.lower >= address }
    guard index < regions.count, regions[index].range.lower == address else { return .never }
    return answer(for: regions[index])
  }

  private func answer(for region: Region) -> Answer {
    guard region.access == access, region.inode == 0, region.name.isEmpty || region.kind == .heap,
      region.traits.isDisjoint(with: [.growsDown, .noReserve, .distinct])
    else { return .never }
    return knowsTraits ? .surely : .perhaps
  }
}
