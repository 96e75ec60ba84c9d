extension AddressMap {
  /// Whether the process runs a Windows program: Wine's own library is in it.
  public var showsWine: Bool {
    first { name in
      name.hasSuffix("-unix/ntdll.so") || name.hasSuffix("/wine-preloader")
        || name.hasSuffix("/bin/wine") || name.hasSuffix("/lib/wine/wine")
        || name.hasSuffix("/wine/ntdll.dll.so")
    } != nil
  }
}

/// What the map of a Wine process says of the program's limit; sources in `docs/layouts.md`.
struct WineSigns {
  let map: AddressMap
  let facts: LayoutFacts

  /// Whether the process itself is 64-bit: new WoW64, where Windows' space is its low 4 GiB.
  var isNewWoW64: Bool {
    if let wordSize = facts.wordSize { return wordSize == .bits64 }
    return map.regions.last { $0.name != "[vsyscall]" }.map { $0.range.upper > Address(1 << 32) }
      ?? false
  }

  /// Whether the program is large address aware, as the map shows it: Wine keeps the space above
  /// 2 GiB from a program that is not.
  var isLargeAddressAware: Bool {
    guard let region = map.region(at: 0x8200_0000), region.range.lower < 0x8200_0000 else {
      return true
    }
    return facts.knowsTraits ? !isReservation(region) : !region.access.isNone || !region.isUnnamed
  }

  /// Whether a region is Wine's own reservation, which it hands out to the program: private,
  /// without a file, never writable, mapped with MAP_NORESERVE. Where traits were not read only
  /// what ends where Wine's reservations end is certain: the rest of a region without access may
  /// as well be the program's own.
  func isReservation(_ region: Region) -> Bool {
    guard region.inode == 0, region.name.isEmpty || region.name == "[heap]",
      region.access.isDisjoint(with: [.write, .shared])
    else { return false }
    return facts.knowsTraits
      ? region.traits.contains(.noReserve)
      : region.access.isNone && Self.ends.contains(region.range.upper)
  }

  /// Where the areas end that Wine 8 and its preloader reserve and keep.
  private static let ends: Set<Address> = [0x2000_0000, 0x4000_0000, 0x6800_0000, 0x8200_0000]

  /// The areas that Wine keeps reserved: from the first reservation of a run of mappings without
  /// gaps to its last.
  func areas(in space: AddressRange) -> [AddressRange] {
    var areas: [AddressRange] = []
    var current: AddressRange?
    var end: Address?
    for region in map.regions {
      if end != region.range.lower, let area = current {
        areas.append(area)
        current = nil
      }
      end = region.range.upper
      if isReservation(region) {
        current = AddressRange(current?.lower ?? region.range.lower, region.range.upper)
      }
    }
    areas += [current].compactMap { $0 }
    return areas.compactMap { $0.clamped(to: space) }
  }
}

extension Layout {
  /// What a Windows program may use under Wine.
  private struct WineSpace {
    let name: String
    let limit: Address
    let isNew: Bool
    /// The areas that Wine reserves at its start, for a map that shows none.
    let areas: [AddressRange]
  }

  private static let wineSpaces = [
    WineSpace(
      name: "wine-2g", limit: 0x7FFF_0000, isNew: false,
      areas: [AddressRange(0x1_0000, 0x2000_0000)].compactMap { $0 }),
    WineSpace(
      name: "wine-4g", limit: 0xFFFF_0000, isNew: false,
      areas: [AddressRange(0x1_0000, 0x4000_0000), AddressRange(0x7FFE_0000, 0x8200_0000)]
        .compactMap { $0 }),
    WineSpace(
      name: "wine-new-2g", limit: 0x7FFF_0000, isNew: true,
      areas: [AddressRange(0x1_0000, 0x6800_0000), AddressRange(0x7F00_0000, 0x7FFF_0000)]
        .compactMap { $0 }),
    WineSpace(
      name: "wine-new-4g", limit: 0xFFFF_0000, isNew: true,
      areas: [AddressRange(0x1_0000, 0x6800_0000), AddressRange(0x7F00_0000, 0x7FFF_0000)]
        .compactMap { $0 }),
  ]

