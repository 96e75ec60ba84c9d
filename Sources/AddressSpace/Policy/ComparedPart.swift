/// A stretch of a room that is compared as one: a region, or what one owner has of it.
struct ComparedPart {
  /// The region's index in `Room.regions`, nil outside the layout's space.
  let region: Int?
  /// Where it lies.
  let range: AddressRange
  /// What can only be matched by its like.
  let sort: Sort
  /// Who was seen to use it, empty where nobody was.
  let owner: String
  let access: Region.Access
  /// Where in its file it begins; zero for memory, of which some kernels print noise.
  let offset: UInt64
  let kind: Region.Kind
  /// The bytes that are matched by nothing yet.
  var left: ByteCount
  /// Whether it is matched as a whole, by what is as large.
  var isFound = false

  /// What randomisation and a restart leave as it is. Within one sort bytes stand for each other: the
  /// kernel merges and cuts what is alike by where it happens to lie.
  enum Sort: Hashable {
    /// Private memory without a file, whoever uses it: a library's bss merges with what lies above.
    case memory
    /// The brk heap.
    case heap
    /// The first thread's stack.
    case stack
    /// A file or the system's own, by its last name.
    case named(String)
  }

  /// The same, elsewhere or less of it.
  func cut(to range: AddressRange) -> ComparedPart {
    ComparedPart(
      region: region, range: range, sort: sort, owner: owner, access: access,
      offset: offset, kind: kind, left: range.size)
  }
}

extension Room {
  /// All that is listed, inside the layout's space and outside, in address order. What lies near the
  /// end of a smaller space than the processor's is inside after one start and outside after another.
  func comparedParts() -> [ComparedPart] {
    var parts = partsInside()
    for region in outside {
      let (below, above) = region.range.subtracting(layout.space)
      for range in [below, above] {
        guard let range else { continue }
        parts.append(ComparedPart(region.cut(to: range), at: nil, sort(of: region)))
      }
    }
    return outside.isEmpty ? parts : parts.sorted { $0.range.lower < $1.range.lower }
  }

  private func partsInside() -> [ComparedPart] {
    let origins = OriginRules(self)
    var parts: [ComparedPart] = []
    parts.reserveCapacity(regions.count)
    for index in regions.indices where !regions[index].isNotListed {
      let region = regions[index]
      // What is never handed out is the layout's, not the process's.
      guard region != .blocked(region.range) else { continue }
      let sort = sort(of: region)
      let part = ComparedPart(region, at: index, sort)
      switch sort {
      case .memory: parts += part.cut(by: origins.pieces(at: index))
      case .heap: parts += heapParts(of: part)
      case .stack, .named: parts.append(part)
      }
    }
    return parts
  }

  private func sort(of region: Region) -> ComparedPart.Sort {
    if region.name == "[stack]" { return .stack }
    let name = region.name.lastPathComponent
    switch region.kind {
    case .heap where layout.system != .windows: return .heap
    case .anonymous, .reserved, .stack, .heap: return .memory
    case .image where name.isEmpty: return .memory
    case .image, .file, .shared, .system:
      return .named(layout.system == .linux ? String(name) : name.lowercased())
    }
  }

  /// A heap whose mapping has merged with the program's bss below or with memory above.
  private func heapParts(of part: ComparedPart) -> [ComparedPart] {
    let start = facts.startOfBreak?.roundedUp(to: layout.pageSize) ?? part.range.lower
    let lower = part.range.contains(start) ? start : part.range.lower
    let end = facts.heap?.end ?? part.range.upper
    let upper = end > lower && end < part.range.upper ? end : part.range.upper
    return [
      AddressRange(part.range.lower, lower).map { part.memory($0) },
      AddressRange(lower, upper).map { part.cut(to: $0) },
      AddressRange(upper, part.range.upper).map { part.memory($0) },
    ].compactMap { $0 }
  }
}

extension ComparedPart {
  fileprivate init(_ region: Region, at index: Int?, _ sort: Sort) {
    self.init(
      region: index, range: region.range, sort: sort, owner: sort == .memory ? region.name : "",
      access: region.access, offset: sort == .memory || sort == .heap ? 0 : region.offset,
      kind: region.kind, left: region.size)
  }

  fileprivate func memory(_ range: AddressRange) -> ComparedPart {
    ComparedPart(
      region: region, range: range, sort: .memory, owner: "", access: access, offset: 0,
      kind: .anonymous, left: range.size)
  }

  /// What each owner was seen to have of it, and the rest.
  fileprivate func cut(by pieces: [ContentFacts.Piece]) -> [ComparedPart] {
    var parts: [ComparedPart] = []
    var lower = range.lower
    for piece in pieces {
      if let rest = AddressRange(lower, piece.range.lower) { parts.append(cut(to: rest)) }
      parts.append(
        ComparedPart(
          region: region, range: piece.range, sort: sort, owner: piece.origin.name, access: access,
          offset: offset, kind: kind, left: piece.range.size))
      lower = piece.range.upper
    }
    if let rest = AddressRange(lower, range.upper) { parts.append(cut(to: rest)) }
    return parts
  }
}
