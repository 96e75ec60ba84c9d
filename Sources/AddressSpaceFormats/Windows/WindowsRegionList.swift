import AddressSpace

/// The regions of a Windows process, lowest first and none overlapping another, while it is found out
/// what they are.
struct WindowsRegionList {
  private(set) var regions: [WindowsRegion]
  /// Which regions are of one allocation, lowest first.
  private var allocations: [Range<Int>] = []
  /// Which allocations were said to be something, as a whole or in what was left of them: what is said
  /// first holds, and none is looked at again.
  private var marked: Set<Int> = []
  private var filled: Set<Int> = []

  /// A list of what is ordered already.
  init(ordered regions: [WindowsRegion]) {
    self.regions = regions
    findAllocations()
  }

  private mutating func findAllocations() {
    allocations = []
    marked = []
    filled = []
    var start = 0
    while start < regions.count {
      var end = start + 1
      if let base = regions[start].allocationBase {
        while end < regions.count, regions[end].allocationBase == base { end += 1 }
      }
      allocations.append(start..<end)
      start = end
    }
  }

  /// The index of the region that holds `address`.
  private func index(at address: Address) -> Int? {
    let index = regions.partitioningIndex { $0.range.upper > address }
    return index < regions.count && regions[index].range.contains(address) ? index : nil
  }

  /// The number of the allocation that holds `address`.
  private func allocation(at address: Address) -> Int? {
    index(at: address).map { index in
      allocations.partitioningIndex { $0.upperBound > index }
    }
  }

  /// Says what a whole allocation is used for, where that is not known yet and it is private.
  mutating func mark(allocationAt address: Address, as use: WindowsRegion.Use) {
    guard let allocation = allocation(at: address), marked.insert(allocation).inserted else {
      return
    }
    for index in allocations[allocation] where isOpen(index) { regions[index].use = use }
  }

  /// Says what one region is used for, whatever is known of its allocation.
  mutating func mark(regionAt address: Address, as use: WindowsRegion.Use, path: String = "") {
    guard let index = index(at: address), regions[index].type != .image else { return }
    regions[index].use = use
    if regions[index].path.isEmpty { regions[index].path = path }
  }

  /// Says what the rest of an allocation is that the system made.
  mutating func mark(restOf address: Address, path: String) {
    guard let allocation = allocation(at: address), filled.insert(allocation).inserted else {
      return
    }
    for index in allocations[allocation] where isOpen(index) {
      regions[index].use = .system
      regions[index].path = path
    }
  }

  private func isOpen(_ index: Int) -> Bool {
    regions[index].use == nil && (regions[index].type ?? .privateMemory) == .privateMemory
  }

  /// Gives the parts of images their paths. Ranges that overlap have the path of the higher one.
  mutating func name(_ images: [(range: AddressRange, path: String)]) {
    let images = images.sorted { $0.range.lower < $1.range.lower }
    for index in regions.indices
    where regions[index].type == .image && regions[index].path.isEmpty {
      let lower = regions[index].range.lower
      let next = images.partitioningIndex { $0.range.lower > lower }
      if next > 0, images[next - 1].range.contains(lower) {
        regions[index].path = images[next - 1].path
      }
    }
  }

  /// Adds what of some ranges nothing is known of yet, each as an allocation of its own.
  mutating func fill(
    _ ranges: [AddressRange], _ type: WindowsRegion.MemoryType, _ protection: WindowsProtection
  ) {
    var found: [WindowsRegion] = []
    found.reserveCapacity(regions.count + ranges.count)
    var next = 0
    var end: Address = 0
    for range in ranges.sorted(by: { $0.lower < $1.lower }) {
      var lower = max(range.lower, end)
      while lower < range.upper {
        while next < regions.count, regions[next].range.upper <= lower {
          found.append(regions[next])
          next += 1
        }
        let above = next < regions.count ? regions[next].range : nil
        if let part = AddressRange(lower, min(range.upper, above?.lower ?? range.upper)) {
          found.append(
            WindowsRegion(
              range: part, allocationBase: range.lower, state: .committed, protection: protection,
              type: type))
        }
        lower = above?.upper ?? range.upper
      }
      end = max(end, range.upper)
    }
    regions = found + regions[next...]
    findAllocations()
  }

  /// The bytes that are private to the process and have memory promised.
  var committed: ByteCount {
    regions.lazy.filter { $0.state == .committed && $0.type == .privateMemory }
      .map(\.range.size).reduce(.zero) { $0.adding($1) ?? $0 }
  }

  /// Where private allocations begin of which nothing is known.
  var unknownAllocations: [Address] {
    allocations.compactMap { indices in
      let first = regions[indices.lowerBound]
      return first.use == nil && first.state == .committed && first.type == .privateMemory
        && first.allocationBase == first.range.lower ? first.range.lower : nil
    }
  }
}
