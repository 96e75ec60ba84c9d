import AddressSpaceFormats
import TestSupport
import Testing

@testable import AddressSpace
@testable import AddressSpaceSimulation

/// Programs of this machine that are really started, and the model of the same start.
@Suite("Launches against real ones", .serialized)
struct LaunchTests {
  static let missing: Comment = "needs the victims of tools/build-victims and setarch"
  static let hasVictims = Machine.victim("hello") != nil
  static let buffer: ByteCount = 384_000_000

  static let unrandomized = ["hello", "hello-nopie", "hello-static"].flatMap { program in
    [[], ["-L"], ["-3"], ["-3", "-L"]].flatMap { options in
      [8192, 1 << 20, nil].map { stack in
        StartOfHello(program: program, options: ["-R"] + options, stack: stack)
      }
    }
  }

  @Test(
    "without chance, region for region", .enabled(if: hasVictims, missing), arguments: unrandomized)
  func withoutChance(start: StartOfHello) async throws {
    let real = try #require(try await start.launches(1).first)
    var random = SeededRandom(seed: 1)
    var space = try #require(try start.model(of: real).start(&random))
    func text(_ region: Region) -> String {
      "\(region.range) \(region.access.letters) \(region.offset) \(region.name)"
    }
    let modelled = space.snapshot().map.regions.map(text)
    #expect(modelled == real.map.regions.map(text))
    #expect(space.programBreak.value == real.heap)
    #expect(fill(&space) == real.buffers)
  }

  static let random = [
    StartOfHello(), StartOfHello(options: ["-3"]), StartOfHello(options: ["-L"]),
    StartOfHello(program: "hello-nopie"), StartOfHello(stack: nil),
  ]

  @Test("with chance, by distribution", .enabled(if: hasVictims, missing), arguments: random)
  func withChance(start: StartOfHello) async throws {
    let real = try await start.launches(300)
    let launch = try start.model(of: try #require(real.first))
    let modelled = Observed(launch, runs: 800)
    let observed = Observed(real, start)
    #expect(observed.counts.values.reduce(0, +) == 300)
    #expect(
      TwoSamples.distance(observed.counts, modelled.counts) < 1,
      "\(observed.counts), modelled \(modelled.counts)")
    for (name, values) in observed.values {
      let model = try #require(modelled.values[name])
      let distance = TwoSamples.distance(values, model)
      let bounds = try #require(Observed.bounds[name])
      #expect(distance < 1, "\(name): \(distance)")
      #expect(values.allSatisfy { bounds.contains($0) }, "\(name): \(values.max() ?? 0)")
      #expect(model.allSatisfy { bounds.contains($0) }, "\(name) of the model")
    }
    // One bit less would be noticed.
    var narrow = launch
    narrow.randomBits -= 1
    let base = try #require(observed.values["base"])
    #expect(
      TwoSamples.distance(base, try #require(Observed(narrow, runs: 800).values["base"])) > 1)
  }

  /// What a bare program finds is told in the documentation, and known from 300 launches elsewhere.
  @Test("a bare program has room for nine buffers in 36 of 100 launches, else for ten")
  func hello() throws {
    let launch = try #require(LinuxLaunch(layout: "linux-i386-4g"))
    let counts = Observed(launch, runs: 800).counts
    #expect(TwoSamples.distance(counts, [9: 108, 10: 192]) < 1, "\(counts)")
  }

  @Test(
    "the same seed gives the same space, another one another",
    arguments: ["linux-i386-4g", "linux-i386-3g", "linux-armv7-3g"])
  func seeds(layout: String) throws {
    let launch = try #require(LinuxLaunch(layout: layout))
    func map(_ run: Int) -> [Region] {
      var random = SeededRandom(seed: 42, run: run)
      return launch.start(&random)?.snapshot().map.regions ?? []
    }
    #expect(!map(0).isEmpty && map(0) == map(0))
    #expect(Set((0..<50).map { map($0) }).count == 50)
  }

  @Test("what is read from a capture of a modelled space is the modelled space")
  func roundTrip() throws {
    for layout in ["linux-i386-4g", "linux-i386-3g", "linux-armv7-3g"] {
      for isLegacy in [false, true] {
        for run in 0..<20 {
          var launch = try #require(LinuxLaunch(layout: layout))
          launch.isLegacy = isLegacy
          var random = SeededRandom(seed: 7, run: run)
          var space = try #require(launch.start(&random))
          let arena = space.map(.kibibytes(256), Mapping("Python arena"))
          #expect(arena != nil && space.moveBreak(to: space.programBreak + 300_000))
          let room = space.room
          let text = CaptureText.write(space.snapshot())
          let snapshot = try MapsParser.parse(text, path: nil)
          let read = Layout.inferred(from: snapshot.map, facts: snapshot.facts)
          #expect(read.searches == space.layout.searches && read.name == layout)
          let other = Room(map: snapshot.map, layout: read, facts: snapshot.facts)
          #expect(other.regions == room.regions && other.freeSpans == room.freeSpans)
          #expect(other.freeBytes == space.freeBytes)
          let forecast = try Forecaster(other).forecast(
            BufferRequest(bytes: Self.buffer), allocator: Allocator(.mmap), placements: 20)
          #expect(forecast.placements.map(\.lower.value) == fill(&space))
        }
      }
    }
  }
}

/// Where each buffer goes until one is refused.
private func fill(_ space: inout ModelledSpace) -> [UInt64] {
  var bases: [UInt64] = []
  while let range = space.map(LaunchTests.buffer, Mapping(isReserved: true)) {
    bases.append(range.lower.value)
  }
  return bases
}

/// What many launches came to: how many buffers fitted, and where the parts lay.
private struct Observed {
  var counts: [UInt64: Int] = [:]
  var values: [String: [UInt64]] = [:]

