import AddressSpace

/// What Wine does in its Linux process before it maps a Windows program; sources in
/// `docs/simulation-windows.md`.
struct WineStart {
  let isLargeAddressAware: Bool
  /// Whether the program has windows: fonts and what reads them come with it.
  let hasWindows: Bool
  let isRandomized: Bool

  /// The space that the program finds; nil where Wine has no room to start.
  ///
  /// Draws: as the kernel does for any start.
  func space(_ random: inout SeededRandom) -> ModelledSpace? {
    guard var launch = LinuxLaunch(layout: "linux-i386-4g", program: .wine) else { return nil }
    launch.isRandomized = isRandomized
    guard var space = launch.start(&random) else { return nil }
    space.facts.knowsTraits = true
    let areas = reserve(in: &space)
    guard let views = areas.last(where: { $0.size >= Self.views })?.upper,
      take(views.lowered(by: Self.views), views, "Wine's tables", in: &space),
      take(0x1_0000, 0x11_0000, "DOS area", in: &space),
      take(0x3FE0_0000, 0x4000_0000, "blocks", in: &space),
      take(0x7FFE_0000, 0x7FFE_1000, "shared user page", in: &space),
      launch.run(
        LinuxProgram.afterReserving + (hasWindows ? LinuxProgram.ofWindows : []), &space)
    else { return nil }
    release(in: &space)
    let snapshot = space.snapshot()
    var layout = Layout.inferred(from: snapshot.map, facts: snapshot.facts)
    layout.basis = Layout.modelledBasis
    return space.moved(under: layout)
  }

  /// Reserves all that is free in whole slots (`reserve_area`).
  private func reserve(in space: inout ModelledSpace) -> [AddressRange] {
    var mapping = Mapping("reserved by Wine", access: [], isReserved: true)
    mapping.traits = .noReserve
    let wanted = [AddressRange(0x1_0000, 0x4000_0000), AddressRange(0x7FFE_0000, 0xFFFF_0000)]
    var areas: [AddressRange] = []
    for free in space.freeRanges {
      for wanted in wanted {
        guard let part = wanted.flatMap({ free.clamped(to: $0) }),
          let lower = part.lower.roundedUp(to: Layout.windowsSlot),
          let area = AddressRange(lower, part.upper.roundedDown(to: Layout.windowsSlot)),
          space.map(at: area, mapping)
        else { continue }
        areas.append(area)
      }
    }
    return areas
  }

  /// Maps memory over what is reserved.
  private func take(
    _ lower: Address, _ upper: Address, _ owner: String, in space: inout ModelledSpace
  ) -> Bool {
    guard let range = AddressRange(lower, upper) else { return false }
    space.unmap(range)
    return space.map(at: range, Mapping(owner))
  }

  /// Gives reservations back before the program runs (`virtual_release_address_space`).
  private func release(in space: inout ModelledSpace) {
    let released =
      isLargeAddressAware
      ? AddressRange(0x8200_0000, 0xFFFF_0000) : AddressRange(0x2000_0000, 0x7F00_0000)
    for region in space.snapshot().map.regions where region.traits.contains(.noReserve) {
      if let range = released.flatMap({ region.range.clamped(to: $0) }) { space.unmap(range) }
    }
  }

  /// The tables of mappings, of free ranges, and a byte for each page.
  private static let views = ByteCount.mebibytes(3)
}

extension ModelledSpace {
  /// The same mappings under a layout of Wine, for which its reservations are free as far as it may
  /// hand them out.
  fileprivate func moved(under layout: Layout) -> ModelledSpace {
    var moved = ModelledSpace(layout, facts: facts)
    moved.table = table
    moved.startOfBreak = startOfBreak
    moved.programBreak = programBreak
    var last: Stretch?
    for var stretch in stretches.chunks.joined() {
      // What is one mapping stays one.
      if last.map({ !isOne($0, stretch) }) ?? true { moved.groups += 1 }
      last = stretch
      if table[stretch.columns].traits.contains(.noReserve) {
        stretch.lower = max(stretch.lower, layout.space.upper.value)
        guard stretch.lower < stretch.upper else { continue }
        stretch.origin = stretch.lower
      }
      stretch.group = moved.groups
      moved.put(stretch)
    }
    return moved
  }
}
