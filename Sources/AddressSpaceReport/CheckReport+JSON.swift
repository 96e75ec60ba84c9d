import AddressSpace

extension CheckReport {
  /// The document `addrspace.check/1`; `pins` of each rule has at most `top` entries, three where it
  /// is nil, all where it is 0.
  public func json(top: Int? = nil) -> String {
    let style = Style(top: top)
    var diagnostics = Diagnostics()
    for target in targets { diagnostics.append(target.diagnostics) }
    return JSONValue.object([
      ("schema", "addrspace.check/1"),
      ("source", targets.first.map { JSONValue($0.source) } ?? .null),
      ("held", JSONValue(verdict)),
      (
        "rules",
        .array(
          targets.enumerated().flatMap { index, target in
            target.results.enumerated().map { value(of: $1, $0, target, index, style) }
          })
      ),
      (
        "targets",
        .array(
          targets.map { target in
            [
              "source": JSONValue(target.source),
              "layout": JSONValue(target.layout),
              "held": JSONValue(target.verdict),
              "samples": JSONValue(target.trial.looks),
            ]
          })
      ),
      ("baseline", .optional(baseline)),
      ("diagnostics", JSONValue(diagnostics)),
    ]).document()
  }

  private func value(
    of result: PolicyTrial.Result, _ rule: Int, _ target: CheckedTarget, _ index: Int,
    _ style: Style
  ) -> JSONValue {
    let answer = result.answer
    let origins = OriginRules(result.room)
    let wording = CheckWording(result)
    return [
      "rule": .string(answer.rule.description),
      "limit": .integer(answer.rule.bound.limit),
      "actual": .optional(answer.actual.value),
      "held": JSONValue(result.verdict),
      "message": .string(wording.message),
      "target": JSONValue(index),
      "unit": .string(answer.rule.subject.unit.rawValue),
      "bound": .optional(answer.actual.bound?.rawValue),
      "margin": .optional(answer.margin),
      "excused": .array(answer.rule.excused.map(JSONValue.string)),
      "seconds": .number(result.seconds),
      "event": result.event.map { JSONValue($0) } ?? .null,
      "probability": answer.rule.probability.map { .string($0.description) } ?? .null,
      "runs": result.tally.map { JSONValue($0) } ?? .null,
      "randomisation": result.randomisation.map { spread in
        ["least": .integer(spread.least), "most": .integer(spread.most)]
      } ?? .null,
      "pins": .array(
        style.rows(answer.pins, usual: 3).map {
          JSONValue($0, in: result.room, origins, stack: target.stacks(ofRule: rule)[$0.range])
        }),
      "new": answer.rule.subject.comparesRegions
        ? .array(
          answer.additions.sorted { ($1.bytes, $0.region) < ($0.bytes, $1.region) }.map {
            JSONValue($0, in: result.room, origins)
          }) : .null,
      "clear": answer.plan.map { plan in
        [
          "low": JSONValue(plan.window.lower), "high": JSONValue(plan.window.upper),
          "clearBytes": JSONValue(plan.bytes), "regions": JSONValue(plan.regions.count),
        ]
      } ?? .null,
      "more": result.verdict == .held ? .null : .string(target.command(ofRule: rule)),
    ]
  }
}

extension JSONValue {
  /// In how many runs a rule is held.
  fileprivate init(_ tally: RunTally) {
    self = [
      "count": JSONValue(tally.runs), "held": JSONValue(tally.held),
      "broken": JSONValue(tally.broken), "undecided": JSONValue(tally.undecided),
      "needed": JSONValue(tally.needed), "worst": JSONValue(tally.worst),
      "figures": .array(
        tally.figures.map { figure in
          [
            "actual": .optional(figure.actual.value),
            "bound": .optional(figure.actual.bound?.rawValue), "runs": JSONValue(figure.runs),
          ]
        }),
    ]
  }

  /// Whether rules are held; null where the source does not tell.
  fileprivate init(_ verdict: RuleAnswer.Verdict) {
    switch verdict {
    case .held: self = .bool(true)
    case .broken: self = .bool(false)
    case .undecided: self = .null
    }
  }
}

extension PolicyRule.Subject {
  /// Whether an answer tells what is new.
  fileprivate var comparesRegions: Bool { [.new, .newPins, .growth, .loss].contains(name) }
}

extension JSONValue {
  /// A region that is new, or has grown by `newBytes`.
  fileprivate init(_ part: Additions.Part, in room: Room, _ origins: OriginRules) {
    self = .object(
      Self.members(of: room.regions[part.region]) + [
        ("origin", .optional(origins.origin(at: part.region)?.name)),
        ("newBytes", JSONValue(part.bytes)),
      ])
  }
}
