public import AddressSpace

/// The list of layout presets.
public struct LayoutsReport: Sendable {
  let presets: [LayoutPreset]

  /// A report on all presets.
  public init(_ presets: [LayoutPreset] = LayoutPreset.all) {
    self.presets = presets
  }

  /// For people: a line each, and how it is placed.
  public func text(_ style: Style) -> String {
    var lines = [
      style.paint(
        "  NAME                low                 high                placement  step    note",
        .heading)
    ]
    for preset in presets {
      let layout = preset.layout
      lines.append(
        "  " + layout.name.padded(right: 20)
          + layout.space.lower.description.padded(right: 20)
          + layout.space.upper.description.padded(right: 20)
          + layout.placement.rawValue.padded(right: 11)
          + "\(layout.granularity)".padded(right: 8) + preset.notes)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The document `addrspace.layouts/1`.
  public func json() -> String {
    JSONValue.object([
      ("schema", "addrspace.layouts/1"),
      (
        "layouts",
        .array(
          presets.map { preset in
            [
              "name": .string(preset.layout.name),
              "low": JSONValue(preset.layout.space.lower),
              "high": JSONValue(preset.layout.space.upper),
              "pageBytes": JSONValue(preset.layout.pageSize),
              "granularityBytes": JSONValue(preset.layout.granularity),
              "placement": .string(preset.layout.placement.rawValue),
              "guardGapBytes": JSONValue(preset.layout.guardGap),
              "notes": .string(preset.notes),
            ]
          })
      ),
    ]).document()
  }

  /// One record a line, fields separated by tabs, sizes in bytes.
  public func plain() -> String {
    var records = Records()
    for preset in presets {
      let layout = preset.layout
      records.add(
        layout.name, layout.space.lower, layout.space.upper, layout.pageSize, layout.granularity,
        layout.placement.rawValue, layout.guardGap, preset.notes)
    }
    return records.text
  }
}
