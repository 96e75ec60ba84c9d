import AddressSpaceFormats
import AddressSpaceYAML
import TestSupport
import Testing

@testable import AddressSpace
@testable import AddressSpaceSimulation

/// A simulated launch as a target: what is asked of its snapshot, saved or not, is asked of its space.
@Suite("Snapshots of simulated launches")
struct ScenarioSnapshotTests {
  @Test("the layout is told by the snapshot, by text and by JSON", arguments: ModelledSystem.names)
  func layout(system: String) throws {
    let isWindows = ScenarioLaunchTests.isWindows(system)
    let buffers = [BufferRequest(bytes: .mebibytes(48)), BufferRequest(bytes: .mebibytes(366))]
    let scenario = ScenarioLaunchTests.scenario(
      system, isWindows ? "photo-qt" : "hello", python: PythonVersion(2, 7, 18),
      steps: [
        Scenario.Step(
          "work",
          [
            .make(.list([.bytes(300), .float]), count: 3000, as: "a"),
            .startThreads(2, stack: nil, allocate: true), .reserve(.mebibytes(3), as: "b"),
          ])
      ])
    let runner = try ScenarioLaunchTests.runner(scenario, seed: 5)
    for run in 1...6 {
      let space = try #require(try runner.spaces(ofRun: run).last)
      let snapshot = space.snapshot(name: "launch \(run)")
      let saved = [CaptureText.write(snapshot), SnapshotText.write(snapshot)]
      for read in [snapshot] + (try saved.map { try SavedFile.read($0) }) {
        let layout = Layout.inferred(from: read.map, facts: read.facts)
        #expect(layout.name == space.layout.name && layout.space == space.layout.space)
        // Of Wine's areas a map shows no more than from the first to the last that is left.
        if layout.system != .wine {
          #expect(layout.searches == space.layout.searches, "launch \(run)")
          #expect(layout.searchesForHighest == space.layout.searchesForHighest)
        }
        #expect(layout.guardGap == space.layout.guardGap)
        #expect(layout.granularity == space.layout.granularity && !layout.isAssumed)
        #expect(read.map.regions.elementsEqual(snapshot.map.regions))
        #expect(read.diagnostics.isEmpty)
        let room = Room(map: read.map, layout: layout, facts: read.facts)
        #expect(room.freeSpans == space.room.freeSpans && room.freeBytes == space.freeBytes)
        for buffer in buffers {
          let allocator = Allocator.usual(in: layout)
          let one = try Forecaster(room).forecast(buffer, allocator: allocator, placements: 99)
          let other = try Forecaster(space.room).forecast(
            buffer, allocator: allocator, placements: 99)
          #expect(one.fits == other.fits && one.placements == other.placements)
          #expect(one.isExact == other.isExact)
        }
      }
    }
  }

  @Test(
    "a scenario goes on from a saved launch as from the launch", arguments: ModelledSystem.names)
  func goesOn(system: String) throws {
    let isWindows = ScenarioLaunchTests.isWindows(system)
    let family: Allocator.Family = isWindows ? .virtualalloc : .mmap
    let start = ScenarioLaunchTests.scenario(system, isWindows ? "photo-qt" : "hello")
    let space = try #require(
      try ScenarioLaunchTests.runner(start).spaces(ofRun: 2).last)
    var scenario = start
    scenario.buffers = [BufferRequest(bytes: .mebibytes(100))]
    scenario.steps = [
      Scenario.Step(
        "work",
        [.allocate(BufferRequest(bytes: .mebibytes(100)), count: 5, by: family, as: "a")]
          + (isWindows ? [.load(["codecs"])] : []))
    ]
    let read = try SavedFile.read(CaptureText.write(space.snapshot()))
    let layout = Layout.inferred(from: read.map, facts: read.facts)
    let rooms = [space.room, Room(map: read.map, layout: layout, facts: read.facts)]
    let outcomes = try rooms.map {
      try ScenarioLaunchTests.runner(scenario, from: $0).outcomes(ofRun: 1)
    }
    #expect(outcomes[0] == outcomes[1])
    var real = space
    for _ in 0..<5 {
      let range = real.map(.mebibytes(100), Mapping())
      #expect(range != nil)
    }
    if !isWindows {
      #expect(outcomes[0][0].largestFree == real.room.largestFreeSpan?.size)
      #expect(outcomes[0][0].free == real.freeBytes)
    }
  }

  @Test("images that are there already are not loaded again")
  func loaded() throws {
    let start = ScenarioLaunchTests.scenario("windows-7-wow64-2g", "photo-qt")
    let space = try #require(try ScenarioLaunchTests.runner(start).spaces(ofRun: 1).last)
    let catalogue = try ImageCatalogueDocument.builtIn()
    let names = space.snapshot().map.regions.filter { $0.kind == .image }
      .map { $0.name.lastPathComponent.lowercased() }
    let known = Set(names).filter { catalogue.image($0, in: .seven) != nil }.sorted()
    #expect(known.count > 5, "\(Set(names))")
    var scenario = start
    scenario.steps = [Scenario.Step("load", [.load(known)])]
    let after = try #require(
      try ScenarioLaunchTests.runner(scenario, from: space.room).spaces(ofRun: 1).last)
    let images = { (space: ModelledSpace) in
      space.snapshot().map.regions.filter { $0.kind == .image }.map(\.range)
    }
    #expect(images(after) == images(space))
  }
}
