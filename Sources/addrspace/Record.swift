import AddressSpace
import AddressSpaceFormats
import AddressSpaceProcess
import AddressSpaceRecorder
import AddressSpaceStore
import ArgumentParser
import SystemPackage

struct Record: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "record",
    abstract: "Records every mapping of a program with its stack, from outside.",
    usage: """
      addrspace record [OPTIONS] -- PROGRAM ARG...
      addrspace record [OPTIONS] --pid PID
      """,
    discussion: """
      Exit status: the program's own, 128 + signal; 125 recording failed, 126 the program cannot \
      be executed, 127 there is none.
      """)

  @Argument(parsing: .postTerminator, help: "The program and its arguments, after '--'.")
  var command: [String] = []

  @Option(help: ArgumentHelp("Record a running process.", valueName: "pid"))
  var pid: Int32?

  @Option(help: ArgumentHelp("Let it go after so many seconds; with --pid.", valueName: "seconds"))
  var duration: Double?

  @Option(
    name: .short,
    help: ArgumentHelp("The recording; otherwise PROGRAM.addrspace here.", valueName: "file"))
  var output: String?

  @Flag(help: "Write over an existing recording.")
  var force = false

  @Flag(name: .customShort("f"), help: "Record the children too, each with a map of its own.")
  var followsChildren = false

  @Option(
    help: ArgumentHelp("Say when fewer of these fit; repeatable.", valueName: "spec"))
  var buffer: [String] = []

  @Option(
    help: ArgumentHelp(
      "End when the largest free span falls below this; a started program is killed.",
      valueName: "size"))
  var stopBelow: String?

  @Option(
    help: ArgumentHelp(
      "Keep a whole map each time the largest free span falls below this.", valueName: "size"))
  var snapshotBelow: String?

  @Flag(help: "Hold the replayed map against the kernel's after every event; slow.")
  var verify = false

  @Option(help: "libunwind, libdw or frame-pointers; otherwise what suits the program.")
  var unwinder: UnwinderChoice?

  @Option(help: "Frames that are kept of a stack.")
  var depth = 64

  @Flag(name: .short, help: "Say nothing.")
  var quiet = false

  func validate() throws {
    guard command.isEmpty != (pid == nil) else {
      throw ValidationError(
        pid == nil
          ? "name a program after '--', or a process with --pid."
          : "name a program or a process, not both.")
    }
    guard duration == nil || pid != nil else {
      throw ValidationError("--duration needs --pid: a program is recorded until it ends.")
    }
    guard duration.map({ $0 > 0 && $0 < 1e9 }) ?? true else {
      throw ValidationError("--duration takes a number of seconds above 0.")
    }
    guard (1...4096).contains(depth) else { throw ValidationError("--depth takes 1 to 4096.") }
  }

  func run() throws {
    let options = try makeOptions()
    let path = try FilePath(output ?? defaultPath())
    let outcome: RecorderOutcome
    do {
      let sink = try RecordingWriter(path: path.string, force: force)
      outcome = try Recorder(options, to: sink, reader: .live, notify: tell).run()
    } catch let error as RecorderError {
      throw Failure(recording: error)
    } catch let error as RecordingError {
      throw Failure(.notRecorded, "\(error)")
    }
    if !quiet {
      Console.note(
        "addrspace: \(outcome.events) events. See them:  addrspace report \(path)")
    }
    if outcome.mismatches > 0 { throw ExitCode(ExitStatus.notRecorded.rawValue) }
    let status = outcome.status ?? outcome.signal.map { 128 + $0 } ?? 0
    if status != 0 { throw ExitCode(status) }
  }

  private func makeOptions() throws -> RecorderOptions {
    var options = RecorderOptions(
      pid.map { .process($0) } ?? .program(command), release: Version.text)
    options.followsChildren = followsChildren
    options.verifies = verify
    options.depth = depth
    options.unwinder = unwinder?.unwinder
    options.duration = duration.map { UInt64($0 * 1e9) }
    options.watch.buffers = try buffer.map { try BufferRequest(text: $0) }
    options.watch.stopBelow = try stopBelow.map(Self.size)
    options.watch.snapshotBelow = try snapshotBelow.map(Self.size)
    options.watch.tellsProgress = !quiet && Console.isTerminal(.standardError)
    return options
  }

  private static func size(_ text: String) throws -> ByteCount {
    guard let size = ByteCount(text: text) else {
      throw Failure(.usage, "\"\(text)\" is no size. Sizes are written like 4096, 48MiB or 1.5GiB.")
    }
    return size
  }

  /// Named after the program, in the current folder.
  private func defaultPath() throws -> String {
    if let program = command.first {
      return (FilePath(program).lastComponent?.string ?? "program") + ".addrspace"
    }
    return "\(pid ?? 0).addrspace"
  }

  private func tell(_ notice: RecorderNotice) {
    guard !quiet else { return }
    switch notice {
    case .descendantsGoOn(let count):
      Console.note(
        "addrspace: the program has ended; waiting for \(count) "
          + "process\(count == 1 ? "" : "es") that it started.")
    case .mismatch(let event, let found):
      Console.note("addrspace: after event \(event) the kernel's map is another: \(found)")
    case .progress(let progress): Console.progress(line(progress))
    case .fewerFit(let progress): Console.note("addrspace: \(line(progress))")
    case .stoppedBelow(let progress):
      Console.note("addrspace: the recording ends here: \(line(progress))")
    case .lostPrivileges(let program):
      Console.note(
        "addrspace: \(program) is setuid or setgid and runs without these privileges, because it is "
          + "recorded. Record as root to keep them.")
    case .notRecorded(let pid, let why):
      Console.note("addrspace: process \(pid) is not recorded: \(why)")
    }
  }
}

extension Record {
  /// How things are, in a line.
  private func line(_ progress: RecorderProgress) -> String {
    let tenths = progress.time / 100_000_000
    let fits = zip(progress.fits, buffer).map { ", \($0) x \($1) fit" }.joined()
    return "\(tenths / 10).\(tenths % 10) s, \(progress.events) events, \(progress.regions) "
      + "regions, largest free span \(progress.largestFree)\(fits)"
  }
}

/// What may take stacks, as it is written.
enum UnwinderChoice: String, ExpressibleByArgument, CaseIterable {
  case libunwind
  case libdw
  case framePointers = "frame-pointers"

  var unwinder: RecorderOptions.Unwinder {
    switch self {
    case .libunwind: .libunwind
    case .libdw: .libdw
    case .framePointers: .framePointers
    }
  }
}

extension ProcessReader {
  /// Reads processes of this machine.
  static var live: ProcessReader {
    ProcessReader(
      snapshot: { pid in
        let (snapshot, text) = try LiveProcess(pid: pid).snapshot(withDetails: false)
        return (snapshot, CaptureText.write(snapshot, maps: text))
      },
      map: { pid in try LiveProcess(pid: pid).map() },
      perfMap: { pid in LiveProcess(pid: pid).perfMap() })
  }
}
