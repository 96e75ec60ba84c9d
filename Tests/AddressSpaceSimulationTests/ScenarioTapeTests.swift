import AddressSpace
import AddressSpaceYAML
import TestSupport
import Testing

@testable import AddressSpaceSimulation

@Suite("Runs from a tape")
struct ScenarioTapeTests {
  /// What a program of random actions comes to, run by run, is the same whether its heap is played from
  /// a tape or lived, with room and without.
  @Test(
    "a tape that is played is the life that is lived", arguments: 1...20 as ClosedRange<UInt64>,
    ["windows-7-wow64-2g", "windows-xp-2g", "windows-10-4g", "windows-7-x64", "wine-2g", "wine-4g"])
  func same(seed: UInt64, system: String) throws {
    var random = SeededRandom(seed: seed)
    let scenario = Self.scenario(on: system, &random)
    let runner = try ScenarioRunner(
      scenario, catalogue: try ImageCatalogueDocument.builtIn(), seed: seed)
    for run in 1...3 {
      let played = try runner.outcomes(ofRun: run)
      #expect(try runner.withoutTape().outcomes(ofRun: run) == played, "seed \(seed), run \(run)")
      let maps = try runner.spaces(ofRun: run).map { $0.snapshot().map }
      let lived = try runner.withoutTape().spaces(ofRun: run).map { $0.snapshot().map }
      #expect(maps.map(\.regions) == lived.map(\.regions), "seed \(seed), run \(run)")
    }
  }

  static func scenario(on system: String, _ random: inout SeededRandom) -> Scenario {
    var settings = Scenario.Settings(system: system, program: "photo-wx")
    settings.python =
      [PythonVersion(2, 4), PythonVersion(2, 7, 3), PythonVersion(3, 6)][
        Int(random.next(below: 3))]
    let steps = (0..<4).map { step in
      Scenario.Step("\(step)", (0..<8).map { _ in action(&random) })
    }
    return Scenario(
      name: "random", about: "random", settings: settings,
      buffers: [BufferRequest(bytes: .mebibytes(64))], steps: steps)
  }

  private static func action(_ random: inout SeededRandom) -> Scenario.Action {
    let name = "\(random.next(below: 3))"
    let count = Int(random.next(below: 3000)) + 1
    switch random.next(below: 10) {
    case 0: return .load(["codecs"])
    case 1: return .unload(["codecs"])
    case 2: return .startThreads(count % 5, stack: nil, allocate: count % 2 == 0)
    case 3:
      // Now and then more than there is.
      let size = ByteCount(1 << (16 + random.next(below: 14)))
      return .allocate(
        BufferRequest(bytes: size), count: count % 4, by: .heapalloc, as: "block \(name)")
    case 4:
      return .allocate(
        BufferRequest(bytes: .mebibytes(UInt64(count % 200))), count: count % 4, by: .virtualalloc,
        as: "region \(name)")
    case 5, 6:
      return .make(
        .list([.bytes(count % 600), .float, .int(bits: 30), .dictionary([.init(.shared, .float)])]),
        count: count, as: name)
    case 7: return .keep(oneIn: count % 50 + 1, of: name)
    case 8: return .collect
    default: return .drop([name, "block \(name)", "region \(name)"])
    }
  }
}
