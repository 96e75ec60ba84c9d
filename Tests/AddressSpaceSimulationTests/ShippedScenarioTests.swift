import AddressSpace
import AddressSpaceYAML
import TestSupport
import Testing

@testable import AddressSpaceSimulation

/// What the scenarios that are built in come to, and why.
@Suite("Shipped scenarios")
struct ShippedScenarioTests {
  static let photo = BufferRequest(bytes: 384_000_000)

  static func scenario(_ shipped: ShippedScenario) throws -> Scenario {
    try ScenarioDocument.read(shipped.bytes, catalogue: ImageCatalogueDocument.builtIn())
  }

  static func tally(
    _ scenario: Scenario, taking remedies: [String] = [], runs: Int
  ) throws -> ScenarioTally {
    let runner = try ScenarioRunner(
      scenario, taking: remedies, catalogue: ImageCatalogueDocument.builtIn(), seed: 42)
    return ScenarioTally(
      steps: scenario.steps.map(\.name), buffers: scenario.buffers,
      runs: try (1...runs).map { try runner.outcomes(ofRun: $0) })
  }

  @Test("they are read, are called as they are asked for, and say what they are about")
  func all() throws {
    for shipped in ShippedScenario.allCases {
      let scenario = try Self.scenario(shipped)
      #expect(scenario.name == shipped.rawValue)
      #expect(shipped.about == scenario.about)
      #expect(scenario.buffers.first?.bytes == Self.photo.bytes)
      // Fits the list of them in the help.
      #expect(scenario.name.count + scenario.about.count + 2 <= 100)
    }
  }

  /// Between the images that cannot be moved, the last of which is pywin32's, and numpy's at
  /// 0x62340000 that cannot either, nearly all lies free: chance moves neither.
  @Test("close to 1 GB lies in one piece after the organiser's start, and two photos fit")
  func start() throws {
    var scenario = try Self.scenario(.photoOrganizer)
    scenario.steps.removeLast(scenario.steps.count - 1)
    let tally = try Self.tally(scenario, runs: 200)
    let largest = try #require(tally.distribution(ofStep: 0) { $0.largestFree.value })
    #expect(largest.least >= 966_367_642 && largest.most <= 1_234_803_097)
    #expect(try #require(tally.fits(0, afterStep: 0)).least == 2)
  }

  /// Blocks of the catalogue that stay keep segments of the heap, and those that were reserved beside
  /// previews lie beyond them.
  @Test("one photo fits in every launch, and fewer than at the start once Python has given back")
  func end() throws {
    let scenario = try Self.scenario(.photoOrganizer)
    let tally = try Self.tally(scenario, runs: 200)
    let names = tally.steps
    let closed = try #require(names.firstIndex(of: "catalogue is closed"))
    #expect(try #require(tally.fits(0, afterStep: closed)).histogram.map(\.figure) == [1])
    let opened = try #require(names.firstIndex(of: "an image is opened"))
    #expect(tally.failedRuns(inStep: opened) == 0)
    #expect(tally.failedRuns(inStep: opened + 1) == 200)
    #expect(tally.failures(inStep: opened + 1).first?.failure.size == Self.photo.bytes)
    let end = try #require(tally.fits(0, afterStep: names.count - 1))
    #expect(end.most < 2, "all is closed, and the room has not come back")
    // What Python frees is given back to no one else.
    let browsed = try #require(names.firstIndex(of: "an hour of browsing"))
    let before = try #require(tally.distribution(ofStep: browsed) { $0.largestFree.value })
    let after = try #require(tally.distribution(ofStep: closed) { $0.largestFree.value })
    #expect(before.most == after.most)
    let resident = { (step: Int) in tally.distribution(ofStep: step) { $0.resident.value }?.median }
    #expect(try #require(resident(closed)) < 3 * #require(resident(browsed)) / 4)
  }

  @Test(
    "every remedy and every two of them can be taken",
    arguments: [ShippedScenario.pythonBatch, .embeddedArm, .photoOrganizer])
  func remedies(shipped: ShippedScenario) throws {
    var scenario = try Self.scenario(shipped)
    scenario.steps = scenario.steps.map { Scenario.Step($0.name, $0.actions.map(\.small)) }
    let names = scenario.remedies.map(\.name)
    for (index, one) in names.enumerated() {
      for other in names[index...] {
        let taken = one == other ? [one] : [one, other]
        let tally = try Self.tally(scenario, taking: taken, runs: 1)
        #expect(tally.distribution(ofStep: 0) { $0.largestFree.value } != nil, "\(taken)")
      }
    }
  }

