import AddressSpace

/// Turns VMMap's rows into regions.
///
/// The row of an allocation says what is taken. Its blocks say how it is divided, but they may begin
/// in the middle of a page, where they are generations of a garbage collected heap, and their sizes
/// are cut to KiB: so each block reaches to where the next one begins.
struct VMMapRegions {
  private(set) var regions: [Region] = []
  /// Free and unusable memory, where rows name it.
  private(set) var free: [AddressRange] = []
  /// The bytes of all allocations.
  private(set) var taken = ByteCount.zero
  /// Rows that overlap an allocation before them.
  private(set) var overlapping: [VMMapEntry] = []
  private let page = ByteCount.kibibytes(4)

  /// - Parameter entries: in any order.
  init(_ entries: [VMMapEntry]) {
    let ordered = entries.sorted { left, right in
      (left.address, right.size, left.isBlock ? 1 : 0, left.line)
        < (right.address, left.size, right.isBlock ? 1 : 0, right.line)
    }
    var index = 0
    var reached: Address = 0
    while index < ordered.count {
      let entry = ordered[index]
      index += 1
      guard let range = entry.range else { continue }
      guard entry.type.isTaken else {
        if entry.type != .pageTable { free.append(range) }
        continue
      }
      guard range.lower >= reached else {
        // A block whose allocation was lost may still reach out of the one before it.
        if range.upper > reached { overlapping.append(entry) }
        continue
      }
      let first = index
      while index < ordered.count, ordered[index].address < range.upper.value { index += 1 }
      let upper = range.upper.roundedUp(to: page) ?? range.upper
      append(entry, range.lower.roundedDown(to: page), upper, blocks: ordered[first..<index])
      reached = upper
      // What begins inside but ends outside was no block.
      for inside in ordered[first..<index] where inside.range.map({ $0.upper > upper }) == true {
        overlapping.append(inside)
      }
    }
  }

  private mutating func append(
    _ allocation: VMMapEntry, _ lower: Address, _ upper: Address, blocks: ArraySlice<VMMapEntry>
  ) {
    taken = taken.adding(upper - lower) ?? taken
    var start = lower
    var current = allocation
    for block in blocks where block.type.isTaken && block.range != nil {
      let next = Address(block.address).roundedDown(to: page)
      if next > start {
        append(current, of: allocation, start, min(next, upper), base: lower)
        start = next
      }
      current = block
    }
    append(current, of: allocation, start, upper, base: lower)
  }

  private mutating func append(
    _ block: VMMapEntry, of allocation: VMMapEntry, _ lower: Address, _ upper: Address,
    base: Address
  ) {
    guard let range = AddressRange(lower, upper) else { return }
    let isFile = allocation.type == .image || allocation.type == .mappedFile
    regions.append(
      WindowsRegion(
        range: range, allocationBase: base, state: block.isReserved ? .reserved : .committed,
        protection: block.protection, type: allocation.type.memory,
        path: isFile ? allocation.details : "",
        use: WindowsRegion.Use(allocation.type, details: allocation.details)
          ?? WindowsRegion.Use(block.type, details: block.details)
      ).region)
  }
}
