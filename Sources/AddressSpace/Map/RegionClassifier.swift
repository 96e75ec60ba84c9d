/// Gives regions the kinds that only their neighbours and the process's facts can tell.
struct RegionClassifier {
  /// More than this directly above a library is taken for memory of its own, not for its bss.
  static let largestBss = ByteCount.mebibytes(1)
  /// The usual thread stack, where the process's own limit is not known.
  static let usualStack = ByteCount.mebibytes(8)
  /// Guards of thread stacks are a page to a few pages.
  static let largestGuard = ByteCount.kibibytes(64)

  var regions: [Region]
  let facts: LayoutFacts

  mutating func classify() {
    // A Windows source says what its regions are.
    guard facts.windows == nil else { return markWindows() }
    forgetGuesses()
    markImages()
    markHeap()
    markThreadStacks()
  }

  /// Sets a kind only where it changes: a map that is classified again is not copied.
  private mutating func mark(_ index: Int, _ kind: Region.Kind) {
    if regions[index].kind != kind { regions[index].kind = kind }
  }

  /// What was told by shapes, before the memory was looked at, is told anew.
  private mutating func forgetGuesses() {
    guard facts.contents != nil else { return }
    for index in regions.indices
    where regions[index].kind == .image
      || regions[index].kind == .stack && regions[index].isUnnamed
    {
      let region = regions[index]
      mark(index, Region.Kind(name: region.name, access: region.access, inode: region.inode))
    }
  }

  /// Whether most of a region was seen to be somebody's.
  private func hasOwner(_ region: Region) -> Bool {
    guard let contents = facts.contents else { return false }
    let owned = contents.pieces(in: region.range)
      .compactMap { $0.range.clamped(to: region.range)?.size }.total()
    return owned.value > region.size.value / 2
  }

  /// A run of mappings of one file is an image when any of it may run or its name says so; what
  /// lies directly above its writable end, or between its parts, is its bss.
  private mutating func markImages() {
    var index = 0
    while index < regions.count {
      guard regions[index].kind == .file else {
        index += 1
        continue
      }
      let end = endOfRun(from: index)
      if regions[index..<end].contains(where: { $0.access.contains(.execute) })
        || isImageName(regions[index].name)
      {
        for part in index..<end { mark(part, .image) }
      }
      index = end
    }
  }

  /// The end of the run of adjacent mappings that belong to the file of `start`.
  private func endOfRun(from start: Int) -> Int {
    let name = regions[start].name
    var end = start + 1
    while end < regions.count, regions[end].range.lower == regions[end - 1].range.upper {
      let next = regions[end]
      guard next.name == name || isBss(next, above: regions[end - 1]) else { break }
      end += 1
    }
    return end
  }

  private func isBss(_ region: Region, above part: Region) -> Bool {
    guard region.isUnnamed, !region.access.contains(.shared), !region.access.isNone else {
      return false
    }
    // Windows images under Wine keep sections as anonymous memory, whatever their access.
    let isWritableEnd = part.access.contains(.write) && region.access == part.access
    return region.size <= Self.largestBss && !hasOwner(region)
      && (isWritableEnd || isWindowsImageName(fileName(of: part)))
  }

  private func fileName(of region: Region) -> String {
    guard region.isUnnamed else { return region.name }
    var index = regions.partitioningIndex { $0.range.lower >= region.range.lower }
    while index > 0, regions[index].isUnnamed { index -= 1 }
    return index < regions.count ? regions[index].name : ""
  }

  /// The heap is what begins at the break's start, not what the kernel labels so: it labels the
  /// program's bss too where that ends at the break.
  private mutating func markHeap() {
    guard let start = facts.startOfBreak?.roundedUp(to: facts.pageSize ?? .kibibytes(4)) else {
      return
    }
    let index = regions.partitioningIndex { $0.range.upper > start }
    guard index < regions.count, regions[index].range.contains(start),
      regions[index].inode == 0, regions[index].access.contains(.write)
    else { return }
    mark(index, .heap)
  }

  /// A guard without access directly below private memory of a stack's size.
  private mutating func markThreadStacks() {
    markKnownStacks()
    if facts.showsAllOfGlibc { return }
    let usual = facts.stackLimit.flatMap { $0 < .gibibytes(1) ? $0 : nil } ?? Self.usualStack
    for index in regions.indices.dropFirst() {
      guard regions[index].kind == .anonymous, regions[index - 1].kind == .reserved else {
        continue
      }
      let region = regions[index]
      let guardRegion = regions[index - 1]
      guard region.isUnnamed, guardRegion.range.upper == region.range.lower,
        guardRegion.size <= Self.largestGuard,
        region.size == usual || region.size + guardRegion.size == usual
      else { continue }
      if hasOwner(region) { continue }
      mark(index, .stack)
      mark(index - 1, .stack)
    }
  }

  /// Stacks of any size whose threads were seen.
  private mutating func markKnownStacks() {
    for piece in facts.contents?.pieces ?? [] where piece.origin.owner.action == .smallerStack {
      var index = regions.partitioningIndex { $0.range.lower >= piece.range.lower }
      while index < regions.count, regions[index].range.upper <= piece.range.upper {
        if regions[index].isUnnamed, [.anonymous, .reserved].contains(regions[index].kind) {
          mark(index, .stack)
        }
        index += 1
      }
    }
  }
}

/// Whether a file of this name is a program or library, as far as a name tells.
func isImageName(_ path: String) -> Bool {
  let file = path.lastPathComponent
  return file.hasSuffix(".so") || file.contains(".so.") || isWindowsImageName(path)
    || [".oat", ".odex", ".dylib"].contains(where: file.hasSuffix)
}

/// Whether a file of this name is a Windows program or library.
func isWindowsImageName(_ path: String) -> Bool {
  let file = path.lastPathComponent.lowercased()
  return windowsImageEndings.contains(where: file.hasSuffix)
}

/// What the names of Windows programs and libraries end in.
let windowsImageEndings = [
  ".exe", ".dll", ".drv", ".ocx", ".cpl", ".acm", ".ax", ".sys", ".pyd",
]

extension String {
  /// What follows the last slash, without the kernel's mark of a removed file.
  package var lastPathComponent: Substring {
    let name = hasSuffix(" (deleted)") ? dropLast(10) : self[...]
    return name.utf8.lastIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") }
      .map { name[name.utf8.index(after: $0)...] } ?? name
  }
}
