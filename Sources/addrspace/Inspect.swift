import AddressSpace
import AddressSpaceFormats
import AddressSpaceReport
import AddressSpaceTrace
import ArgumentParser

struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "How much room is left, in what pieces, what splits it, how many buffers fit.",
    discussion: SavedFile.kinds)

  /// What regions are added up by.
  enum Grouping: String, ExpressibleByArgument, CaseIterable {
    case origin
    case name
    case module

    var ofUsage: Usage.Grouping {
      switch self {
      case .origin: .origin
      case .name: .name
      case .module: .module
      }
    }
  }

  @OptionGroup
  var asked: TargetOptions

  @Option(
    help: ArgumentHelp(
      "Add up who takes how much: by origin (who uses it), name, or module.",
      valueName: "origin|name|module"))
  var by: Grouping?

  @OptionGroup(title: "Buffers")
  var buffers: BufferOptions

  @OptionGroup
  var choice: SnapshotOptions

  @OptionGroup(title: "Layout")
  var layout: LayoutOptions

  @OptionGroup(title: "Output")
  var output: OutputOptions

  private var target: Target { asked.target }

  func run() throws {
    let requests = try buffers.requests()
    let allocator = try buffers.chosenAllocator()
    let recorded = try target.recording(choice)?.report(
      requests: requests, allocator: allocator, layout: layout)
    let snapshot = try recorded?.moment.snapshot ?? target.snapshot(layout, choice)
    let chosen = try layout.layout(for: snapshot)
    let inspection = try Inspection(
      snapshot, layout: chosen, requests: requests, allocator: allocator)
    let grouping = by?.ofUsage
    let stacks = recorded?.stacksOfPins ?? [:]
    try output.write(
      text: { style in
        grouping.map { inspection.text(style, by: $0) } ?? inspection.text(style, stacks: stacks)
      }, plain: { inspection.plain(top: output.top, by: grouping) },
      json: { inspection.json(top: output.top, stacks: stacks, by: grouping) })
    output.report(inspection.diagnostics, of: target.name)
    if output.verbose { Console.note("layout: \(chosen.name): \(chosen.basis)") }
    if output.wantsHints { hint(inspection) }
  }

  private func hint(_ inspection: Inspection) {
    guard let buffer = inspection.buffers.first else { return }
    Console.note(
      "\nWhy no more, and what to clear:  addrspace forecast \(target.words) "
        + "--buffer \(buffer.request.text)")
  }
}
