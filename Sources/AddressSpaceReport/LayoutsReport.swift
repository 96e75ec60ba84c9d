public import AddressSpace
public import AddressSpaceSimulation

/// The list of layout presets, and of the models that scenarios can run on besides.
public struct LayoutsReport: Sendable {
  let presets: [LayoutPreset]
  let models: [Model]

  /// A model with the space that it has without randomisation.
  struct Model: Sendable {
    let model: WindowsModel
    let layout: Layout
  }

  /// A report on all presets and models.
  public init(
    _ presets: [LayoutPreset] = LayoutPreset.all, models: [WindowsModel] = WindowsModel.all
  ) {
    self.presets = presets
    self.models = models.compactMap { model in
      model.unrandomizedLayout.map { Model(model: model, layout: $0) }
    }
  }

  /// For people: a line each, and how it is placed.
  public func text(_ style: Style) -> String {
    var lines = [style.paint(Self.head("NAME"), .heading)]
    for preset in presets { lines.append(Self.row(preset.layout, preset.notes)) }
    lines += ["", style.paint(Self.head("MODELS for simulate"), .heading)]
    for model in models { lines.append(Self.row(model.layout, model.model.about)) }
    let linux = presets.map(\.layout.name).filter(ModelledSystem.names.contains)
    lines.append("  and \(linux.joined(separator: ", ")) from above")
    lines += [
      "",
      style.paint(
        "  ASSUMED where no source tells (in brackets what a scenario's 'assume' changes)", .heading
      ),
    ]
    for (sentence, names) in assumptions {
      lines.append("  " + "\(sentence): \(names)".wrapped(to: style.columns - 2, indent: 4))
    }
    lines += ["", "What models answer is \(Layout.modelledBasis)."]
    return lines.joined(separator: "\n") + "\n"
  }

  /// What is assumed, and of which models: those of a version together where it is said of all.
  private var assumptions: [(sentence: String, names: String)] {
    let models = models.map(\.model) + WindowsModel.wine
    var order: [String] = []
    for model in models {
      for sentence in model.assumed where !order.contains(sentence) { order.append(sentence) }
    }
    return order.map { sentence in
      let names = WindowsVersion.allCases.flatMap { version in
        let all = models.filter { $0.version == version }
        let some = all.filter { $0.assumed.contains(sentence) }
        return !some.isEmpty && some.count == all.count
          ? [version == .wine ? "wine-*" : "windows-\(version.rawValue)-*"] : some.map(\.name)
      }
      return (sentence, names.joined(separator: ", "))
    }
  }

  private static func head(_ name: String) -> String {
    "  " + name.padded(right: 20)
      + "low                 high                placement  step    note"
  }

  private static func row(_ layout: Layout, _ note: String) -> String {
    "  " + layout.name.padded(right: 20)
      + layout.space.lower.description.padded(right: 20)
      + layout.space.upper.description.padded(right: 20)
      + layout.placement.rawValue.padded(right: 11)
      + "\(layout.granularity)".padded(right: 8) + note
  }

  /// The document `addrspace.layouts/1`.
  public func json() -> String {
    JSONValue.object([
      ("schema", "addrspace.layouts/1"),
      ("layouts", .array(presets.map { .object(Self.members($0.layout, notes: $0.notes)) })),
      (
        "models",
        .array(
          models.map { model in
            .object(
              Self.members(model.layout, notes: model.model.about) + [
                ("basis", .string(Layout.modelledBasis)),
                ("assumed", .array(model.model.assumed.map { .string($0) })),
              ])
          })
      ),
    ]).document()
  }

  private static func members(
    _ layout: Layout, notes: String
  ) -> [(key: String, value: JSONValue)] {
    [
      ("name", .string(layout.name)),
      ("low", JSONValue(layout.space.lower)),
      ("high", JSONValue(layout.space.upper)),
      ("pageBytes", JSONValue(layout.pageSize)),
      ("granularityBytes", JSONValue(layout.granularity)),
      ("placement", .string(layout.placement.rawValue)),
      ("guardGapBytes", JSONValue(layout.guardGap)),
      ("notes", .string(notes)),
    ]
  }

  /// One record a line, fields separated by tabs, sizes in bytes; of models the presets' fields, then
  /// what is assumed.
  public func plain() -> String {
    var records = Records()
    for preset in presets { records.add(preset.layout, preset.notes, nil) }
    for model in models {
      records.add(
        model.layout, model.model.about, model.model.assumed.joined(separator: "; "))
    }
    return records.text
  }
}

extension Records {
  fileprivate mutating func add(_ layout: Layout, _ notes: String, _ assumed: String?) {
    let fields: [(any CustomStringConvertible)] = [
      layout.name, layout.space.lower, layout.space.upper, layout.pageSize, layout.granularity,
      layout.placement.rawValue, layout.guardGap, notes,
    ]
    add(fields + (assumed.map { [$0] } ?? []))
  }
}
