import AddressSpaceFormats
import AddressSpaceYAML
import SystemPackage
import TestSupport
import Testing

@testable import AddressSpace
@testable import AddressSpaceSimulation

@Suite("Launches of scenarios")
struct ScenarioLaunchTests {
  /// A scenario with one thing to do, on a system.
  static func scenario(
    _ system: String, _ program: String = "hello", python: PythonVersion? = nil,
    steps: [Scenario.Step] = [Scenario.Step("start", [])], buffers: [BufferRequest] = []
  ) -> Scenario {
    Scenario(
      name: "test", about: "test",
      settings: .init(system: system, program: program, python: python), buffers: buffers,
      steps: steps)
  }

  static func runner(
    _ scenario: Scenario, from room: Room? = nil, seed: UInt64 = 42
  ) throws -> ScenarioRunner {
    try ScenarioRunner(
      scenario, from: room, catalogue: try ImageCatalogueDocument.builtIn(), seed: seed)
  }

  static let linux = ModelledSystem.names.filter { $0.hasPrefix("linux") }

  /// Real launches are held against `LinuxLaunch` (`LaunchTests`); a scenario of the same program is
  /// the same launch, its heap made by malloc and not by the program's list.
  @Test("a bare program is the launch that real ones are held against", arguments: linux)
  func hello(system: String) throws {
    let launch = try #require(LinuxLaunch(layout: system))
    let runner = try Self.runner(Self.scenario(system))
    for run in 1...200 {
      var random = SeededRandom(seed: 42, run: run)
      var wanted = try #require(launch.start(&random))
      // Where a block has a header of 16 bytes malloc asks for a page less than on i386.
      if system == "linux-x86-64" {
        let isShorter = wanted.moveBreak(to: wanted.startOfBreak + .kibibytes(132))
        #expect(isShorter)
      }
      let space = try #require(try runner.spaces(ofRun: run).first)
      #expect(space.layout.searches == wanted.layout.searches)
      let (one, other) = (space.snapshot(), wanted.snapshot())
      #expect(one.map.regions == other.map.regions, "launch \(run)")
      #expect(one.facts.startOfBreak == other.facts.startOfBreak)
      #expect(space.programBreak == wanted.programBreak && space.freeRanges == wanted.freeRanges)
    }
  }

  private static let catalogue = try? ImageCatalogueDocument.builtIn()
  static let programs = ModelledSystem.names.flatMap { name in
    catalogue.flatMap { ModelledSystem(named: name)?.programs(in: $0) }.map { programs in
      programs.map { [name, $0] }
    } ?? []
  }

  @Test("every program of every system starts", arguments: programs)
  func starts(names: [String]) throws {
    let runner = try Self.runner(Self.scenario(names[0], names[1]))
    for run in 1...3 {
      let outcome = try #require(try runner.outcomes(ofRun: run).first)
      #expect(outcome.failure == nil && outcome.largestFree > .zero)
      #expect(outcome.free + outcome.mapped >= runner.layout.space.size)
    }
  }

  static func isWindows(_ system: String) -> Bool {
    ModelledSystem(named: system)?.isWindows == true
  }

