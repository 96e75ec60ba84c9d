/// A program that is not large address aware under Wine 8, as it would be if it were.
///
/// Wine reserves the same areas for both at first. Of one that is not aware it keeps all that lies
/// above 2 GiB, and gives 0x20000000-0x7f000000 back to the kernel; of one that is aware it keeps
/// what lies low and around 2 GiB, and gives back what lies above 0x82000000
/// (`virtual_release_address_space` in `dlls/ntdll/unix/virtual.c`).
struct WineRestart {
  let facts: LayoutFacts
  /// The layout of a program that is not aware.
  let before: Layout
  let draw: RandomDraw?
  private(set) var map: AddressMap
  private let areas: [AddressRange]

  /// The end of the low area that such a program keeps.
  private static let shortEnd = Address(0x2000_0000)
  /// The area around 2 GiB that an aware one keeps.
  private static let middle = AddressRange(0x7FFE_0000, 0x8200_0000)
  /// What DOS programs need below is not handed out.
  private static let lowest = Address(0x11_0000)

  /// The restart of a process; nil where its layout is not that of Wine 8.
  init?(map: AddressMap, facts: LayoutFacts, layout: Layout, draw: RandomDraw?) {
    guard layout.name == "wine-2g", let middle = Self.middle else { return nil }
    self.facts = facts
    self.draw = draw
    before = layout
    let hasPreloader = map.first { $0.hasSuffix("/wine-preloader") } != nil
    areas = [
      AddressRange(0x1_0000, hasPreloader ? 0x6800_0000 : 0x4000_0000), middle,
    ].compactMap { $0 }
    self.map = map
    let signs = WineSigns(map: map, facts: facts)
    let regions = map.regions.filter { region in
      let isKept =
        region.access.isNone && region.isUnnamed && region.range.lower >= middle.lower
      return !isKept && !signs.isReservation(region)
    }
    self.map = AddressMap.assembling(moved(regions)).map
  }

  /// The layout of the aware program.
  var layout: Layout? {
    var layout = Layout.winePreset(
      "wine-4g", map: map, facts: facts, basis: before.basis + "; after laa", areas: areas)
    layout?.isAssumed = before.isAssumed
    return layout
  }

  /// What would lie elsewhere is moved there.
  private func moved(_ regions: [Region]) -> [Region] {
    var regions = regions
    moveHeap(in: &regions)
    moveTopDown(in: &regions)
    moveHost(in: &regions)
    return regions
  }

  /// The brk heap follows Wine's loader at a random distance.
  private func moveHeap(in regions: inout [Region]) {
    guard let draw, let first = regions.firstIndex(where: { $0.kind == .heap }), first > 0 else {
      return
    }
    let start = regions[first].range.lower
    guard let program = regions[..<first].last(where: { $0.kind == .image }) else { return }
    for index in regions.indices where regions[index].kind == .heap {
      let to = program.range.upper + draw.heap
      regions[index] = regions[index].moved(from: start, to: to) ?? regions[index]
    }
    regions.sort { $0.range.lower < $1.range.lower }
  }

  /// What was asked for from the top lies at the end of the low area, and goes to the end of the
  /// one around 2 GiB.
  private func moveTopDown(in regions: inout [Region]) {
    let end = regions.partitioningIndex { $0.range.lower >= Self.shortEnd }
    let start = startOfChain(below: end, from: Self.shortEnd, in: regions)
    guard start < end, let middle = areas.last,
      Self.shortEnd - regions[start].range.lower < .mebibytes(31)
    else { return }
    for index in start..<end {
      regions[index] =
        regions[index].moved(from: Self.shortEnd, to: middle.upper) ?? regions[index]
    }
    regions.sort { $0.range.lower < $1.range.lower }
  }

  /// The first of the regions below `end` that hang from `top` one below the other; `end` where
  /// none does. What lies beyond a hole was placed on purpose.
  private func startOfChain(below end: Int, from top: Address, in regions: [Region]) -> Int {
    var start = end
    var upper = top
    while start > 0,
      upper.lowered(by: regions[start - 1].range.size) >= regions[start - 1].range.lower,
      upper <= regions[start - 1].range.upper + Self.largestHole
    {
      start -= 1
      upper = min(upper, regions[start].range.lower)
    }
    return start
  }

  /// Larger holes than this between what was placed one below the other are not likely.
  private static let largestHole = ByteCount.mebibytes(1)

  /// What the kernel placed below 2 GiB goes below its base: Wine's areas have no room for files
  /// and threads of the host; what the program reserved goes to the low area, which has room now.
  /// What lies above `libwine.so` was mapped before Wine gave anything back, and stays.
  private func moveHost(in regions: inout [Region]) {
    guard let middle = areas.last,
      let first = regions.firstIndex(where: { $0.name.contains("/libwine.so") }),
      let base = regions.first(where: { $0.range.lower >= middle.upper })?.range.lower
    else { return }
    let top = regions[first].range.lower
    let start = startOfChain(below: first, from: top, in: regions)
    guard start < first, regions[start].range.lower >= Self.shortEnd else { return }
    var cursor = base
    var upper = top
    for index in (start..<first).reversed() {
      let region = regions[index]
      let gap = upper - region.range.upper
      upper = region.range.lower
      guard !isPlacedOnPurpose(region) else { continue }
      if isView(region) {
        if let place = lowestGap(for: region.size, in: regions) {
          regions[index] = region.at(place)
        }
      } else if let end = cursor.subtracting(min(gap, .kibibytes(64))),
        let low = end.subtracting(region.size), low >= middle.upper,
        let place = AddressRange(low, end)
      {
        cursor = low
        regions[index] = region.at(place)
      }
    }
    regions.sort { $0.range.lower < $1.range.lower }
  }

  private func isPlacedOnPurpose(_ region: Region) -> Bool {
    region.kind == .heap || region.kind == .system
      || region.kind == .image && (isWindowsImageName(region.name) || region.isUnnamed)
      || region.name.hasSuffix("/wine") || region.name.hasSuffix("/wine-preloader")
  }

  private func isView(_ region: Region) -> Bool {
    region.isUnnamed && region.range.lower.roundedDown(to: before.granularity) == region.range.lower
  }

  private func lowestGap(for size: ByteCount, in regions: [Region]) -> AddressRange? {
    guard let area = areas.first else { return nil }
    var taken = regions.map(\.range).filter { $0.lower < area.upper }
    taken.sort { $0.lower < $1.lower }
    var lower = Self.lowest
    for range in taken {
      if let base = lower.roundedUp(to: before.granularity), base + size <= range.lower {
        return AddressRange(base, base + size)
      }
      lower = max(lower, range.upper)
    }
    guard let base = lower.roundedUp(to: before.granularity), base + size <= area.upper else {
      return nil
    }
    return AddressRange(base, base + size)
  }
}
