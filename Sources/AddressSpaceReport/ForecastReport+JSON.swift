import AddressSpace

extension ForecastReport {
  /// The document `addrspace.forecast/1`.
  public func json() -> String {
    var members: [(key: String, value: JSONValue)] = [
      ("schema", "addrspace.forecast/1"),
      ("source", JSONValue(source)),
      ("layout", JSONValue(room.layout)),
      ("buffers", .array(answers.map(value))),
    ]
    if let sequence {
      members.append(
        (
          "sequence",
          .array(
            sequence.steps.map { step in
              [
                "request": .string(step.request.text),
                "placed": .bool(step.range != nil),
                "low": step.range.map { JSONValue($0.lower) } ?? .null,
                "high": step.range.map { JSONValue($0.upper) } ?? .null,
              ]
            })
        ))
    }
    if let changed { members.append(("if", value(of: changed))) }
    if let advice { members.append(("changes", .array(advice.map(value)))) }
    members.append(("diagnostics", JSONValue(diagnostics)))
    return JSONValue.object(members).document()
  }

  private func value(of answer: Answer) -> JSONValue {
    .object(
      JSONValue.members(of: answer.buffer, in: room) + [
        ("placements", .array(answer.buffer.placements.map(JSONValue.init))),
        ("why", .string(wording.why(answer.buffer))),
        ("nextFit", answer.nextFit.map(value) ?? .null),
      ])
  }

  /// What was changed, and what the numbers then rest on.
  private func value(of changed: ChangedSpace) -> JSONValue {
    [
      "changes": .array(changed.changes.map { .string($0.description) }),
      "restart": .bool(changed.needsRestart),
      "modelled": .bool(changed.isModelled),
      "fitsRange": .array(
        answers.map { answer in
          Self.value(of: answer.range ?? answer.buffer.fits...answer.buffer.fits)
        }),
      "notes": .array(changed.notes.map(JSONValue.string)),
    ]
  }

  private static func value(of range: ClosedRange<UInt64>) -> JSONValue {
    .array([.integer(range.lowerBound), .integer(range.upperBound)])
  }

  private func value(of advice: Advice) -> JSONValue {
    [
      "change": .string(advice.change.description),
      "fits": .array(advice.fits.map(JSONValue.integer)),
      "fitsRange": .array(advice.forecasts.map { Self.value(of: $0.range) }),
      "gain": .array(advice.gain.map(JSONValue.integer)),
      "restart": .bool(advice.space.needsRestart),
      "command": .string(changeWording.command(for: advice.change)),
      "cost": .string(changeWording.cost(of: advice.change)),
      "modelled": .bool(advice.space.isModelled),
      "note": .string(advice.space.notes.joined(separator: "; ")),
    ]
  }

  private func value(of plan: ClearingPlan) -> JSONValue {
    [
      "low": JSONValue(plan.window.lower),
      "high": JSONValue(plan.window.upper),
      "clear": .array(
        room.actions(of: plan).map { region, action in
          guard case .object(let members) = JSONValue(region) else { return .null }
          let origin = wording.origins.origin(of: region)
          return .object(
            members + [
              ("origin", .optional(origin?.name)),
              ("certainty", .optional(origin?.certainty.rawValue)),
              ("action", .string(action.rawValue)),
            ])
        }),
      "clearBytes": JSONValue(plan.bytes),
      "gain": .integer(plan.gain),
    ]
  }

  /// One record a line, fields separated by tabs, sizes in bytes.
  public func plain() -> String {
    var records = Records()
    for change in changed?.changes ?? [] { records.add("if", change) }
    for answer in answers {
      records.add(answer.buffer)
      for place in answer.buffer.placements { records.add("place", place.lower, place.upper) }
      if let plan = answer.nextFit {
        records.add("next-fit", plan.window.lower, plan.window.upper, plan.bytes, plan.gain)
        for (region, action) in room.actions(of: plan) {
          records.add(
            "clear", region.range.lower, region.range.upper, region.size, action.rawValue,
            region.name)
        }
      }
    }
    for step in sequence?.steps ?? [] {
      records.add(
        "step", step.request.text, step.range?.lower.description ?? "refused",
        step.range?.upper.description ?? "")
    }
    for advice in advice ?? [] {
      for (index, answer) in answers.enumerated() {
        records.add(
          "change", advice.change, answer.buffer.request.text, advice.fits[index],
          advice.gain[index], advice.space.needsRestart ? "restart" : "now",
          advice.space.isModelled ? "modelled" : "proved",
          changeWording.command(for: advice.change))
      }
    }
    return records.text
  }
}
