import AddressSpace

/// Reads what `growth` and `loss` hold against what it was: `{of: {origin: "python*"}, over: 10}`.
struct ChangeReader {
  /// Which of the two.
  let rule: PolicyRule.Name
  let mapping: StrictReader

  func change() throws(YAMLError) -> PolicyRule.Change {
    let looks = try mapping.entry("over")?.positiveNumber()
    let of = try mapping.required("of")
    switch of.value.content {
    case .scalar:
      let name = try name(of.text(), at: of.value.place)
      switch name {
      case .regions: return PolicyRule.Change(of: .regions, over: looks)
      case .free: return PolicyRule.Change(of: .free, over: looks)
      case .largestFree: return PolicyRule.Change(of: .largestFree, over: looks)
      default:
        throw YAMLError(
          of.value.place,
          .impossible(
            "\"of\" does not say which \(name.rawValue). Write it as in "
              + "of: \(Self.example(of: name))."))
      }
    case .mapping(let entries):
      guard let entry = entries.first, entries.count == 1 else {
        throw YAMLError(
          of.value.place,
          .impossible("\"of\" has to name one figure. Write it as in of: {kind: heap}."))
      }
      let name = try name(entry.key, at: entry.place)
      return PolicyRule.Change(of: try subject(name, entry), over: looks)
    case .list:
      throw YAMLError(
        of.value.place, .wrongShape(of: quoted("of"), wanted: .mapping, found: .list))
    }
  }

  /// A figure that gets worse this way.
  private func name(_ text: String, at place: YAMLPlace) throws(YAMLError) -> PolicyRule.Name {
    let (own, other) =
      rule == .growth ? (Self.growing, Self.shrinking) : (Self.shrinking, Self.growing)
    if let name = own.first(where: { $0.rawValue == text }) { return name }
    if other.contains(where: { $0.rawValue == text }) {
      let right: PolicyRule.Name = rule == .growth ? .loss : .growth
      throw YAMLError(
        place,
        .impossible(
          "\(text) gets worse by \(right.rawValue). Write \(right.rawValue) in the place of "
            + "\(rule.rawValue)."))
    }
    let known = own.map(\.rawValue)
    throw YAMLError(
      place,
      .unknownName(
        text, of: rule == .growth ? "figure that grows" : "figure that is lost",
        nearest: text.nearest(of: known), known: known))
  }

  private static let growing: [PolicyRule.Name] = [
    .regions, .kind, .owner, .origin, .module, .pins,
  ]
  private static let shrinking: [PolicyRule.Name] = [.largestFree, .free, .fits]

  private static func example(of name: PolicyRule.Name) -> String {
    switch name {
    case .kind: "{kind: heap}"
    case .pins: "{pins: {smaller-than: 64KiB, between: 16MiB}}"
    case .fits: "{fits: {buffer: 48MiB}}"
    default: "{\(name.rawValue): \"*name*\"}"
    }
  }

  private func subject(
    _ name: PolicyRule.Name, _ entry: YAMLEntry
  ) throws(YAMLError) -> PolicyRule.Subject {
    switch name {
    case .kind: return .kind(try entry.choice(Region.Kind.self, sort: "kind of region"))
    case .owner: return .owner(.init(try entry.text(), by: .name))
    case .origin: return .owner(.init(try entry.text(), by: .origin))
    case .module: return .owner(.init(try entry.text(), by: .module))
    case .pins: return try figures(of: entry, ["smaller-than", "between"]).pins()
    case .fits: return try figures(of: entry, ["buffer", "allocator"]).fits()
    default:
      throw YAMLError(
        entry.value.place,
        .impossible("\(name.rawValue) has no figures here. Write of: \(name.rawValue)."))
    }
  }

  private func figures(
    of entry: YAMLEntry, _ keys: [String]
  ) throws(YAMLError) -> StrictReader {
    try StrictReader(entry.value, of: quoted(entry.key), keys: keys)
  }
}
