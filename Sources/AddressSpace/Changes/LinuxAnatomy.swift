/// What of a Linux process's map moves with what when it is started anew.
///
/// The program with its heap lies where it was linked to, or at the base of position-independent
/// programs; stacks end at the top; what `mmap` placed hangs from the base, down to the largest
/// gap, beyond which regions are taken for placed on purpose.
struct LinuxAnatomy: Sendable {
  let flavor: LinuxFlavor
  let finding: MappingBase.Finding
  let facts: LayoutFacts
  /// All regions, lowest first, thread stacks recognised.
  let regions: [Region]
  /// The program's image with its bss.
  let program: Range<Int>
  /// The brk heap.
  let heap: Range<Int>
  /// The main stack and what lies above it in user space.
  let top: Range<Int>
  /// What hangs from the base, in pieces that stay together, those nearest the base first.
  let hanging: [Unit]
  /// What stays where it is: indices of regions.
  let fixed: [Int]
  /// Whether the program moves with the space: position-independent.
  let isRelocatable: Bool
  /// Whether the space that hangs has holes, or something lies beyond the largest gap.
  let hasHoles: Bool

  /// Regions that stay together, and the hole between them and the one nearer to the base.
  struct Unit: Sendable {
    let regions: Range<Int>
    let gap: ByteCount
  }

  /// The anatomy of a map under a Linux layout; nil where the layout is no Linux preset, or has
  /// bounds of its own.
  init?(map: AddressMap, facts: LayoutFacts, layout: Layout) {
    guard let flavor = LinuxFlavor.all.first(where: { $0.name == layout.name }),
      layout.space.upper == flavor.taskSize,
      layout.space.lower <= facts.lowestMapping ?? flavor.lowest
    else { return nil }
    let regions = map.regions
    self.flavor = flavor
    self.facts = facts
    self.regions = regions
    let finding = MappingBase(flavor: flavor, map: map, facts: facts).find()
    self.finding = finding
    let end = regions.partitioningIndex { $0.range.lower >= flavor.taskSize }
    let stack = regions[..<end].firstIndex { $0.name == "[stack]" } ?? end
    top = stack..<end
    program = Self.program(in: regions[..<stack])
    heap = Self.heap(in: regions[..<stack])
    isRelocatable =
      !program.isEmpty
      && flavor.programBase(of: regions[program.lowerBound].range.lower, facts: facts) != nil
    let (program, heap) = (program, heap)
    let loose = (0..<stack).filter { !program.contains($0) && !heap.contains($0) }
    let units = Self.units(of: loose, in: regions)
    let walk = Walk(regions: regions, units: units, islands: [program, heap])
    (hanging, fixed, hasHoles) =
      finding.isLegacy
      ? walk.upward(from: finding.unmappedBase, to: Self.lower(of: stack, in: regions, flavor))
      : walk.downward(from: finding.mmapBase)
  }

  private static func lower(of index: Int, in regions: [Region], _ flavor: LinuxFlavor) -> Address {
    index < regions.count ? min(regions[index].range.lower, flavor.taskSize) : flavor.taskSize
  }

  private static func program(in regions: ArraySlice<Region>) -> Range<Int> {
    guard let name = OwnerRules.program(in: regions),
      let first = regions.firstIndex(where: { $0.name == name })
    else { return regions.startIndex..<regions.startIndex }
    var end = first + 1
    // The parts of a program need not touch: old linkers leave holes between them.
    while end < regions.endIndex, regions[end].kind == .image,
      regions[end].name == name
        || regions[end].isUnnamed && regions[end].range.lower == regions[end - 1].range.upper
    {
      end += 1
    }
    return first..<end
  }

  private static func heap(in regions: ArraySlice<Region>) -> Range<Int> {
    guard let first = regions.firstIndex(where: { $0.kind == .heap }) else {
      return regions.startIndex..<regions.startIndex
    }
    var end = first + 1
    while end < regions.endIndex, regions[end].kind == .heap { end += 1 }
    return first..<end
  }

  /// Regions that touch and belong together: an image, a thread's stack with its guard, the vdso.
  private static func units(of loose: [Int], in regions: [Region]) -> [Range<Int>] {
    var units: [Range<Int>] = []
    for index in loose {
      if let last = units.last, last.upperBound == index,
        regions[index - 1].range.upper == regions[index].range.lower,
        belong(regions[index - 1], regions[index])
      {
        units[units.count - 1] = last.lowerBound..<index + 1
      } else {
        units.append(index..<index + 1)
      }
    }
    return units
  }

