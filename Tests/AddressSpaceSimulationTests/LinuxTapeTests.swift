import AddressSpace
import AddressSpaceYAML
import TestSupport
import Testing

@testable import AddressSpaceSimulation

/// What random programs on Linux ask of malloc, Python and the kernel, from a tape and lived.
@Suite("Runs from a tape, on Linux")
struct LinuxTapeTests {
  static let systems = ["linux-i386-4g", "linux-i386-2g", "linux-armv7-3g", "linux-x86-64"]

  @Test(
    "a tape that is played is the life that is lived", arguments: 1...12 as ClosedRange<UInt64>,
    systems)
  func same(seed: UInt64, system: String) throws {
    var random = SeededRandom(seed: seed)
    let scenario = Self.scenario(on: system, &random)
    let runner = try ScenarioRunner(
      scenario, catalogue: try ImageCatalogueDocument.builtIn(), seed: seed)
    try Self.compare(runner, "seed \(seed), \(scenario.settings)")
  }

  /// Outcomes and regions of some runs.
  static func compare(_ runner: ScenarioRunner, runs: Int = 2, _ comment: Comment) throws {
    let lived = runner.withoutTape()
    for run in 1...runs {
      #expect(try runner.outcomes(ofRun: run) == lived.outcomes(ofRun: run), comment)
      for (played, wanted) in zip(try runner.spaces(ofRun: run), try lived.spaces(ofRun: run)) {
        let (one, other) = (played.snapshot(), wanted.snapshot())
        #expect(one.map.regions == other.map.regions && one.facts == other.facts, comment)
      }
    }
  }

  static func scenario(on system: String, _ random: inout SeededRandom) -> Scenario {
    func one<Element>(of list: [Element]) -> Element {
      list[Int(random.next(below: UInt64(list.count)))]
    }
    var settings = Scenario.Settings(system: system, program: "hello")
    settings.python = one(of: [
      nil, PythonVersion(2, 4), PythonVersion(2, 7, 18), PythonVersion(3, 6),
      PythonVersion(3, 11, 2),
    ])
    settings.libc = one(of: [
      LibcVersion(2, 5), LibcVersion(2, 19), LibcVersion(2, 26), LibcVersion(2, 31),
      LibcVersion(2, 36), LibcVersion(2, 41), LibcVersion(2, 43),
    ])
    settings.malloc = one(of: [
      GlibcSettings(), told { $0.mmapThreshold = .mebibytes(32) },
      told { $0.trimThreshold = .mebibytes(64) }, told { $0.topPad = .mebibytes(16) },
      told { $0.mmapMost = 0 }, told { $0.mmapMost = 3 }, told { $0.arenaMost = 1 },
    ])
    let steps = (0..<4).map { step in
      Scenario.Step("\(step)", (0..<8).map { _ in action(&random) })
    }
    return Scenario(
      name: "random", about: "random", settings: settings,
      buffers: [BufferRequest(bytes: .mebibytes(64))], steps: steps)
  }

  private static func told(_ body: (inout GlibcSettings) -> Void) -> GlibcSettings {
    var settings = GlibcSettings()
    body(&settings)
    return settings
  }

  private static func action(_ random: inout SeededRandom) -> Scenario.Action {
    let name = "\(random.next(below: 3))"
    let count = Int(random.next(below: 3000)) + 1
    switch random.next(below: 14) {
    case 0, 1:
      return .startThreads(
        count % 5, stack: count % 2 == 0 ? nil : .kibibytes(256), allocate: count % 3 > 0)
    case 2, 3:
      // Now and then more than there is, and than malloc looks at.
      let size = ByteCount(1 << (10 + random.next(below: 22)))
      return .allocate(
        BufferRequest(bytes: size), count: count % 20, by: .malloc, as: "block \(name)")
    case 4:
      return .allocate(
        BufferRequest(bytes: .mebibytes(UInt64(count % 300))), count: count % 4, by: .mmap,
        as: "region \(name)")
    case 5:
      let picture = try? BufferRequest(text: "\(count)x\(random.next(below: 9000) + 1)x4x1")
      return .allocate(
        picture ?? BufferRequest(bytes: 1), count: count % 3, by: .pillow, as: "block \(name)")
    case 6:
      return .allocate(
        BufferRequest(bytes: .kibibytes(UInt64(count))), count: count % 9, by: .numpy,
        as: "block \(name)")
    case 7: return .reserve(.mebibytes(UInt64(count % 100) + 1), as: "region \(name)")
    case 8, 9:
      return .make(
        .list([.bytes(count % 600), .float, .int(bits: 30), .dictionary([.init(.shared, .float)])]),
        count: count, as: name)
    case 10: return .keep(oneIn: count % 50 + 1, of: name)
    case 11: return .pickle(name, bytes: count % 2 == 0 ? .zero : .mebibytes(1))
    case 12: return .collect
    default: return .drop([name, "block \(name)", "region \(name)"])
    }
  }
}
