public import AddressSpace

/// Policies as files: `docs/policy.md` has their form.
public enum PolicyDocument {
  /// Reads a policy.
  public static func read(_ bytes: [UInt8]) throws(YAMLError) -> Policy {
    let document = try StrictReader(YAMLDocument.read(bytes), of: "a policy", keys: ["rules"])
    var rules: [PolicyRule] = []
    for node in try document.required("rules").list() {
      rules.append(try PolicyRuleReader(node).rule())
    }
    return Policy(rules)
  }
}

/// Reads one rule: the key that says what is measured, with its figures, and what is excused.
struct PolicyRuleReader {
  private let reader: StrictReader
  /// What is measured.
  private let name: PolicyRule.Name
  private let figures: YAMLEntry

  init(_ node: YAMLNode) throws(YAMLError) {
    let names = PolicyRule.Name.all
    try Self.refuseFigures(beside: node)
    reader = try StrictReader(node, of: "a rule", keys: names + ["excuse", "probability"])
    let subjects = reader.entries.compactMap { entry in
      PolicyRule.Name(rawValue: entry.key).map { ($0, entry) }
    }
    guard let (name, figures) = subjects.first else {
      throw YAMLError(
        node.place,
        .impossible(
          "this rule says nothing to measure. Add one of \(names.joined(separator: ", ")) to it."))
    }
    if let (_, second) = subjects.dropFirst().first {
      throw YAMLError(
        second.place,
        .impossible(
          "the rule measures \(figures.key) already. Make \(second.key) a rule of its own: begin "
            + "it with \"- \"."))
    }
    (self.name, self.figures) = (name, figures)
  }

  /// Figures that stand under their rule instead of in it are told from keys that do not exist.
  private static func refuseFigures(beside node: YAMLNode) throws(YAMLError) {
    guard case .mapping(let entries) = node.content,
      let empty = entries.first(where: {
        PolicyRule.Name(rawValue: $0.key) != nil && $0.value.shape == .nothing
      })
    else { return }
    if let figure = entries.first(where: { Self.figures.contains($0.key) }) {
      throw YAMLError(
        figure.place,
        .impossible(
          "\(quoted(figure.key)) belongs to \(empty.key). Indent it further than \(empty.key)."))
    }
  }

  private static let figures = [
    "at-least", "at-most", "buffer", "allocator", "name", "smaller-than", "between", "of", "over",
  ]

  func rule() throws(YAMLError) -> PolicyRule {
    let (subject, bound) = try subjectAndBound()
    return PolicyRule(
      subject, bound, excused: try excused(), probability: try reader.probability())
  }

  private func excused() throws(YAMLError) -> [String] {
    guard let entry = reader.entry("excuse") else { return [] }
    var patterns: [String] = []
    for node in try entry.list() { patterns.append(try node.text(of: "an excuse")) }
    return patterns
  }

  private func subjectAndBound() throws(YAMLError) -> (PolicyRule.Subject, PolicyRule.Bound) {
    switch name {
    case .largestFree: return (.largestFree, try sizeBound())
    case .free: return (.free, try sizeBound())
    case .fragmentation: return (.fragmentation, try mapping([]).bound(in: .percent))
    case .regions: return (.regions, try mapping([]).bound(in: .count))
    case .fits:
      let mapping = try mapping(["buffer", "allocator"])
      return (try mapping.fits(), try mapping.bound(in: .count))
    case .kind:
      let mapping = try mapping(["name"])
      let kind = try mapping.required("name").choice(Region.Kind.self, sort: "kind of region")
      return (.kind(kind), try mapping.bound(in: .bytes))
    case .owner: return try owner(by: .name)
    case .origin: return try owner(by: .origin)
    case .module: return try owner(by: .module)
    case .pins:
      let mapping = try mapping(["smaller-than", "between"])
      return (try mapping.pins(), try mapping.bound(in: .count))
    case .new: return (.new, try mapping([]).bound(in: .bytes))
    case .newPins:
      let mapping = try mapping(["smaller-than", "between"])
      let smaller = try mapping.entry("smaller-than")?.positiveSize()
      let between = try mapping.entry("between")?.size()
      return (.newPins(smallerThan: smaller, between: between), try mapping.bound(in: .count))
    case .growth, .loss:
      let mapping = try mapping(["of", "over"])
      let change = try ChangeReader(rule: name, mapping: mapping).change()
      return (.change(change), try mapping.bound(in: change.subject.unit))
    }
  }

  private func owner(
    by grouping: Usage.Grouping
  ) throws(YAMLError) -> (PolicyRule.Subject, PolicyRule.Bound) {
    let mapping = try mapping(["name"])
    let pattern = try mapping.required("name").text()
    return (.owner(.init(pattern, by: grouping)), try mapping.bound(in: .bytes))
  }

  /// A size alone is the least.
  private func sizeBound() throws(YAMLError) -> PolicyRule.Bound {
    switch figures.value.shape {
    case .text, .quoted: .atLeast(try figures.positiveSize().value)
    case .mapping: try mapping([]).bound(in: .bytes)
    default:
      throw YAMLError(
        figures.value.place,
        .impossible(
          "\(quoted(name.rawValue)) has to be a size or a mapping. Write \(name.rawValue): 400MiB, "
            + "or \(name.rawValue): {at-most: 400MiB}."))
    }
  }

  private func mapping(_ keys: [String]) throws(YAMLError) -> StrictReader {
    try StrictReader(
      figures.value, of: quoted(name.rawValue), keys: keys + ["at-least", "at-most"])
  }
}
