/// A layout by its name, with the bases that it has without randomisation.
public struct LayoutPreset: Sendable {
  /// The layout.
  public let layout: Layout
  /// What to know about it.
  public let notes: String

  /// All presets, Linux first.
  public static let all: [LayoutPreset] = {
    let notes =
      LinuxFlavor.all.map { ($0.name, $0.notes) }
      + Layout.windowsPresets.map { ($0.name, $0.notes) }
      + Layout.winePresets
    let (empty, _) = AddressMap.assembling([])
    return notes.compactMap { name, notes in
      Layout.named(name, map: empty, facts: LayoutFacts()).map {
        LayoutPreset(layout: $0, notes: notes)
      }
    }
  }()
}
