import AddressSpace
import AddressSpaceFormats
import Benchmark
import SyntheticSpace

/// How long each answer takes for ever more regions. The names are QUESTION-REGIONS.
let benchmarks: @Sendable () -> Void = {
  for (regions, iterations) in [(10_000, 200), (100_000, 50), (1_000_000, 15)] {
    Benchmark.defaultConfiguration = Benchmark.Configuration(
      metrics: [.wallClock, .cpuTotal], timeUnits: .nanoseconds, warmupIterations: 2,
      maxDuration: .seconds(60), maxIterations: iterations)
    addParse(regions)
    addAnswers(regions)
  }
}

private func addParse(_ regions: Int) {
  nonisolated(unsafe) var text: [UInt8] = []
  Benchmark("parse-\(regions)") { _ in
    blackHole(try MapsParser.parse(text))
  } setup: {
    text = SyntheticSpace(regions: regions).text
  }
}

/// The questions of `inspect` and `forecast`, for a photo program's buffer and a small one.
private func addAnswers(_ regions: Int) {
  add("room", regions) { question in
    blackHole(Room(map: question.space.map, layout: question.space.layout))
  }
  add("pins", regions) { question in
    blackHole(try PinRanking(question.room, for: question.buffers).pins())
  }
  add("forecast", regions) { question in
    let forecaster = Forecaster(question.room)
    for (request, allocator) in question.buffers {
      blackHole(try forecaster.forecast(request, allocator: allocator, placements: 100))
    }
  }
  add("plan", regions) { question in
    let planner = try ClearingPlanner(
      question.room, for: question.photo, allocator: question.allocator)
    blackHole(planner.cheapest())
  }
  // Every window is looked at, and none is large enough.
  add("no-plan", regions) { question in
    let planner = try ClearingPlanner(
      question.room, for: question.huge, allocator: question.allocator)
    blackHole(planner.cheapest())
  }
}

private func add(
  _ name: String, _ regions: Int, _ answer: @escaping @Sendable (Question) throws -> Void
) {
  nonisolated(unsafe) var question: Question?
  Benchmark("\(name)-\(regions)") { benchmark in
    guard let question else { return benchmark.error("no question") }
    try answer(question)
  } setup: {
    question = try Question(regions: regions)
  }
}

/// A space and what is asked of it.
private struct Question: Sendable {
  let space: SyntheticSpace
  let room: Room
  let allocator = Allocator(.mmap)
  let photo: BufferRequest
  let small: BufferRequest
  let huge: BufferRequest

  var buffers: [(BufferRequest, Allocator)] { [(photo, allocator), (small, allocator)] }

  init(regions: Int) throws {
    space = SyntheticSpace(regions: regions)
    room = space.room
    photo = try BufferRequest(text: "8000x6000x4x2")
    small = try BufferRequest(text: "32KiB")
    huge = try BufferRequest(text: "16TiB")
  }
}
