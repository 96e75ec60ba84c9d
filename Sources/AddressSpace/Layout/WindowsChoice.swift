/// Which user space a Windows process has.
struct WindowsChoice {
  let windows: WindowsFacts
  let map: AddressMap
  let facts: LayoutFacts

  /// As far as the addresses of a 32-bit program reach.
  static let end32 = Address(1 << 32)

  func layout() -> Layout {
    if let layout = windows.edges.flatMap({ Layout.windows($0) }) { return layout }
    if isWide { return wide }
    if let end = windows.end, end <= Self.end32 { return ending(at: end) }
    if windows.end != nil { return seenFromOutside }
    return told
  }

  /// Whether the program is a 64-bit one.
  private var isWide: Bool {
    if let wordSize = facts.wordSize { return wordSize == .bits64 }
    return max(windows.end ?? 0, map.regions.last?.range.upper ?? 0) > Self.end32 && !hasWoW64
  }

  /// The library by which 64-bit Windows runs 32-bit programs.
  private var hasWoW64: Bool {
    map.first { $0.lastPathComponent.lowercased() == "wow64.dll" } != nil
  }

  private var wide: Layout {
    let preset = Layout.windows64
    let top = max(windows.end ?? preset.top, map.regions.last?.range.upper ?? 0)
    return .windows(
      name: preset.name, top: max(top, Self.end32 + .kibibytes(64)),
      basis: facts.wordSize == nil ? "assumed: listed up to \(top)" : "64-bit process",
      isAssumed: facts.wordSize == nil)
  }

  /// The end of what the map shows among the addresses of a 32-bit program.
  private var top: Address {
    map.regions.last { $0.range.upper <= Self.end32 && $0.kind != .system }?.range.upper ?? 0
  }

  /// A list that ends below a preset's limit by more than its last 64 KiB is believed: the boot
  /// option `/USERVA` sets less than 3 GiB.
  private func ending(at end: Address) -> Layout {
    let preset = preset(upTo: end)
    let isNear = preset.top <= end || preset.top - end <= Layout.windowsGranularity
    return layout(
      preset, top: isNear ? preset.top : end, showsHole: true,
      basis: "the list of memory ends at \(end)", isAssumed: false)
  }

  /// A list that goes on above 4 GiB: what a 64-bit program sees of a 32-bit one. All above 2 GiB is
  /// kept from one that is not large address aware.
  private var seenFromOutside: Layout {
    let isKept =
      map.region(at: 0x9000_0000).map { region in
        region.access.isNone && region.range.lower <= 0x8001_0000
          && region.range.upper >= Self.end32 - Layout.windowsGranularity
      } ?? false
    return layout(
      isKept ? Layout.windows32[0] : Layout.windows32[2], showsHole: true,
      basis: "32-bit program on 64-bit Windows; what lies above 2 GiB is "
        + (isKept ? "kept from it" : "open to it"), isAssumed: false)
  }

  /// What is known of the program and the system, where no list of memory decides.
  private var told: Layout {
    let (two, three, four) = (Layout.windows32[0], Layout.windows32[1], Layout.windows32[2])
    let top = top
    switch windows.isLargeAddressAware {
    case false: return layout(two, basis: "the program is not large address aware")
    case true:
      guard let is64BitSystem = windows.is64BitSystem else {
        return layout(
          four, basis: "large address aware, assumed on 64-bit Windows", isAssumed: true)
      }
      return is64BitSystem
        ? layout(four, basis: "large address aware on 64-bit Windows")
        : layout(
          top > 0x8000_0000 ? three : two, basis: "large address aware on 32-bit Windows",
          isAssumed: true)
    case nil:
      return layout(preset(upTo: top), basis: "assumed: mapped up to \(top)", isAssumed: true)
    }
  }

  private func preset(upTo top: Address) -> Layout.WindowsPreset {
    let above = ByteCount.kibibytes(64)
    return Layout.windows32.first { top <= $0.top + above } ?? Layout.windows32[2]
  }

  private func layout(
    _ preset: Layout.WindowsPreset, top: Address? = nil, showsHole: Bool = false, basis: String,
    isAssumed: Bool = false
  ) -> Layout {
    var layout = Layout.windows(
      name: preset.name, top: top ?? preset.top, showsHole: showsHole, basis: basis,
      isAssumed: isAssumed)
    let high = layout.space.upper
    if windows.isLargeAddressAware == false, high > 0x8000_0000 {
      layout.contradictions = [
        "the program's header says that it is not large address aware, its memory is listed up to "
          + "\(high); the list was believed"
      ]
    } else if self.top > high {
      layout.contradictions = [
        "\(basis), but memory is listed up to \(self.top); what lies above \(high) is left out"
      ]
    }
    return layout
  }
}
