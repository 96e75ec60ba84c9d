import AddressSpace
import AddressSpaceReport
import AddressSpaceTrace
import ArgumentParser

struct Report: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "When the room of a recorded program went, and which stack took it.")

  /// What those who hold something are grouped by.
  enum Grouping: String, ExpressibleByArgument, CaseIterable {
    case stack
    case function
    case module

    var ofCallers: TraceReport.CallerGrouping {
      switch self {
      case .stack: .stack
      case .function: .function
      case .module: .module
      }
    }
  }

  @OptionGroup
  var recording: RecordingOptions

  @Option(
    help: ArgumentHelp(
      "Group who holds what by stack, function or module.", valueName: "stack|function|module"))
  var by: Grouping = .stack

  @Flag(help: "Show whole stacks.")
  var stacks = false

  @OptionGroup(title: "Buffers")
  var buffers: BufferOptions

  @OptionGroup(title: "Layout")
  var layout: LayoutOptions

  @OptionGroup(title: "Output")
  var output: OutputOptions

  func run() throws {
    let target = try recording.target()
    let report = try target.report(
      requests: try buffers.requests(), allocator: try buffers.chosenAllocator(), layout: layout,
      grouping: by.ofCallers)
    let rendered = RecordingReport(report, path: target.path)
    try output.write(
      text: { rendered.text($0, stacks: stacks) }, plain: { rendered.plain(top: output.top) },
      json: { rendered.json(top: output.top) })
    output.report(report.diagnostics, of: target.path)
    if output.verbose { Console.note("layout: \(report.layout.name): \(report.layout.basis)") }
    if output.wantsHints {
      Console.note("\nWhole stacks:  addrspace report \(recording.file) --stacks")
    }
  }
}

/// Which recording, and at which moment.
struct RecordingOptions: ParsableArguments {
  @Argument(
    help: ArgumentHelp("A recording, as 'addrspace record' writes it.", valueName: "recording"))
  var file: String

  @Option(
    help: ArgumentHelp(
      "The moment: end, lowest, seconds (12.5) or an event (#8123).", valueName: "moment"))
  var at: String?

  @Option(
    help: ArgumentHelp(
      "The program to tell of, by its process id: the last that it ran.", valueName: "pid"))
  var pid: Int32?

  func target() throws -> RecordingTarget {
    guard file != "-" else { throw Failure(.usage, RecordingTarget.notFromStandardInput) }
    var target =
      try RecordingTarget(naming: file)
      ?? RecordingTarget(path: file, moment: nil)
    if let at {
      guard target.moment == nil else {
        throw Failure(.usage, "\(file) names a moment already. Leave out --at.")
      }
      target.moment = try TraceMoment(text: at)
    }
    target.pid = pid
    return target
  }
}
