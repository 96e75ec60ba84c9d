extension Layout {
  /// Windows hands out bases at multiples of 64 KiB, sizes at multiples of a page.
  static let windowsGranularity = ByteCount.kibibytes(64)

  /// The first 64 KiB above 2 GiB and the shared user page below: nothing crosses them.
  private static let hole = AddressRange(0x7FFE_0000, 0x8001_0000)

  /// The user space of a Windows process up to `top`; sources in `docs/layouts.md`.
  ///
  /// The last 64 KiB below every limit are out of reach of `VirtualAlloc`; with more than 2 GiB so
  /// is the hole around the 2 GiB line: the shared user page and a guard on either side. A source
  /// that lists all memory shows the hole itself.
  static func windows(
    name: String, top: Address, showsHole: Bool = false, basis: String, isAssumed: Bool
  ) -> Layout {
    let isWide = top > Address(1 << 32)
    let edge = top.lowered(by: windowsGranularity)
    let holes = [
      showsHole || isWide ? nil : hole.flatMap { $0.upper < top ? $0 : nil },
      AddressRange(edge, top),
    ].compactMap { $0 }
    let space = AddressRange(0x1_0000, top) ?? .everything(below: top)
    return Layout(
      name: name, space: space, wordSize: isWide ? .bits64 : .bits32, system: .windows,
      pageSize: .kibibytes(4), granularity: windowsGranularity,
      searches: [Search(space, .bottomUp, alignment: windowsGranularity)],
      guardGap: .zero, blocked: holes, basis: basis, isAssumed: isAssumed)
  }

  /// A Windows preset.
  struct WindowsPreset: Sendable {
    let name: String
    let top: Address
    let notes: String
  }

  /// The Windows presets: those of 32-bit programs, then that of 64-bit ones.
  static let windowsPresets = windows32 + [windows64]

  /// What 32-bit programs get, the least first.
  static let windows32 = [
    WindowsPreset(
      name: "windows-2g", top: 0x7FFF_0000, notes: "32-bit program that is not large address aware"),
    WindowsPreset(
      name: "windows-3g", top: 0xBFFF_0000,
      notes: "large address aware on 32-bit Windows booted with /3GB"),
    WindowsPreset(
      name: "windows-4g", top: 0xFFFF_0000,
      notes: "large address aware on 64-bit Windows; no block crosses the 2 GiB line"),
  ]

  /// What 64-bit programs get.
  static let windows64 = WindowsPreset(
    name: "windows-x64", top: 0x7FFF_FFFF_0000,
    notes: "64-bit program: address space is not its limit")

  /// The layout of a Windows process: by where its list of memory ends, else by what is known of the
  /// program and the system.
  static func windows(_ windows: WindowsFacts, map: AddressMap, facts: LayoutFacts) -> Layout {
    WindowsChoice(windows: windows, map: map, facts: facts).layout()
  }
}
