import AddressSpace
import AddressSpaceReport
import ArgumentParser

struct Forecast: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "forecast",
    abstract: "How many of these buffers fit, where, why no more, and what to clear for more.")

  @Argument(help: "A process id, 'self', a saved file, a recording, or '-'.")
  var target: Target

  @OptionGroup(title: "Buffers")
  var buffers: BufferOptions

  @Flag(help: "Place the buffers one after the other, each as often as its *COUNT says.")
  var sequence = false

  @Flag(help: "Print only the sentence on why the next does not fit.")
  var why = false

  @Option(help: ArgumentHelp("Find what to clear so that this many more fit.", valueName: "count"))
  var more: UInt64 = 1

  @Option(
    help: ArgumentHelp(
      "Exit with 0 when at least this many fit (each kind), else with 1.", valueName: "count"))
  var require: UInt64?

  @OptionGroup(title: "Layout")
  var layout: LayoutOptions

  @OptionGroup(title: "Output")
  var output: OutputOptions

  /// A 64-bit space holds more small buffers than anybody could read of.
  private static let mostPlaces = 1_000_000

  func validate() throws {
    guard more > 0 else { throw ValidationError("--more takes a number from 1 up.") }
    guard !sequence || !buffers.buffers.isEmpty else {
      throw ValidationError("--sequence needs at least one --buffer.")
    }
  }

  func run() throws {
    var requests = try buffers.requests()
    if requests.isEmpty {
      requests = [try BufferRequest(text: Inspection.usualBuffer)]
    }
    let allocator = try buffers.chosenAllocator()
    let snapshot = try target.snapshot(layout)
    let room = try layout.room(for: snapshot)
    let report = try report(on: requests, by: allocator, in: room, of: snapshot)
    try output.write(
      text: { why ? report.reasons() : report.text($0) }, plain: report.plain, json: report.json)
    output.report(snapshot.diagnostics(under: room), of: target.name)
    if output.verbose { Console.note("layout: \(room.layout.name): \(room.layout.basis)") }
    if let require, !report.holds(atLeast: require) { throw ExitCode(ExitStatus.no.rawValue) }
  }

  private func report(
    on requests: [BufferRequest], by allocator: Allocator?, in room: Room, of snapshot: Snapshot
  ) throws(AllocatorError) -> ForecastReport {
    let forecaster = Forecaster(room)
    let allocator = allocator ?? .usual(in: room.layout)
    let limit = output.top.map { $0 == 0 ? Self.mostPlaces : $0 } ?? 1000
    var answers: [ForecastReport.Answer] = []
    for request in requests {
      let buffer = try forecaster.forecast(request, allocator: allocator, placements: limit)
      let planner = try ClearingPlanner(room, for: request, allocator: allocator)
      answers.append(ForecastReport.Answer(buffer, nextFit: planner.cheapest(more: more)))
    }
    return ForecastReport(
      source: snapshot.source, diagnostics: snapshot.diagnostics(under: room), room: room,
      answers: answers,
      sequence: sequence ? try forecaster.sequence(requests, allocator: allocator) : nil,
      more: more)
  }
}
