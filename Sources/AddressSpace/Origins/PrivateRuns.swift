/// Stretches of private regions without file or name that touch each other: what one reservation
/// looks like after parts of it were given memory.
struct PrivateRuns: Sendable {
  /// One stretch, as indices of regions.
  struct Run: Sendable {
    /// Its regions.
    let indices: Range<Int>
    /// From the lowest to the end of the highest.
    let range: AddressRange
  }

  /// All of them, lowest first.
  let all: [Run]

  /// All stretches of these regions, lowest first.
  init(_ regions: [Region]) {
    var runs: [Run] = []
    var start = 0
    while start < regions.count {
      guard regions[start].isPrivateUnnamed else {
        start += 1
        continue
      }
      var end = start + 1
      while end < regions.count, regions[end].isPrivateUnnamed,
        regions[end].range.lower == regions[end - 1].range.upper
      { end += 1 }
      if let range = AddressRange(regions[start].range.lower, regions[end - 1].range.upper) {
        runs.append(Run(indices: start..<end, range: range))
      }
      start = end
    }
    all = runs
  }

  /// The stretch of the region at `index`, nil where it is no such region.
  func run(of index: Int) -> Run? {
    let place = all.partitioningIndex { $0.indices.upperBound > index }
    guard place < all.count, all[place].indices.contains(index) else { return nil }
    return all[place]
  }

  /// The first stretch that matches.
  func first(where matches: (Run) -> Bool) -> Run? { all.first(where: matches) }
}

extension Region {
  /// Whether it has neither file nor name and is nobody else's; stacks and images' bss are out.
  var isPrivateUnnamed: Bool {
    isUnnamed && !access.contains(.shared) && (kind == .anonymous || kind == .reserved)
  }

  /// Whether it is private memory without a file or name that holds code.
  var isPlainCode: Bool { isPrivateUnnamed && access.contains(.execute) }
}
