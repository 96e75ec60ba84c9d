extension Layout {
  /// The layout of a process, from what is known of it and what its map shows.
  public static func inferred(from map: AddressMap, facts: LayoutFacts) -> Layout {
    if let windows = facts.windows {
      return .windows(windows, map: map, facts: facts)
    }
    if facts.wine != nil || map.showsWine {
      return .wine(map: map, facts: facts)
    }
    let choice = FlavorChoice(map: map, facts: facts)
    let (flavor, reason) = choice.made()
    return .linux(flavor, map: map, facts: facts, reason: reason)
  }

  /// The preset called `name`, with the bases that the map shows; nil where there is none.
  public static func named(_ name: String, map: AddressMap, facts: LayoutFacts) -> Layout? {
    let reason = "chosen by --layout"
    if let flavor = LinuxFlavor.all.first(where: { $0.name == name }) {
      return .linux(flavor, map: map, facts: facts, reason: reason)
    }
    if let preset = windowsPresets.first(where: { $0.name == name }) {
      return .windows(name: name, top: preset.top, basis: reason, isAssumed: false)
    }
    return .winePreset(name, map: map, facts: facts, basis: reason)
  }

  /// Whether its pointers reach all of `range`: 4 GiB of 32-bit ones, 2^57 bytes of 64-bit ones, as
  /// far as any processor's user space goes.
  public func canAddress(_ range: AddressRange) -> Bool {
    range.upper <= Address(wordSize == .bits32 ? 1 << 32 : 1 << 57)
  }

  /// The same rules inside other bounds.
  public func limited(to range: AddressRange) -> Layout {
    Layout(
      name: name, space: range, wordSize: wordSize, system: system, pageSize: pageSize,
      granularity: granularity,
      searches: searches.compactMap { search in
        // Bounds beyond the preset's widen the outermost search, so that a wider space is usable.
        let low = search.range.lower == space.lower ? range.lower : search.range.lower
        let high = search.range.upper == space.upper ? range.upper : search.range.upper
        return AddressRange(low, high)?.clamped(to: range).map {
          Search(
            $0, search.direction, alignment: search.alignment, slack: search.slack,
            excluding: search.excluded)
        }
      },
      guardGap: guardGap, blocked: blocked,
      basis: basis + "; bounds by --range", isAssumed: isAssumed, contradictions: contradictions)
  }

  private static func linux(
    _ flavor: LinuxFlavor, map: AddressMap, facts: LayoutFacts, reason: String
  ) -> Layout {
    let base = MappingBase(flavor: flavor, map: map, facts: facts).find()
    let first = map.regions.first?.range.lower
    let lowest = facts.lowestMapping ?? flavor.lowest
    return Layout(
      flavor, lowest: first.map { min($0, lowest) } ?? lowest, mmapBase: base.mmapBase,
      unmappedBase: base.unmappedBase, isLegacy: base.isLegacy,
      basis: reason + "; " + base.evidence, isAssumed: !facts.areKnown)
  }
}
