import AddressSpace
import AddressSpaceSimulation
import AddressSpaceYAML
import Invariants

private let catalogue = try? ImageCatalogueDocument.builtIn()

/// What libFuzzer calls with every input: a scenario, or an error at a place that there is. A small
/// scenario is run, and nothing of a space is lost or there twice.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  guard let catalogue else { fatalError("the catalogue cannot be read") }
  do throws(YAMLError) {
    let scenario = try ScenarioDocument.read(bytes, catalogue: catalogue)
    require(!scenario.steps.isEmpty, "a scenario has steps")
    require(Set(scenario.steps.map(\.name)).count == scenario.steps.count, "each has its name")
    let actions = scenario.steps.map(\.actions)
    if actions.allSatisfy({ things(in: $0) <= 2000 }) { run(scenario, catalogue) }
  } catch {
    let lines = 1 + bytes.count { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
    require((1...lines).contains(error.place.line), "the line is one of the document's")
    require((1...count + 1).contains(error.place.column), "the column is one of the document's")
    require(!error.message(in: "scenario").contains("\n"), "it is one line")
  }
  return 0
}

/// Two launches, without remedies and with all of them.
private func run(_ scenario: Scenario, _ catalogue: ImageCatalogue) {
  for remedies in [[], scenario.remedies.map(\.name)] {
    guard
      let runner = try? ScenarioRunner(
        scenario, taking: remedies, catalogue: catalogue, seed: 1)
    else { continue }
    for number in 1...2 {
      // Buffers may be none that the system's allocators have; a space has them all the same.
      guard let spaces = try? runner.spaces(ofRun: number) else { continue }
      require(spaces.count == scenario.steps.count, "a space after every step")
      for space in spaces {
        require(
          space.freeBytes + space.mappedBytes >= space.layout.space.size, "nothing is lost")
        require(space.residentBytes <= space.mappedBytes, "what is resident is mapped")
        require(space.committedBytes <= space.mappedBytes, "what is committed is mapped")
      }
      if let outcomes = try? runner.outcomes(ofRun: number) {
        require(outcomes.map(\.free) == spaces.map(\.freeBytes), "it is the same run")
      }
    }
  }
}

/// How many things some actions do, such as objects that they make.
private func things(in actions: [Scenario.Action]) -> Int {
  actions.reduce(0) { sum, action in
    let more: Int =
      switch action {
      case .repeat(let times, let actions):
        times.multipliedReportingOverflow(by: things(in: actions) + 1).partialValue
      case .when(_, _, let actions): things(in: actions)
      case .make(let object, let count, _):
        count.multipliedReportingOverflow(by: parts(of: object)).partialValue
      case .allocate(let buffer, let count, _, _):
        // A picture may be had line by line.
        count.multipliedReportingOverflow(by: Int(clamping: buffer.image?.height ?? 1)).partialValue
      case .startThreads(let count, _, _): count
      default: 1
      }
    return more < 0 || more > 1_000_000 ? 1_000_000 : min(sum + more, 1_000_000)
  }
}

private func parts(of object: PythonObject) -> Int {
  let inner: [PythonObject] =
    switch object {
    case .tuple(let parts), .list(let parts), .set(let parts), .slots(let parts),
      .instance(let parts):
      parts
    case .dictionary(let entries): entries.flatMap { [$0.key, $0.value] }
    default: []
    }
  return inner.reduce(1) { min($0 + parts(of: $1), 1_000_000) }
}
