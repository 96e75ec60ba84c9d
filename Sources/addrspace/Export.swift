import AddressSpaceReport
import ArgumentParser

struct Export: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "The stacks of a recording for viewers of profiles: folded stacks, speedscope.")

  /// What viewers read.
  enum Form: String, ExpressibleByArgument, CaseIterable {
    case folded
    case speedscope
  }

  /// What a stack counts for.
  enum Weight: String, ExpressibleByArgument, CaseIterable {
    case bytes
    case gain
  }

  @OptionGroup
  var recording: RecordingOptions

  @Option(
    help: ArgumentHelp("folded (flame graphs) or speedscope.", valueName: "folded|speedscope"))
  var format: Form

  @Option(
    help: ArgumentHelp(
      "What stacks count for: bytes that they hold, or gain of the largest free span without.",
      valueName: "bytes|gain"))
  var weight: Weight = .bytes

  @Option(name: .short, help: ArgumentHelp("Write to a file.", valueName: "file"))
  var output: String?

  @OptionGroup(title: "Layout")
  var layout: LayoutOptions

  func run() throws {
    let target = try recording.target()
    let report = try target.report(requests: [], allocator: nil, layout: layout)
    let export = StackExport(report, weight: weight == .bytes ? .bytes : .gain)
    let text =
      switch format {
      case .folded: export.folded()
      case .speedscope: export.speedscope(exporter: "addrspace@\(Version.number)")
      }
    if let output {
      try Console.write(Array(text.utf8), toFile: output)
    } else {
      try Console.write(text)
    }
  }
}