  /// In bytes; what the kernel can draw of 8 bits.
  static let bounds: [String: ClosedRange<UInt64>] = [
    "base": 0...0xFF000, "program": 0...0xFF000, "stack": 0...0x80_0000, "heap": 0...0x200_0000,
  ]

  init(_ launch: LinuxLaunch, runs: Int) {
    for run in 0..<runs {
      var random = SeededRandom(seed: 1, run: run)
      guard var space = launch.start(&random) else { continue }
      let map = space.snapshot().map
      add(map, launch.flavor, launch.stackLimit)
      counts[UInt64(fill(&space).count), default: 0] += 1
    }
  }

  init(_ launches: [RealLaunch], _ start: StartOfHello) {
    for launch in launches {
      let flavor: LinuxFlavor = start.options.contains("-3") ? .i386With3GiB : .i386With4GiB
      add(
        launch.map, flavor,
        start.stack.map { .kibibytes($0) } ?? LayoutFacts.unlimitedStack)
      counts[UInt64(launch.buffers.count), default: 0] += 1
    }
  }

  private mutating func add(
    _ map: AddressMap, _ flavor: LinuxFlavor, _ stackLimit: ByteCount
  ) {
    func note(_ name: String, _ value: UInt64) { values[name, default: []].append(value) }
    let parts = map.regions.filter { $0.name.contains("/hello") }
    let loader = map.regions.filter { $0.name.contains("/ld-linux") }
    guard let first = parts.first, let low = loader.first, let high = loader.last,
      let stack = map.regions.last(where: { $0.name == "[stack]" })
    else { return }
    let nominal = flavor.mmapBase(stackLimit: stackLimit, isRandomized: true)
    let isLegacy = map.regions.contains {
      $0.name.contains("libc.so") && $0.range.lower > low.range.lower
    }
    note(
      "base",
      isLegacy
        ? (low.range.lower - flavor.unmappedBase).value : (nominal - high.range.upper).value)
    note("stack", (flavor.stackTop - stack.range.upper).value)
    if first.range.lower > 0x0900_0000 {
      note("program", (first.range.lower - flavor.programBase(isX86With64Bits: true)).value)
    }
    // Behind the program comes memory of its own.
    var end = first.range.upper
    for region in map.regions where region.range.lower == end && region.name != "[heap]" {
      end = region.range.upper
    }
    if let heap = map.regions.first(where: { $0.name == "[heap]" }) {
      note("heap", heap.range.lower.value - end.value)
    }
  }
}
