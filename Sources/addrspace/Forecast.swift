import AddressSpace
import AddressSpaceReport
import ArgumentParser

struct Forecast: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "forecast",
    abstract: "How many of these buffers fit, where, why no more, and what to clear for more.")

  @OptionGroup
  var asked: TargetOptions

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

  @Option(
    name: .customLong("if"),
    help: ArgumentHelp(
      "Answer as if this were changed; may be repeated. "
        + Change.forms.map { "\($0.form): \($0.meaning)" }.joined(separator: "; ") + ".",
      valueName: "change"))
  var changes: [String] = []

  @Flag(help: "Say which change would make most more fit, what brings it about, what it costs.")
  var advise = false

  @OptionGroup
  var choice: SnapshotOptions

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
    guard !sequence || !advise && !changes.contains(where: { $0.hasPrefix("tile=") }) else {
      throw ValidationError("--sequence goes neither with --advise nor with --if tile=SIZE.")
    }
  }

  private var target: Target { asked.target }

  func run() throws {
    var requests = try buffers.requests()
    if requests.isEmpty {
      requests = [try BufferRequest(text: Inspection.usualBuffer)]
    }
    let allocator = try buffers.chosenAllocator()
    let wishes = try changes.map(Change.init(text:))
    let snapshot = try target.snapshot(layout, choice)
    let chosen = try layout.layout(for: snapshot)
    let changed = try changed(snapshot, by: wishes, under: chosen)
    let room =
      changed?.room ?? Room(map: snapshot.map, layout: chosen, facts: snapshot.facts)
    var report = try report(on: requests, by: allocator, in: room, of: snapshot, changed)
    if advise { report.advice = try advice(on: report, changed, snapshot, chosen) }
    try output.write(
      text: { why ? report.reasons() : report.text($0) }, plain: report.plain, json: report.json)
    output.report(snapshot.diagnostics(under: room), of: target.name)
    if output.verbose { Console.note("layout: \(room.layout.name): \(room.layout.basis)") }
    if let require, !report.holds(atLeast: require) { throw ExitCode(ExitStatus.no.rawValue) }
  }

  /// The space after what `--if` asks for, nil where it asks for nothing.
  private func changed(
    _ snapshot: Snapshot, by wishes: [Change], under layout: Layout
  ) throws -> ChangedSpace? {
    guard !wishes.isEmpty else { return nil }
    return try ChangedSpace(
      wishes, of: snapshot.map, facts: snapshot.facts, layout: layout)
  }

  private func advice(
    on report: ForecastReport, _ changed: ChangedSpace?, _ snapshot: Snapshot, _ layout: Layout
  ) throws -> [Advice] {
    let now = Room(map: snapshot.map, layout: layout, facts: snapshot.facts)
    return try Advisor(
      snapshot.map, room: now, buffers: report.answers.map(\.buffer), after: changed?.changes ?? []
    ).all()
  }

  private func report(
    on requests: [BufferRequest], by allocator: Allocator?, in room: Room, of snapshot: Snapshot,
    _ changed: ChangedSpace?
  ) throws(AllocatorError) -> ForecastReport {
    let forecaster = Forecaster(room)
    let allocator = allocator ?? .usual(in: room.layout)
    let limit = output.top.map { $0 == 0 ? Self.mostPlaces : $0 } ?? 1000
    var answers: [ForecastReport.Answer] = []
    for request in requests {
      if let changed {
        answers.append(try answer(request, allocator, limit, after: changed))
      } else {
        answers.append(try answer(request, allocator, limit, in: forecaster))
      }
    }
    var report = ForecastReport(
      source: snapshot.source, diagnostics: snapshot.diagnostics(under: room), room: room,
      answers: answers,
      sequence: sequence ? try forecaster.sequence(requests, allocator: allocator) : nil,
      more: more)
    report.changed = changed
    return report
  }

  private func answer(
    _ request: BufferRequest, _ allocator: Allocator, _ limit: Int, in forecaster: Forecaster
  ) throws(AllocatorError) -> ForecastReport.Answer {
    let buffer = try forecaster.forecast(request, allocator: allocator, placements: limit)
    let planner = try ClearingPlanner(forecaster.room, for: request, allocator: allocator)
    return ForecastReport.Answer(buffer, nextFit: planner.cheapest(more: more))
  }

  private func answer(
    _ request: BufferRequest, _ allocator: Allocator, _ limit: Int, after changed: ChangedSpace
  ) throws(AllocatorError) -> ForecastReport.Answer {
    let forecast = try changed.forecast(request, allocator: allocator, placements: limit)
    return ForecastReport.Answer(
      forecast.buffer,
      nextFit: try changed.plan(for: request, allocator: allocator, more: more),
      range: forecast.range)
  }
}
