import AddressSpace
import AddressSpaceReport
import AddressSpaceTrace
import ArgumentParser

struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "How much room is left, in what pieces, what splits it, how many buffers fit.")

  @Argument(help: "A process id, 'self', a saved file, a recording, or '-'.")
  var target: Target

  @OptionGroup(title: "Buffers")
  var buffers: BufferOptions

  @OptionGroup(title: "Layout")
  var layout: LayoutOptions

  @OptionGroup(title: "Output")
  var output: OutputOptions

  func run() throws {
    let requests = try buffers.requests()
    let allocator = try buffers.chosenAllocator()
    let recorded = try target.recording()?.report(
      requests: requests, allocator: allocator, layout: layout)
    let snapshot = try recorded?.moment.snapshot ?? target.snapshot(layout)
    let chosen = try layout.layout(for: snapshot)
    let inspection = try Inspection(
      snapshot, layout: chosen, requests: requests, allocator: allocator)
    let stacks = recorded?.stacksOfPins ?? [:]
    try output.write(
      text: { inspection.text($0, stacks: stacks) }, plain: { inspection.plain(top: output.top) },
      json: { inspection.json(top: output.top, stacks: stacks) })
    output.report(inspection.diagnostics, of: target.name)
    if output.verbose { Console.note("layout: \(chosen.name): \(chosen.basis)") }
    if output.wantsHints { hint(inspection) }
  }

  private func hint(_ inspection: Inspection) {
    guard let buffer = inspection.buffers.first else { return }
    Console.note(
      "\nWhy no more, and what to clear:  addrspace forecast \(target.text) "
        + "--buffer \(buffer.request.text)")
  }
}