  private static func belong(_ below: Region, _ above: Region) -> Bool {
    guard below.kind == above.kind else { return false }
    switch above.kind {
    case .image: return above.isUnnamed || above.name == below.name
    case .system: return true
    case .stack: return below.access.isNone && !above.access.isNone
    default: return false
    }
  }
}

/// Tells what hangs from the base from what was placed on purpose.
private struct Walk {
  let regions: [Region]
  let units: [Range<Int>]
  let islands: [Range<Int>]

  typealias Found = (hanging: [LinuxAnatomy.Unit], fixed: [Int], hasHoles: Bool)

  private func range(of unit: Range<Int>) -> (lower: Address, upper: Address) {
    (regions[unit.lowerBound].range.lower, regions[unit.upperBound - 1].range.upper)
  }

  private var islandRanges: [AddressRange] {
    islands.filter { !$0.isEmpty }.compactMap {
      AddressRange(regions[$0.lowerBound].range.lower, regions[$0.upperBound - 1].range.upper)
    }
  }

  /// From the base of top-down placement down. What lies above it was placed by the second search,
  /// and stays.
  func downward(from base: Address) -> Found {
    let below = Array(units.filter { range(of: $0).lower < base }.reversed())
    let ranges = below.map { range(of: $0) }
    let nearer = [base] + ranges.map(\.lower)
    let ways = zip(nearer, ranges.map(\.upper) + [0]).map { AddressRange($1, $0) }
    let risen = units.filter { range(of: $0).lower >= base }
    return found(below, ways, others: risen)
  }

  /// From the base of bottom-up placement up.
  func upward(from base: Address, to end: Address) -> Found {
    let above = units.filter { range(of: $0).lower >= base }
    let ranges = above.map { range(of: $0) }
    let nearer = [base] + ranges.map(\.upper)
    let ways = zip(nearer, ranges.map(\.lower) + [end]).map { AddressRange($0, $1) }
    let below = units.filter { range(of: $0).lower < base }
    return found(above, ways, others: below)
  }

  /// `ways` has what lies between each unit and the one nearer to the base, and last what lies
  /// beyond all of them. The largest is what was not used yet; what lies beyond that was placed on
  /// purpose.
  private func found(
    _ units: [Range<Int>], _ ways: [AddressRange?], others: [Range<Int>]
  ) -> Found {
    let islands = islandRanges
    var holes: [ByteCount] = []
    var open: [ByteCount] = []
    for way in ways {
      let parts = islands.filter { island in way.map { island.overlaps($0) } == true }
      let taken = parts.compactMap { way.flatMap($0.clamped)?.size }.total()
      let size = way?.size ?? .zero
      // What an island takes of a way is no hole, and what it kept empty is none of the program's.
      holes.append(parts.isEmpty ? size : .zero)
      open.append(size.lowered(by: taken))
    }
    let widest = open.indices.max { (open[$0], $0) < (open[$1], $1) } ?? units.count
    // A space that is nearly full has no free middle.
    let count = open[widest] >= Self.leastMiddle ? widest : units.count
    let hanging = zip(units, holes).prefix(count).map(LinuxAnatomy.Unit.init)
    let rest = (units.dropFirst(count) + others).flatMap { $0 }
    return (
      hanging, rest, !rest.isEmpty || hanging.contains { $0.gap > Self.usualHole }
    )
  }

  /// Less than this is a hole that something left, not the free middle of a space.
  private static let leastMiddle = ByteCount.mebibytes(256)

  /// The loader leaves such holes in every program.
  private static let usualHole = ByteCount.kibibytes(64)
}

extension LinuxFlavor {
  /// Where position-independent programs begin before randomisation, of those flavours whose
  /// kernels are known: `ELF_ET_DYN_BASE`.
  package func programBase(isX86With64Bits: Bool) -> Address {
    switch name {
    case "linux-i386-4g": unmappedBase + .mebibytes(16)
    case "linux-i386-3g" where isX86With64Bits: unmappedBase + .mebibytes(16)
    case "linux-arm64-compat": Address(taskSize.value / 3 * 2).roundedDown(to: Self.page)
    default: 0x40_0000
    }
  }

  /// The base that a program at `address` was moved from, nil where it lies where it was linked to.
  func programBase(of address: Address, facts: LayoutFacts) -> Address? {
    let kernels = facts.kernelMachine.map { [$0 == .x86_64] } ?? [true, false]
    let bases = Set(kernels.map { programBase(isX86With64Bits: $0) })
    return bases.first { $0 <= address && address - $0 <= .mebibytes(16) }
  }
}
