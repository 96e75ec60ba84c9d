import AddressSpace
import AddressSpaceReport
import AddressSpaceSimulation
import ArgumentParser
import SystemPackage

/// How output is written.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
  case text
  case plain
  case json
}

/// When colours are used.
enum ColorChoice: String, ExpressibleByArgument, CaseIterable {
  case auto
  case always
  case never
}

/// What every subcommand with an answer takes.
struct OutputOptions: ParsableArguments {
  @Option(help: "text for people, plain for scripts (a record a line, tabs), json for programs.")
  var format: OutputFormat = .text

  @Flag(help: "Short for --format json.")
  var json = false

  @Flag(help: "Short for --format plain.")
  var plain = false

  @Option(help: "Rows of each list; 0 for all.")
  var top: Int?

  @Option(help: "auto, always or never.")
  var color: ColorChoice = .auto

  @Option(name: .short, help: ArgumentHelp("Write to a file.", valueName: "file"))
  var output: String?

  @Flag(name: .short, help: "Say nothing but the answer.")
  var quiet = false

  @Flag(name: .short, help: "Say how the layout was decided.")
  var verbose = false

  func validate() throws {
    guard (top ?? 0) >= 0 else { throw ValidationError("--top takes a number from 0 up.") }
  }

  private var chosen: OutputFormat { json ? .json : plain ? .plain : format }

  /// Writes the answer in the form that was asked for.
  func write(
    text: (Style) -> String, plain: () -> String, json: () -> String
  ) throws {
    let answer =
      switch chosen {
      case .text: text(style)
      case .plain: plain()
      case .json: json()
      }
    if let output {
      try Console.write(Array(answer.utf8), toFile: output)
    } else {
      try Console.write(answer)
    }
  }

  private var style: Style {
    let hasColor =
      switch color {
      case .always: true
      case .never: false
      case .auto: output == nil && Console.takesColor(.standardOutput)
      }
    return Style(
      width: min(Console.width, 100), hasColor: hasColor, isUnicode: Console.isUnicode, top: top)
  }

  /// Says what could not be read, the first few and how many there are; nothing with `-q`.
  func report(_ diagnostics: Diagnostics, of name: String) {
    guard !quiet, !diagnostics.isEmpty else { return }
    let shown = verbose ? diagnostics.kept.count : 3
    for diagnostic in diagnostics.kept.prefix(shown) {
      let place = diagnostic.line.map { "\(name):\($0)" } ?? name
      Console.note("\(place): \(diagnostic.message)")
    }
    if diagnostics.count > shown {
      Console.note("\(name): and \(diagnostics.count - shown) more. --strict stops at the first.")
    }
  }

  /// Whether hints on what to ask next are welcome.
  var wantsHints: Bool {
    !quiet && chosen == .text && output == nil && Console.isTerminal(.standardError)
  }
}

/// Which snapshot of a file with several.
struct SnapshotOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Which snapshot of a file that has several, from 1; the last one without it.",
      valueName: "number"))
  var snapshot: Int?

  func validate() throws {
    guard (snapshot ?? 1) > 0 else {
      throw ValidationError("--snapshot takes a number from 1 up.")
    }
  }

  /// What is not a file with several has one only.
  func refuseOthers(of name: String, _ remedy: String) throws {
    guard let snapshot, snapshot != 1 else { return }
    throw Failure(.usage, "\(name) has no snapshot \(snapshot). \(remedy)")
  }
}

/// What decides the layout.
struct LayoutOptions: ParsableArguments {
  @Option(help: "Use this preset instead of what the source tells; see 'addrspace layouts'.")
  var layout: String?

  @Option(help: ArgumentHelp("Bounds of the user space, hexadecimal.", valueName: "low-high"))
  var range: String?

  @Flag(help: "Refuse input with a line that cannot be read.")
  var strict = false

  func validate() throws {
    if let layout, !isPreset(layout), !ModelledSystem.names.contains(layout) {
      throw ValidationError("no layout \"\(layout)\". 'addrspace layouts' lists them.")
    }
    if let range, AddressRange(text: range) == nil {
      throw ValidationError(
        "\"\(range)\" is no range. Write two hexadecimal addresses, as in 10000-c0000000.")
    }
  }

  private func isPreset(_ name: String) -> Bool {
    LayoutPreset.all.contains { $0.layout.name == name }
  }

  /// The layout for a snapshot, and what is in it.
  func room(for snapshot: Snapshot) throws -> Room {
    Room(map: snapshot.map, layout: try layout(for: snapshot), facts: snapshot.facts)
  }

  func layout(for snapshot: Snapshot) throws -> Layout {
    var chosen = Layout.inferred(from: snapshot.map, facts: snapshot.facts)
    if let layout, snapshot.source.kind != .simulation {
      guard isPreset(layout) else {
        throw Failure(
          .usage, "\(layout) is a model of a system, for 'simulate' and --simulate alone.")
      }
      chosen = Layout.named(layout, map: snapshot.map, facts: snapshot.facts) ?? chosen
    }
    if let range, let bounds = AddressRange(text: range) {
      guard chosen.canAddress(bounds) else {
        throw Failure(
          .usage,
          "the range \(bounds) is beyond what \(chosen.name) can address. Choose --layout too.")
      }
      chosen = chosen.limited(to: bounds)
    }
    return chosen
  }
}

/// What buffers are asked for, and by whom.
struct BufferOptions: ParsableArguments {
  @Option(
    name: .customLong("buffer"),
    help: ArgumentHelp(
      "A buffer: a size, or WIDTHxHEIGHTxCHANNELSxBYTES, then @ALIGN; or a thread: thread, or "
        + "thread:STACKSIZE; may be repeated.",
      valueName: "spec"))
  var buffers: [String] = []

  @Option(
    help: ArgumentHelp(
      "Who asks: mmap, malloc, virtualalloc, heapalloc, numpy, pillow; a C library's version "
        + "after @.", valueName: "name"))
  var allocator: String?

  func requests() throws -> [BufferRequest] {
    try buffers.map(BufferRequest.init(text:))
  }

  func chosenAllocator() throws -> Allocator? {
    try allocator.map(Allocator.init(text:))
  }
}