  @Test("4 GiB hold all photos, tiles more than whole ones, and metadata elsewhere leaves two")
  func worth() throws {
    let scenario = try Self.scenario(.photoOrganizer)
    let step = try #require(scenario.comparedStep)
    for (remedy, atLeast, fails) in [
      ("large-address-aware", 4, false), ("tiles", 2, true), ("subprocess", 2, true),
    ] as [(String, UInt64, Bool)] {
      let tally = try Self.tally(scenario, taking: [remedy], runs: 1)
      let fits = try #require(tally.fits(0, afterStep: step)).least
      #expect(fits >= atLeast, "\(remedy)")
      #expect(fails || tally.wholeRuns == 1, "\(remedy)")
    }
  }

  /// An arena has 8,000 strings, so that of one in a thousand each keeps eight.
  @Test("arenas go back when all strings are deleted, and none does for one in a thousand")
  func batch() throws {
    let scenario = try Self.scenario(.pythonBatch)
    let outcomes = try ScenarioRunner(
      scenario, catalogue: ImageCatalogueDocument.builtIn(), seed: 42
    ).outcomes(ofRun: 1)
    let mapped = outcomes.map { Int64($0.mapped.value) }
    #expect(abs(mapped[2] - mapped[0]) < 1 << 20, "\(mapped)")
    #expect(mapped[3] - mapped[2] > 350 << 20 && mapped[3] - mapped[2] < 360 << 20, "\(mapped)")
    // The list's own array goes: 4 bytes an item, and up to an eighth more to grow into.
    #expect((40_000_000...45_000_000).contains(mapped[3] - mapped[4]), "\(mapped)")
    #expect(mapped[4] == mapped[5], "\(mapped)")
  }

  @Test("the bare program is the launch itself")
  func hello() throws {
    let scenario = try Self.scenario(.linuxHello)
    let tally = try Self.tally(scenario, runs: 300)
    let launch = try #require(LinuxLaunch(layout: scenario.settings.system, program: .hello))
    let fits = try (1...300).map { run in
      var random = SeededRandom(seed: 42, run: run)
      let space = try #require(launch.start(&random))
      return try Forecaster(space.room).forecast(Self.photo, allocator: Allocator(.mmap)).fits
    }
    let wanted = try #require(Distribution(fits)).histogram
    let found = try #require(tally.fits(0, afterStep: 0)).histogram
    #expect(found.map(\.figure) == wanted.map(\.figure))
    #expect(found.map(\.count) == wanted.map(\.count))
    #expect(found.map(\.figure) == [9, 10])
  }

  @Test("an outline has the same room", arguments: ["photo-organizer", "embedded-armv7"])
  func outline(name: String) throws {
    var scenario = try Self.scenario(try #require(ShippedScenario(rawValue: name)))
    scenario.steps = scenario.steps.map { Scenario.Step($0.name, $0.actions.map(\.small)) }
    let runner = try ScenarioRunner(
      scenario, catalogue: ImageCatalogueDocument.builtIn(), seed: 7)
    for space in try runner.spaces(ofRun: 1) {
      let (whole, outline) = (space.room, space.outline)
      #expect(outline.freeSpans.map(\.range) == whole.freeSpans.map(\.range))
      #expect(outline.freeSpans.map(\.reachable) == whole.freeSpans.map(\.reachable))
      for size in [1, 17, 100, 366] as [UInt64] {
        let request = BufferRequest(bytes: .mebibytes(size))
        #expect(
          try Forecaster(outline).forecast(request).fits
            == Forecaster(whole).forecast(request).fits)
      }
    }
  }
}

extension Scenario.Action {
  /// The same with a hundredth of Python's objects.
  fileprivate var small: Scenario.Action {
    switch self {
    case .make(let object, let count, let name):
      .make(object, count: max(1, count / 100), as: name)
    case .repeat(let times, let actions): .repeat(times, actions.map(\.small))
    case .when(let remedy, let isTaken, let actions):
      .when(remedy: remedy, isTaken: isTaken, actions.map(\.small))
    default: self
    }
  }
}