  @Test("what is dropped leaves the space as it was", arguments: ModelledSystem.names)
  func dropped(system: String) throws {
    let isWindows = Self.isWindows(system)
    let family: Allocator.Family = isWindows ? .virtualalloc : .mmap
    for seed in 1...4 as ClosedRange<UInt64> {
      var random = SeededRandom(seed: seed)
      let names = ["a", "b", "c"]
      let actions: [Scenario.Action] = (0..<30).map { _ in
        let name = names[Int(random.next(below: 3))]
        switch random.next(below: 6) {
        case 0: return .reserve(ByteCount(1 + random.next(below: 1 << 25)), as: name)
        case 1: return .drop([name])
        default:
          let size = ByteCount(1 + random.next(below: 1 << 27))
          return .allocate(
            BufferRequest(bytes: size), count: Int(1 + random.next(below: 4)), by: family, as: name)
        }
      }
      let steps = [
        Scenario.Step("start", []), Scenario.Step("work", actions),
        Scenario.Step("end", [.drop(names)]),
      ]
      let runner = try Self.runner(
        Self.scenario(system, isWindows ? "photo-wx" : "hello", steps: steps), seed: seed)
      for run in 1...3 {
        let spaces = try runner.spaces(ofRun: run)
        #expect(spaces[0].snapshot().map.regions == spaces[2].snapshot().map.regions)
        #expect(spaces[0].freeRanges == spaces[2].freeRanges, "seed \(seed), run \(run)")
        let outcomes = try runner.outcomes(ofRun: run)
        #expect(
          outcomes[0].resident == outcomes[2].resident
            && outcomes[0].committed == outcomes[2].committed)
        #expect(outcomes[1].free < outcomes[0].free, "something was there")
      }
    }
  }

  @Test("requests that no space has are refused, from a tape too")
  func huge() throws {
    for (system, family) in [
      ("linux-i386-4g", Allocator.Family.malloc), ("linux-x86-64", .malloc),
      ("linux-x86-64", .mmap), ("windows-7-4g", .heapalloc), ("windows-7-4g", .virtualalloc),
      ("wine-4g", .heapalloc), ("wine-4g", .virtualalloc),
    ] {
      for size in [1 << 31, 1 << 40, 1 << 47, 1 << 62, UInt64.max] {
        let buffer = BufferRequest(bytes: ByteCount(size))
        let scenario = Self.scenario(
          system, Self.isWindows(system) ? "photo-wx" : "hello",
          steps: [
            Scenario.Step(
              "work",
              [
                .allocate(buffer, count: 3, by: family, as: "a"),
                .allocate(BufferRequest(bytes: .mebibytes(1)), count: 3, by: family, as: "a"),
              ]), Scenario.Step("end", [.drop(["a"])]),
          ])
        let runner = try Self.runner(scenario)
        let outcomes = try runner.outcomes(ofRun: 1)
        #expect(outcomes == (try runner.withoutTape().outcomes(ofRun: 1)), "\(system) \(size)")
        let isRefused = system != "linux-x86-64" || size >= 1 << 47
        if isRefused { #expect(outcomes[0].failure == StepOutcome.Failure("a", ByteCount(size))) }
      }
    }
  }

  @Test("a heap whose break has something above it goes elsewhere, from a tape too")
  func blocked() throws {
    let launch = try #require(LinuxLaunch(layout: "linux-i386-4g"))
    for run in 1...5 {
      var random = SeededRandom(seed: 3, run: run)
      var space = try #require(launch.start(&random))
      let end = space.programBreak + .mebibytes(2)
      let wall = try #require(AddressRange(end, end + .mebibytes(1)))
      let isThere = space.map(at: wall, Mapping())
      #expect(isThere)
      let scenario = Self.scenario(
        "linux-i386-4g", python: PythonVersion(2, 7, 18),
        steps: [
          Scenario.Step(
            "work",
            [
              .make(.list([.bytes(300), .float]), count: 20_000, as: "a"),
              .startThreads(3, stack: nil, allocate: true),
              .allocate(BufferRequest(bytes: .kibibytes(100)), count: 50, by: .malloc, as: "b"),
            ]), Scenario.Step("end", [.drop(["b"]), .keep(oneIn: 10, of: "a"), .collect]),
        ])
      let runner = try Self.runner(scenario, from: space.room)
      try LinuxTapeTests.compare(runner, "run \(run)")
      let after = try #require(try runner.spaces(ofRun: 1).first)
      #expect(after.programBreak <= wall.lower)
      #expect(after.snapshot().map.regions.contains { $0.range.lower == wall.lower })
    }
  }

  @Test("where nothing tells of the brk heap nothing lies below the space")
  func unknownBreak() throws {
    let preset = LayoutPreset.all.first { $0.layout.name == "linux-i386-4g" }
    let space = ModelledSpace(try #require(preset).layout)
    let runner = try Self.runner(
      Self.scenario(
        "linux-i386-4g",
        steps: [
          Scenario.Step(
            "work", [.allocate(BufferRequest(bytes: 1000), count: 10, by: .malloc, as: "a")])
        ]), from: space.room)
    for space in try runner.spaces(ofRun: 1) {
      let regions = space.snapshot().map.regions
      #expect(!regions.isEmpty && regions.allSatisfy { $0.range.lower >= space.layout.space.lower })
    }
  }

  private static func room(_ fixture: FilePath) throws -> Room {
    let snapshot = try SavedFile.read(Fixtures.bytes(Fixtures.own.appending(fixture.components)))
    let layout = Layout.inferred(from: snapshot.map, facts: snapshot.facts)
    return Room(map: snapshot.map, layout: layout, facts: snapshot.facts)
  }

  static let windows: [FilePath] = [
    "minidump/commit-3g.dmp", "minidump/listed-2g.dmp", "minidump/listed-4g.dmp",
    "wine/wine8-2g-bare.smaps", "wine/wine8-laa-fragmented.smaps", "windows/vmmap.mmp",
  ]

  @Test(
    "a Windows process goes on, from a tape too, within what is left to commit", arguments: windows)
  func goesOn(file: FilePath) throws {
    let room = try Self.room(file)
    let scenario = Self.scenario(
      "windows-7-4g", "photo-wx", python: PythonVersion(2, 7, 3),
      steps: [
        Scenario.Step("start", []),
        Scenario.Step(
          "work",
          [
            .make(.list([.bytes(500), .float]), count: 20_000, as: "a"),
            .allocate(BufferRequest(bytes: .mebibytes(90)), count: 60, by: .virtualalloc, as: "b"),
            .keep(oneIn: 3, of: "a"), .make(.bytes(3000), count: 3000, as: "c"),
          ]), Scenario.Step("end", [.drop(["b"]), .collect]),
      ])
    let runner = try Self.runner(scenario, from: room)
    try LinuxTapeTests.compare(runner, "\(file)")
    let outcomes = try runner.outcomes(ofRun: 1)
    // A heap of its own of 64 KiB, nothing else.
    #expect(room.freeBytes - outcomes[0].free == .kibibytes(64))
    #expect(outcomes[1].failure?.purpose == "b", "no space of 4 GiB has room for 60")
    if let commit = room.facts.limits?.commit {
      let own = outcomes[1].committed - outcomes[0].committed
      #expect(own <= commit.limit.lowered(by: commit.used))
    }
  }

  @Test("what is assumed is assumed of a process that goes on too")
  func assumed() throws {
    let room = try Self.room("minidump/listed-4g.dmp")
    func taken(_ stack: ByteCount?) throws -> ByteCount {
      var scenario = Self.scenario(
        "windows-7-4g", "photo-wx",
        steps: [
          Scenario.Step("start", []),
          Scenario.Step("work", [.startThreads(10, stack: nil, allocate: false)]),
        ])
      scenario.settings.assumptions.wowStack = stack
      let outcomes = try Self.runner(scenario, from: room).outcomes(ofRun: 1)
      return outcomes[1].mapped - outcomes[0].mapped
    }
    #expect(try taken(.mebibytes(2)) - taken(.mebibytes(1)) == .mebibytes(10))
  }

  @Test("until it allocates anew, what a process's heap serves is known")
  func ownHeap() throws {
    let scenario = Self.scenario(
      "linux-i386-4g", steps: [Scenario.Step("start", []), Scenario.Step("wait", [])])
    let space = try #require(try Self.runner(scenario).spaces(ofRun: 1).last)
    let heap = try #require(space.facts.heap)
    let later = Self.scenario(
      "linux-i386-4g",
      steps: [
        Scenario.Step("start", []),
        Scenario.Step(
          "work", [.allocate(BufferRequest(bytes: 1000), count: 1, by: .malloc, as: "a")]),
      ])
    let spaces = try Self.runner(later, from: space.room).spaces(ofRun: 1)
    #expect(spaces[0].facts.heap == heap)
    #expect(try #require(spaces[1].facts.heap).end > heap.end)
  }

  @Test("an image of a process goes as a whole")
  func unloaded() throws {
    for file in ["wine/wine8-laa-bare.smaps", "minidump/listed-4g.dmp"] as [FilePath] {
      let room = try Self.room(file)
      let scenario = Self.scenario(
        "windows-7-4g", "photo-wx",
        steps: [
          Scenario.Step("load", [.load(["ntdll.dll"])]),
          Scenario.Step("unload", [.unload(["ntdll.dll"])]),
        ])
      let spaces = try Self.runner(scenario, from: room).spaces(ofRun: 1)
      let parts = { (regions: [Region]) in
        regions.filter { $0.name.lowercased().hasSuffix("ntdll.dll") }.map(\.range)
      }
      #expect(!parts(room.regions).isEmpty)
      #expect(parts(spaces[0].snapshot().map.regions) == parts(room.regions), "it was there")
      #expect(parts(spaces[1].snapshot().map.regions) == [], "\(file)")
    }
  }
}