  /// The Wine presets: name and notes.
  static let winePresets: [(name: String, notes: String)] = [
    ("wine-2g", "Wine 8 as a 32-bit process; the program is not large address aware"),
    ("wine-4g", "Wine 8 as a 32-bit process; the program is large address aware"),
    ("wine-new-2g", "new WoW64 (Wine 9 and later): a 64-bit process, its low 2 GiB"),
    ("wine-new-4g", "new WoW64 (Wine 9 and later): a 64-bit process, its low 4 GiB"),
  ]

  /// The layout of a Wine process.
  static func wine(map: AddressMap, facts: LayoutFacts) -> Layout {
    let signs = WineSigns(map: map, facts: facts)
    let seen = signs.isLargeAddressAware
    let known = facts.wine?.isLargeAddressAware
    let isAware = signs.isNewWoW64 ? known ?? seen : seen
    let name = (signs.isNewWoW64 ? "wine-new-" : "wine-") + (isAware ? "4g" : "2g")
    let reason =
      "Wine; the program is \(isAware ? "" : "not ")large address aware, "
      + (signs.isNewWoW64 && known != nil
        ? facts.wine?.evidence ?? "by its header" : "as the map shows above 2 GiB")
    guard var layout = winePreset(name, map: map, facts: facts, basis: reason) else {
      return windows(name: name, top: 0x7FFF_0000, basis: reason, isAssumed: true)
    }
    layout.isAssumed = !facts.areKnown
    if let known, known != isAware {
      layout.contradictions = [
        "\(facts.wine?.evidence ?? "the program's header") says the program is "
          + "\(known ? "" : "not ")large address aware, the map shows the opposite; the map was "
          + "believed"
      ]
    }
    return layout
  }

  /// The Wine preset called `name`, with the bases and, unless they are given, the areas that the
  /// map shows.
  static func winePreset(
    _ name: String, map: AddressMap, facts: LayoutFacts, basis: String,
    areas given: [AddressRange]? = nil
  ) -> Layout? {
    guard let kind = wineSpaces.first(where: { $0.name == name }) else { return nil }
    let flavor =
      facts.personality?.contains(.limit3GiB) == true
      ? LinuxFlavor.i386With3GiB : .i386With4GiB
    let stackEnd = map.first { $0 == "[stack]" }?.range.upper
    let host =
      kind.isNew ? kind.limit : stackEnd.map { $0 <= 0xC000_0000 ? 0xC000_0000 : kind.limit }
    let limit = min(kind.limit, host ?? kind.limit)
    guard let space = AddressRange(0x1_0000, limit) else { return nil }
    let seen = WineSigns(map: map, facts: facts).areas(in: space)
    let areas =
      given?.compactMap { $0.clamped(to: space) }
      ?? (seen.isEmpty || kind.isNew ? kind.areas : seen)
    let inside = areas.compactMap { area in
      // Below 0x110000 lies what DOS programs need; only fixed requests go there.
      AddressRange(max(area.lower, kind.isNew ? 0x1_0000 : 0x11_0000), area.upper).map {
        Search($0, .bottomUp, alignment: windowsGranularity)
      }
    }
    let outside =
      kind.isNew
      ? [Search(space, .bottomUp, alignment: windowsGranularity, excluding: areas)]
      : wineHost(map: map, facts: facts, flavor: flavor, limit: limit, excluding: areas)
    return Layout(
      name: name, space: space, wordSize: .bits32, system: .wine, pageSize: .kibibytes(4),
      granularity: windowsGranularity, searches: inside + outside, guardGap: LinuxFlavor.guardGap,
      blocked: [], basis: basis, isAssumed: false)
  }

  /// What is not in a reserved area Wine asks of the kernel, with 64 KiB on top to align.
  private static func wineHost(
    map: AddressMap, facts: LayoutFacts, flavor: LinuxFlavor, limit: Address,
    excluding areas: [AddressRange]
  ) -> [Search] {
    let base = MappingBase(flavor: flavor, map: map, facts: facts).find()
    let down = base.isLegacy ? nil : AddressRange(flavor.lowest, min(base.mmapBase, limit))
    let up = AddressRange(base.unmappedBase, limit)
    func search(_ range: AddressRange?, _ direction: Search.Direction) -> [Search] {
      range.map { range in
        [
          Search(
            range, direction, alignment: windowsGranularity, slack: windowsGranularity,
            excluding: areas)
        ]
      } ?? []
    }
    return search(down, .topDown) + search(up, .bottomUp)
  }
}
