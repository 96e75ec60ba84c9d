/// Where a Linux process's mappings begin, read off its map: the kernel reports it nowhere.
///
/// The dynamic loader (or, in a static program, the vdso) is the first thing mapped, so it sits
/// flush at the base: below it where placement is top-down, above it in the legacy layout.
struct MappingBase {
  let flavor: LinuxFlavor
  let map: AddressMap
  let facts: LayoutFacts

  /// What the map tells, with a half sentence on how.
  struct Finding {
    var mmapBase: Address
    var unmappedBase: Address
    var isLegacy: Bool
    var evidence: String
    /// Whether the base itself was seen rather than computed from defaults.
    var isSeen: Bool
  }

  func find() -> Finding {
    let first = loader ?? vdso
    if isLegacy {
      let base = first.flatMap { isNearUnmappedBase($0.lower) ? $0.lower : nil }
      return Finding(
        mmapBase: base ?? flavor.unmappedBase, unmappedBase: base ?? flavor.unmappedBase,
        isLegacy: true,
        evidence: base.map { "legacy layout, bottom-up from \($0)" }
          ?? "legacy layout, base not seen in the map",
        isSeen: base != nil)
    }
    let nominal = flavor.mmapBase(
      stackLimit: facts.stackLimit ?? .mebibytes(8), isRandomized: isRandomized)
    guard let base = first?.upper ?? highestBelow(nominal) else {
      return Finding(
        mmapBase: nominal, unmappedBase: flavor.unmappedBase, isLegacy: false,
        evidence: "top-down from \(nominal), the base without randomisation", isSeen: false)
    }
    return Finding(
      mmapBase: base, unmappedBase: unmappedBase(below: nominal, base), isLegacy: false,
      evidence: "top-down from \(base)", isSeen: true)
  }

  /// Both bases move by the same random number of pages, one down and the other up.
  private func unmappedBase(below nominal: Address, _ base: Address) -> Address {
    guard base <= nominal, isRandomized, flavor.randomizesFallback(on: facts.kernelMachine) else {
      return flavor.unmappedBase
    }
    let shift = nominal - base
    let most = ByteCount(flavor.mostRandomPages * LinuxFlavor.page.value)
    return shift <= most ? flavor.unmappedBase + shift : flavor.unmappedBase
  }

  private var isRandomized: Bool {
    facts.isRandomized ?? (facts.personality?.contains(.noRandomization) != true)
  }

  /// What the map shows, libraries above the loader and not below it; else what the facts say.
  var isLegacy: Bool {
    if facts.isRead, let personality = facts.personality, facts.legacySysctl != nil {
      return personality.contains(.legacyLayout) || facts.legacySysctl == true
        || isUnlimitedArm
    }
    if let first = loader {
      guard let other = firstLibrary else { return isNearUnmappedBase(first.lower) }
      return other > first.lower
    }
    if let vdso, flavor.fallback == .unmappedBase { return isNearUnmappedBase(vdso.lower) }
    return facts.personality?.contains(.legacyLayout) == true || facts.legacySysctl == true
  }

  /// ARM kernels take an unlimited stack for the wish to have the old layout.
  private var isUnlimitedArm: Bool {
    (facts.machine == .arm || facts.machine == .arm64)
      && facts.stackLimit == LayoutFacts.unlimitedStack
  }

  private func isNearUnmappedBase(_ address: Address) -> Bool {
    guard address >= flavor.unmappedBase else { return false }
    return address - flavor.unmappedBase
      <= ByteCount(flavor.mostRandomPages * LinuxFlavor.page.value)
  }

  /// What was mapped first: read from the process, else the dynamic loader by its name.
  private var loader: AddressRange? {
    if let first = facts.firstMapping { return first }
    return map.first(named: isLoaderName).flatMap { run(named: $0.name) }
  }

  private var vdso: AddressRange? {
    let systemNames = ["[vdso]", "[vvar]", "[vvar_vclock]"]
    let parts = map.named.map { map.regions[$0] }.filter { systemNames.contains($0.name) }
    guard let low = parts.first?.range.lower, let high = parts.last?.range.upper,
      high <= flavor.stackTop.lowered(by: .mebibytes(128))
    else { return nil }
    return AddressRange(low, high)
  }

  private func run(named name: String) -> AddressRange? {
    guard let first = map.named.first(where: { map.regions[$0].name == name }) else {
      return nil
    }
    var last = first
    while last + 1 < map.regions.count, map.regions[last + 1].name == name { last += 1 }
    // What the loader keeps behind its file (bss) was mapped with it.
    if last + 1 < map.regions.count, map.regions[last + 1].kind == .image,
      map.regions[last + 1].isUnnamed
    {
      last += 1
    }
    return AddressRange(map.regions[first].range.lower, map.regions[last].range.upper)
  }

  /// A shared library other than the loader: which side of the loader it lies on tells the order.
  private var firstLibrary: Address? {
    map.named.lazy.map { map.regions[$0] }.first { region in
      region.kind == .image && region.inode != 0 && !isLoaderName(region.name)
        && (region.name.contains(".so") || region.name.contains("/lib"))
    }?.range.lower
  }

  /// The end of the highest mapping that a randomised base could explain.
  private func highestBelow(_ nominal: Address) -> Address? {
    let most = ByteCount(flavor.mostRandomPages * LinuxFlavor.page.value)
    let index = map.index(above: nominal)
    guard index > 0 else { return nil }
    let end = map.regions[index - 1].range.upper
    return nominal - end <= most ? end : nil
  }

  private func isLoaderName(_ name: String) -> Bool {
    let file = name.lastPathComponent
    return file.hasPrefix("ld-") || file.hasPrefix("ld.so") || file == "linker"
      || file == "linker64"
  }
}
