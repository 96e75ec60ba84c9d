import AddressSpace
import AddressSpaceFormats
import AddressSpaceStore
import ArgumentParser

struct Convert: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Saves what any target shows as maps text or JSON, to be kept, sent and read again.",
    discussion: """
      What it writes answers as the target did. --anonymize takes the names out: of programs, \
      files and what a program calls its memory. The same name stays the same, and those stay \
      that answers depend on, such as libc.so.6 and ntdll.dll. A log of strace becomes a \
      recording where the output ends in .addrspace; its stacks (-k) are kept.
      """)

  /// What it writes.
  enum Form: String, ExpressibleByArgument, CaseIterable {
    case maps
    case json
  }

  @OptionGroup
  var asked: TargetOptions

  @Option(
    help: ArgumentHelp(
      "maps (text) or json; without it what the output's name ends in, else maps.",
      valueName: "maps|json"))
  var to: Form?

  @Flag(help: "Replace the names of programs and files; drop the process's name and number.")
  var anonymize = false

  @OptionGroup
  var choice: SnapshotOptions

  @OptionGroup(title: "Layout (what is the lowest moment of a recording)")
  var layout: LayoutOptions

  @Option(name: .short, help: ArgumentHelp("Write to a file.", valueName: "file"))
  var output: String?

  @Flag(help: "Replace a recording that is there.")
  var force = false

  @Flag(name: .short, help: "Say nothing of what could not be read.")
  var quiet = false

  private var target: Target { asked.target }

  func run() throws {
    if to == nil, let output, output.hasSuffix(".addrspace") { return try record(output) }
    let form = chosenForm
    var snapshot = try target.snapshot(layout, choice)
    if anonymize { snapshot = snapshot.anonymized() }
    let bytes =
      switch form {
      case .maps: CaptureText.write(snapshot)
      case .json: SnapshotText.write(snapshot)
      }
    if let output {
      try Console.write(bytes, toFile: output)
    } else {
      try Console.write(String(decoding: bytes, as: UTF8.self))
    }
    report(snapshot.diagnostics)
  }

  private var chosenForm: Form {
    to ?? (output?.lowercased().hasSuffix(".json") == true ? .json : .maps)
  }

  /// Writes a recording of a log.
  private func record(_ path: String) throws {
    let isFile = try target.pid() == nil && target.recording(choice) == nil
    let source = isFile ? try target.snapshot(layout, choice).source.kind : .process
    guard source == .strace, target.text != "-", !anonymize else {
      throw Failure(
        .usage,
        "only a log of strace, named as a file and with its names, makes a recording. Write "
          + "\(path.dropLast(9))maps or \(path.dropLast(9))json instead.")
    }
    let made = try StraceRecording.write(
      Console.read(target.text), to: RecordingWriter(path: path, force: force),
      release: Version.text)
    report(made.diagnostics)
    if !quiet {
      Console.note("addrspace: \(made.events) events. See them:  addrspace report \(path)")
    }
  }

  private func report(_ diagnostics: Diagnostics) {
    guard !quiet else { return }
    for diagnostic in diagnostics.kept.prefix(3) {
      let place = diagnostic.line.map { "\(target.name):\($0)" } ?? target.name
      Console.note("\(place): \(diagnostic.message)")
    }
    if diagnostics.count > 3 { Console.note("\(target.name): and \(diagnostics.count - 3) more.") }
  }
}
