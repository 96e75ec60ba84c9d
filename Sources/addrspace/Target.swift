import AddressSpace
import AddressSpaceFormats
import AddressSpaceProcess
import AddressSpaceReport
import ArgumentParser
import Glibc
import SystemPackage

/// What is asked about: a process, a saved file, a recording, standard input, or a simulated launch.
struct Target: ExpressibleByArgument {
  /// As it was written.
  let text: String
  /// The launch that it is, nil where it is none.
  let launch: SimulatedLaunch?

  init(argument: String) {
    text = argument
    launch = nil
  }

  init(_ launch: SimulatedLaunch?) {
    text = launch?.words ?? ""
    self.launch = launch
  }

  /// What to call it in messages.
  var name: String { launch?.name ?? (text == "-" ? "standard input" : text) }

  /// As a shell takes it.
  var words: String { launch?.words ?? text.shellWord }

  /// The process it names, nil where it names a file.
  func pid() throws -> Int32? {
    if text == "self" { return getpid() }
    guard launch == nil, !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
      return nil
    }
    guard let pid = Int32(text), pid > 0 else {
      throw Failure(.notFound, "no process \(text). A file of that name is ./\(text).")
    }
    return pid
  }

  /// Its map and what else is known of it.
  func snapshot(_ layout: LayoutOptions, _ choice: SnapshotOptions) throws -> Snapshot {
    if let launch {
      try choice.refuseOthers(of: "a launch", "Leave out --snapshot.")
      return try launch.snapshot(on: layout.layout)
    }
    if let pid = try pid() {
      try choice.refuseOthers(of: "a process", "Leave out --snapshot.")
      return try Self.live(pid).snapshot
    }
    if let recording = try recording(choice) { return try recording.snapshot(layout) }
    if text == "-", Console.isTerminal(.standardInput) {
      throw Failure(.usage, "standard input is a terminal. Pipe a map into it, or name a target.")
    }
    var options = SavedFile.Options()
    options.path = text == "-" ? nil : text
    options.strict = layout.strict
    options.snapshot = choice.snapshot
    if let file = try openFile() { return try saved(file, options) }
    return try saved(Console.read(text), options)
  }

  /// The regular file that it names, nil where it names something else.
  private func openFile() throws -> OpenFile? {
    guard text != "-" else { return nil }
    do throws(Errno) {
      return try OpenFile(text)
    } catch {
      throw Failure(error, file: text)
    }
  }

  private func saved(
    _ file: some FileBytes, _ options: SavedFile.Options
  ) throws -> Snapshot {
    do throws(FormatError) {
      return try SavedFile.read(file, options: options)
    } catch {
      throw Failure(error, in: self)
    }
  }

  /// The recording that it names, nil where it names something else.
  func recording(_ choice: SnapshotOptions) throws -> RecordingTarget? {
    guard launch == nil, text != "-", let recording = try RecordingTarget(naming: text) else {
      return nil
    }
    try choice.refuseOthers(
      of: "a recording", "Name a moment, as in \(recording.path)@12.5 (seconds).")
    return recording
  }

  /// A process's map, its facts, and the map's own text.
  static func live(_ pid: Int32) throws -> (snapshot: Snapshot, text: [UInt8]) {
    try LiveProcess(pid: pid).snapshot()
  }
}
