import AddressSpace

/// A list of a Windows process's memory that names free memory too, as far as it goes.
struct WindowsListing {
  private(set) var regions: [Region] = []
  private(set) var free: [AddressRange] = []
  /// The first address that it listed.
  private(set) var first: Address?
  /// The end of what it listed last.
  private(set) var last: Address?
  /// The line of its first row.
  private(set) var line: Int?

  /// Adds memory in use, in the order in which it is listed.
  mutating func add(_ region: Region, line: Int) {
    regions.append(region)
    note(region.range, line)
  }

  /// Adds free memory.
  mutating func add(free range: AddressRange, line: Int) {
    free.append(range)
    note(range, line)
  }

  private func clipped(to top: Address) -> [Region] {
    guard let space = AddressRange(0, top) else { return [] }
    return regions.compactMap { region in
      region.range.upper <= top
        ? region : region.range.clamped(to: space).map { region.cut(to: $0) }
    }
  }

  private mutating func note(_ range: AddressRange, _ line: Int) {
    if first == nil { first = range.lower }
    last = range.upper
    if self.line == nil { self.line = line }
  }

  var isEmpty: Bool { first == nil }

  /// What it comes to.
  struct Assembled {
    var map: AddressMap
    /// Where the user space ends, where it lists memory up to there.
    var end: Address?
    /// The bytes that it leaves out, which count as taken.
    var leftOut = ByteCount.zero
    var diagnostics: [Diagnostic] = []
    /// Whether it says what is free at all.
    var namesFree: Bool
    /// Its free bytes, from address zero on.
    var freeBytes: ByteCount

    /// Whether it lists every byte of the space.
    var isWhole: Bool { namesFree && end != nil && leftOut == .zero }
  }

  /// The map: what the list leaves out stands in it as not listed, where it names free memory; else
  /// nothing can be said of the rest.
  ///
  /// - Parameter limit: what lies above it is not the program's; nil where all is.
  func assembled(below limit: Address?) -> Assembled {
    let top = WindowsLimit.end(of: regions, free: free, below: limit)
    let (known, overlapping) = AddressMap.assembling(
      limit == nil ? regions : clipped(to: min(top.bound, limit ?? top.bound)))
    var diagnostics = overlapping.prefix(Diagnostics.mostKept).map {
      Diagnostic("\($0.range) overlaps memory that is listed before; it was ignored")
    }
    guard !free.isEmpty else {
      return Assembled(
        map: known, diagnostics: diagnostics, namesFree: false, freeBytes: .zero)
    }
    let gaps = Gaps(upTo: top.bound)
    let (rest, freeBytes) = gaps.beside(known.regions, free)
    let leftOut = rest.lazy.map(\.size).reduce(ByteCount.zero) { $0.adding($1) ?? $0 }
    if leftOut > .zero {
      diagnostics.append(
        Diagnostic(
          "the list leaves out \(leftOut) in \(rest.count) range\(rest.count == 1 ? "" : "s"): "
            + "they count as taken"))
    }
    let map =
      rest.isEmpty
      ? known : AddressMap.assembling(known.regions + rest.map(Region.notListed)).map
    return Assembled(
      map: map, end: top.isKnown ? top.bound : nil, leftOut: leftOut, diagnostics: diagnostics,
      namesFree: true, freeBytes: freeBytes)
  }
}

/// Finds what neither of two lists covers.
private struct Gaps {
  let top: Address

  init(upTo top: Address) { self.top = top }

  /// The ranges below the top that neither taken regions nor free ranges cover, and the bytes of the
  /// free ones that no region takes.
  func beside(
    _ taken: [Region], _ free: [AddressRange]
  ) -> (gaps: [AddressRange], freeBytes: ByteCount) {
    let free = free.sorted { ($0.lower, $0.upper) < ($1.lower, $1.upper) }
    var gaps: [AddressRange] = []
    var freeBytes = ByteCount.zero
    var reached: Address = 0
    var nextTaken = 0
    var nextFree = 0
    func note(_ range: AddressRange, isFree: Bool) {
      guard range.lower < top else { return }
      if let gap = AddressRange(reached, range.lower) { gaps.append(gap) }
      if isFree, let new = AddressRange(max(reached, range.lower), min(range.upper, top)) {
        freeBytes += new.size
      }
      reached = max(reached, range.upper)
    }
    while nextTaken < taken.count || nextFree < free.count {
      if nextFree == free.count
        || nextTaken < taken.count && taken[nextTaken].range.lower <= free[nextFree].lower
      {
        note(taken[nextTaken].range, isFree: false)
        nextTaken += 1
      } else {
        note(free[nextFree], isFree: true)
        nextFree += 1
      }
    }
    if let rest = AddressRange(reached, top) { gaps.append(rest) }
    return (gaps, freeBytes)
  }
}

/// Where a list of memory says that user space ends.
enum WindowsLimit {
  /// The lists of 32-bit processes end 64 KiB below 2 GiB, below 4 GiB, or below what `/3GB` and
  /// `increaseuserva` set, in MiB.
  static func isLimit(_ address: Address) -> Bool {
    address >= 0x7FFF_0000 && address < 0x1_0000_0000 && address.value & 0xF_FFFF == 0xF_0000
      || address >= 0x7FF_FFFE_0000
  }

  /// The first limit at or above an address.
  static func limit(above address: Address) -> Address {
    let limits: [Address] = [
      0x7FFF_0000, 0xBFFF_0000, 0xFFFF_0000, 0x1_0000_0000, 0x7FF_FFFF_0000, 0x7FFF_FFFF_0000,
    ]
    return limits.first { address <= $0 } ?? address
  }

  /// Where the space ends, and whether the list goes so far.
  static func end(
    of regions: [Region], free: [AddressRange], below limit: Address?
  ) -> (bound: Address, isKnown: Bool) {
    let top = max(
      regions.lazy.map(\.range.upper).max() ?? 0, free.lazy.map(\.upper).max() ?? 0)
    // Under WOW64 a 64-bit debugger lists on: what no 32-bit program can have begins at its limit
    // and reaches beyond 4 GiB.
    if limit != nil, top > 0x1_0000_0000 {
      let beyond = regions.first { region in
        region.range.upper > 0x1_0000_0000 && region.range.lower < 0x1_0000_0000
      }
      guard let lower = beyond?.range.lower, lower >= 0x7FFE_0000 else {
        return (0xFFFF_0000, false)
      }
      return lower < 0x8001_0000 ? (0x7FFF_0000, true) : (0xFFFF_0000, lower >= 0xFFFE_0000)
    }
    return isLimit(top) ? (top, true) : (Self.limit(above: top), false)
  }
}
