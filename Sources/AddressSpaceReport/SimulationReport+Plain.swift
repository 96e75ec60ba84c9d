import AddressSpace
import AddressSpaceSimulation

extension SimulationReport {
  /// One record a line, fields separated by tabs, sizes in bytes.
  public func plain() -> String {
    var records = Records()
    records.add(
      "scenario", answer.name, answer.layout.name, answer.seed, answer.tally.count,
      Layout.modelledBasis)
    Self.add(answer.tally, as: "", to: &records)
    for remedied in answer.remedies { Self.add(remedied.tally, as: remedied.name, to: &records) }
    return records.text
  }

  private static func add(_ tally: ScenarioTally, as remedy: String, to records: inout Records) {
    for (step, name) in tally.steps.enumerated() {
      for (word, figure) in figures {
        guard let found = tally.distribution(ofStep: step, figure) else { continue }
        records.add(
          word, remedy, name, found.least, found.percentile(5), found.median, found.percentile(95),
          found.most)
      }
      for (index, buffer) in tally.buffers.enumerated() {
        for row in tally.fits(index, afterStep: step)?.histogram ?? [] {
          records.add("fits", remedy, name, buffer.text, row.figure, row.count)
        }
      }
      for (failure, runs) in tally.failures(inStep: step) {
        records.add("failure", remedy, name, failure.purpose, failure.size, runs)
      }
    }
  }

  private static let figures: [(String, @Sendable (StepOutcome) -> UInt64)] = [
    ("largest-free", { $0.largestFree.value }), ("free", { $0.free.value }),
    ("mapped", { $0.mapped.value }), ("committed", { $0.committed.value }),
    ("resident", { $0.resident.value }),
  ]
}
