import AddressSpace
import AddressSpaceSimulation

extension SimulationReport {
  /// The document `addrspace.simulate/1`.
  public func json() -> String {
    let value: JSONValue = [
      "schema": "addrspace.simulate/1",
      "scenario": .string(answer.name),
      "basis": .string(Layout.modelledBasis),
      "layout": JSONValue(answer.layout),
      "seed": .integer(answer.seed),
      "runs": JSONValue(answer.tally.count),
      "steps": Self.steps(of: answer.tally),
      "remedies": .array(
        answer.remedies.map { remedied in
          [
            "name": .string(remedied.name), "layout": .string(remedied.layout.name),
            "steps": Self.steps(of: remedied.tally),
          ]
        }),
    ]
    return value.document()
  }

  private static func steps(of tally: ScenarioTally) -> JSONValue {
    .array(
      tally.steps.indices.map { step in
        let bytes = { (figure: (StepOutcome) -> ByteCount) -> JSONValue in
          tally.distribution(ofStep: step) { figure($0).value }.map(JSONValue.bytes) ?? .null
        }
        return [
          "name": .string(tally.steps[step]),
          "largestFreeBytes": bytes(\.largestFree),
          "freeBytes": bytes(\.free),
          "mappedBytes": bytes(\.mapped),
          "committedBytes": bytes(\.committed),
          "residentBytes": bytes(\.resident),
          "buffers": .array(tally.buffers.indices.map { buffer($0, after: step, tally) }),
          "failures": .array(
            tally.failures(inStep: step).map { failure, runs in
              [
                "purpose": .string(failure.purpose), "bytes": JSONValue(failure.size),
                "runs": JSONValue(runs),
              ]
            }),
        ]
      })
  }

  private static func buffer(_ index: Int, after step: Int, _ tally: ScenarioTally) -> JSONValue {
    let fits = tally.fits(index, afterStep: step)
    let rows = (fits?.histogram ?? []).map { ("\($0.figure)", JSONValue($0.count)) }
    let size = tally.buffers[index].bytes
    let failures = tally.failures(inStep: step).filter { $0.failure.size == size }
    return [
      "request": .string(tally.buffers[index].text),
      "fits": fits.map(JSONValue.count) ?? .null,
      "histogram": .object(rows.map { (key: $0.0, value: $0.1) }),
      "failures": JSONValue(failures.map(\.runs).reduce(0, +)),
    ]
  }
}

extension JSONValue {
  /// A distribution of sizes, its mean rounded to a byte.
  fileprivate static func bytes(_ distribution: Distribution) -> JSONValue {
    let mean = (distribution.meanInThousandths + 500) / 1000
    return quantiles(of: distribution, mean: .integer(UInt64(clamping: mean)))
  }

  /// A distribution of counts, its mean rounded to a thousandth.
  fileprivate static func count(_ distribution: Distribution) -> JSONValue {
    quantiles(of: distribution, mean: .number(Double(distribution.meanInThousandths) / 1000))
  }

  private static func quantiles(of distribution: Distribution, mean: JSONValue) -> JSONValue {
    [
      "min": .integer(distribution.least),
      "p5": .integer(distribution.percentile(5)),
      "p50": .integer(distribution.median),
      "p95": .integer(distribution.percentile(95)),
      "max": .integer(distribution.most),
      "mean": mean,
    ]
  }
}
