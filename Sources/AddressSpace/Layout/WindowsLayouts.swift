extension Layout {
  /// Windows hands out bases at multiples of 64 KiB, sizes at multiples of a page.
  static let windowsGranularity = ByteCount.kibibytes(64)

  /// The user space of a 32-bit Windows process up to `top`; sources in `docs/layouts.md`.
  ///
  /// The last 64 KiB below every limit are out of reach of `VirtualAlloc`; with more than 2 GiB so
  /// is the hole around the 2 GiB line: the shared user page and a guard on either side.
  static func windows(name: String, top: Address, basis: String, isAssumed: Bool) -> Layout {
    let edge = top - windowsGranularity
    let holes = [
      AddressRange(0x7FFE_0000, 0x8001_0000).flatMap { $0.upper < top ? $0 : nil },
      AddressRange(edge, top),
    ].compactMap { $0 }
    let space = AddressRange(0x1_0000, top) ?? .everything(below: top)
    return Layout(
      name: name, space: space, wordSize: .bits32, system: .windows,
      pageSize: .kibibytes(4), granularity: windowsGranularity,
      searches: [Search(space, .bottomUp, alignment: windowsGranularity)],
      guardGap: .zero, blocked: holes, basis: basis, isAssumed: isAssumed)
  }

  /// The Windows presets: name, limit, notes.
  static let windowsPresets: [(name: String, top: Address, notes: String)] = [
    ("windows-2g", 0x7FFF_0000, "32-bit program that is not large address aware"),
    ("windows-3g", 0xBFFF_0000, "large address aware on 32-bit Windows booted with /3GB"),
    (
      "windows-4g", 0xFFFF_0000,
      "large address aware on 64-bit Windows; no block crosses the 2 GiB line"
    ),
  ]
}

extension Layout {
  /// The layout of a Windows process: by where its list of memory ends, else by what is known of the
  /// program and the system.
  static func windows(_ windows: WindowsFacts, map: AddressMap, facts: LayoutFacts) -> Layout {
    let top = map.regions.last?.range.upper ?? 0
    let (preset, reason, isAssumed) = choice(windows, top: windows.end ?? top)
    return .windows(
      name: preset.name, top: preset.top, basis: reason, isAssumed: isAssumed)
  }

  private static func choice(
    _ windows: WindowsFacts, top: Address
  ) -> (preset: (name: String, top: Address, notes: String), reason: String, isAssumed: Bool) {
    let (two, three, four) = (windowsPresets[0], windowsPresets[1], windowsPresets[2])
    if windows.end != nil {
      let preset = windowsPresets.first { top <= $0.top } ?? four
      return (preset, "the list of memory ends at \(top)", false)
    }
    switch windows.isLargeAddressAware {
    case false: return (two, "the program is not large address aware", false)
    case true:
      guard let is64BitSystem = windows.is64BitSystem else {
        return (four, "large address aware, assumed on 64-bit Windows", true)
      }
      return is64BitSystem
        ? (four, "large address aware on 64-bit Windows", false)
        : (top > 0x8000_0000 ? three : two, "large address aware on 32-bit Windows", true)
    case nil:
      let preset = windowsPresets.first { top <= $0.top } ?? four
      return (preset, "assumed: mapped up to \(top)", true)
    }
  }
}
