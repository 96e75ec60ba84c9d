extension ChangingSpace {
  /// The bit of the program's header set: Wine and 64-bit Windows then give it 4 GiB.
  mutating func makeLargeAddressAware(_ change: Change) throws(ChangeError) {
    switch layout.name {
    case "wine-2g":
      guard let wine = WineRestart(map: map, facts: facts, layout: layout, draw: draw),
        let next = wine.layout
      else { throw .doesNotApply(change, "the layout is not known well enough.") }
      map = wine.map
      facts.wine?.isLargeAddressAware = true
      facts.wine?.evidence = nil
      layout = next
      restarts(drawing: facts.isRandomized ?? true)
      if facts.limits?.addressSpace?.soft != nil {
        models("what Wine then reserves counts against RLIMIT_AS, which is not modelled")
      }
    case "wine-new-2g":
      try useWindowsLayout("wine-new-4g", change)
      models("new WoW64 was not tried")
    case "windows-2g":
      if facts.windows?.is64BitSystem == false {
        throw .doesNotApply(
          change, "32-bit Windows gives such a program more only when it is booted with /3GB: 3gb.")
      }
      if facts.windows?.isLargeAddressAware == true {
        throw .doesNotApply(
          change,
          "the program is large address aware already; 64-bit Windows gives it 4 GiB: "
            + "layout=windows-4g.")
      }
      try useWindowsLayout("windows-4g", change)
      models("on 64-bit Windows; its rules are applied, it was not tried")
    case "wine-4g", "wine-new-4g", "windows-4g", "windows-3g":
      throw .doesNotApply(change, "the program is large address aware already.")
    default:
      throw .doesNotApply(change, "this is no Windows program's space.")
    }
    restarts()
  }

  /// 32-bit Windows that keeps 1 GiB for itself.
  mutating func bootWith3GB(_ change: Change) throws(ChangeError) {
    guard layout.system == .windows else {
      throw .doesNotApply(
        change,
        layout.system == .wine
          ? "Wine has no such setting." : "this is no Windows program's space.")
    }
    guard layout.name != "windows-3g" else {
      throw .doesNotApply(change, "the space has 3 GiB already.")
    }
    guard layout.wordSize == .bits32, facts.windows?.is64BitSystem != true else {
      throw .doesNotApply(change, "only 32-bit Windows has that setting.")
    }
    try useWindowsLayout("windows-3g", change)
    models("32-bit Windows booted with /3GB, where only a large-address-aware program gets more")
    restarts()
  }

  /// Another layout of a Windows or Wine process.
  mutating func changeLayout(to name: String, _ change: Change) throws(ChangeError) {
    guard name != layout.name else {
      throw .doesNotApply(change, "it has that layout already.")
    }
    let isWine = layout.system == .wine
    guard name.hasPrefix(isWine ? "wine-" : "windows-") else {
      throw .doesNotApply(
        change, "a program of \(layout.name) cannot have it; it would be another program.")
    }
    if layout.name == "wine-2g", name == "wine-4g" { return try makeLargeAddressAware(change) }
    try useWindowsLayout(name, change)
    models("the rules of \(name) are applied to the map as it is; it was not tried")
    restarts()
  }

  /// The rules of a preset for the map as it is.
  private mutating func useWindowsLayout(_ name: String, _ change: Change) throws(ChangeError) {
    map =
      AddressMap.assembling(
        map.regions.filter { !isWineReservation($0) && !isKeptByWindows($0) }
      ).map
    guard let next = Layout.named(name, map: map, facts: facts) else {
      throw .doesNotApply(change, "the layout is not known well enough.")
    }
    var changed = next
    changed.basis = layout.basis + "; after \(change)"
    changed.isAssumed = layout.isAssumed
    facts.windows?.isLargeAddressAware = name != "windows-2g"
    facts.windows?.end = nil
    facts.wine?.isLargeAddressAware = name.hasSuffix("4g")
    facts.wine?.evidence = nil
    layout = changed
  }

  /// What 64-bit Windows keeps from a program that is not large address aware, where it was listed.
  private func isKeptByWindows(_ region: Region) -> Bool {
    layout.system == .windows && region.access.isNone && region.range.lower >= 0x7FFF_0000
      && region.size >= .gibibytes(1)
  }

  /// Wine's own reservations: what it keeps from a program that is not large address aware, and
  /// what it hands out itself.
  private func isWineReservation(_ region: Region) -> Bool {
    guard layout.system == .wine else { return false }
    let isKept =
      region.access.isNone && region.isUnnamed && region.range.lower >= 0x7FFE_0000
      && layout.name.hasSuffix("2g")
    return isKept || WineSigns(map: map, facts: facts).isReservation(region)
  }
}
