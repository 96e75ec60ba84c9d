import AddressSpace
import AddressSpaceReport
import ArgumentParser

struct Diff: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "What was lost between two moments: spans, regions, and buffers that fit no more.")

  @Argument(help: "The earlier target, then the later one; the later one alone with --simulate.")
  var targets: [Target]

  @OptionGroup(title: "A simulated launch in the place of the earlier target")
  var simulated: SimulatedTarget

  @Flag(help: "Match regions by name and kind, wherever randomisation has put them.")
  var relative = false

  @Flag(help: "Exit with 1 when they differ.")
  var exitCode = false

  @OptionGroup(title: "Buffers")
  var buffers: BufferOptions

  @OptionGroup
  var choice: SnapshotOptions

  @OptionGroup(title: "Layout")
  var layout: LayoutOptions

  @OptionGroup(title: "Output")
  var output: OutputOptions

  func validate() throws {
    guard all.count == 2 else {
      throw ValidationError(
        all.count < 2
          ? "Missing expected argument '<\(all.isEmpty ? "from" : "to")>'"
          : "diff compares two targets, and \(all.count) are named.")
    }
    guard from.text != "-" || to.text != "-" else {
      throw ValidationError("only one of the two can be standard input.")
    }
  }

  private var all: [Target] { simulated.launch.map { [Target($0)] + targets } ?? targets }
  private var from: Target { all[0] }
  private var to: Target { all[1] }

  func run() throws {
    var requests = try buffers.requests()
    if requests.isEmpty { requests = [try BufferRequest(text: Inspection.usualBuffer)] }
    let allocator = try buffers.chosenAllocator()
    let before = try from.snapshot(layout, choice)
    let after = try to.snapshot(layout, choice)
    let old = try layout.room(for: before)
    let new = try layout.room(for: after)
    let diff = MapDiff(from: old, to: new, relative: relative)
    let forecasts = try requests.map { request in
      (
        from: try Forecaster(old).forecast(request, allocator: allocator),
        to: try Forecaster(new).forecast(request, allocator: allocator)
      )
    }
    let report = DiffReport(
      from: DiffReport.Side(source: before.source, room: old),
      to: DiffReport.Side(source: after.source, room: new), diff: diff, buffers: forecasts)
    try output.write(text: report.text, plain: report.plain, json: report.json)
    output.report(before.diagnostics(under: old), of: from.name)
    output.report(after.diagnostics(under: new), of: to.name)
    if exitCode, !diff.isEmpty { throw ExitCode(ExitStatus.no.rawValue) }
  }
}
