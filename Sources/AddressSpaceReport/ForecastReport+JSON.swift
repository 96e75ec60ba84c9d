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
    return records.text
  }
}
