import AddressSpace
import AddressSpaceFormats
import AddressSpaceProcess
import AddressSpaceRecorder
import AddressSpaceReport
import AddressSpaceSimulation
import AddressSpaceStore
import AddressSpaceTrace
import ArgumentParser
import SystemPackage

/// Why the program ends without the answer that was asked for.
struct Failure: Error {
  let status: ExitStatus
  /// A sentence with the remedy.
  let message: String

  init(_ status: ExitStatus, _ message: String) {
    self.status = status
    self.message = message
  }
}

/// What the exit status tells a script (`sysexits.h`).
enum ExitStatus: Int32 {
  case no = 1
  case usage = 64
  case badInput = 65
  case notFound = 66
  case unavailable = 69
  case bug = 70
  case inputOutput = 74
  case notPermitted = 77
  /// Of `record`: recording failed.
  case notRecorded = 125
  /// Of `record`: the program cannot be executed.
  case cannotExecute = 126
  /// Of `record`: there is no such program.
  case noProgram = 127
}

extension Failure {
  /// What an error of the library means here, nil where it is none of the library's.
  init?(_ error: any Error) {
    switch error {
    case let failure as Failure: self = failure
    case let error as ProcessError: self.init(error)
    case let error as AllocatorError: self.init(.usage, error.description)
    case let error as BufferRequestError: self.init(.usage, error.description)
    case let error as ChangeError: self.init(.usage, error.description)
    case let error as PolicyRuleError: self.init(.usage, error.description)
    case let error as RecordingError: self.init(error)
    case let error as ScenarioRunner.Problem: self.init(error)
    case let error as TraceMomentError: self.init(.usage, error.description)
    case let error as TraceReportError<RecordingError>: self.init(error)
    default: return nil
    }
  }

  private init(_ error: ScenarioRunner.Problem) {
    if case .noRoomToStart = error {
      self.init(.badInput, error.description)
    } else {
      self.init(.usage, error.description)
    }
  }

  private init(_ error: ProcessError) {
    let status: ExitStatus =
      switch error {
      case .noSuchProcess, .hasNoUserSpace: .notFound
      case .notPermitted: .notPermitted
      case .keepsChanging: .unavailable
      case .failed: .inputOutput
      case .unreadableMap: .bug
      }
    self.init(status, error.description)
  }

  init(recording error: RecorderError) {
    let status: ExitStatus =
      switch error {
      case .cannotExecute: .cannotExecute
      case .noSuchProgram: .noProgram
      default: .notRecorded
      }
    self.init(status, error.description)
  }

  private init(_ error: RecordingError) {
    switch error {
    case .cannotOpen(let path, let errno): self.init(Errno(rawValue: errno), file: path)
    case .exists, .notReplaceable, .full, .inputOutput:
      self.init(.inputOutput, error.description)
    case .notRecording, .newer, .damaged, .empty: self.init(.badInput, error.description)
    }
  }

  private init(_ error: TraceReportError<RecordingError>) {
    switch error {
    case .source(let error): self.init(error)
    case .noSpace, .noStart: self.init(.badInput, error.description)
    case .noEvent: self.init(.usage, error.description)
    case .allocator(let error): self.init(.usage, error.description)
    }
  }

  init(_ error: FormatError, in target: Target) {
    let place = error.line.map { "\(target.name):\($0)" } ?? target.name
    switch error {
    case .packed(let form, let unpack):
      let file = target.text == "-" ? "FILE" : target.text.shellWord
      self.init(
        .badInput,
        "\(place): it is \(form). Unpack it into standard input: \(unpack.joined(separator: " ")) "
          + "\(file) | \(Self.command(asking: target))")
    case .noSnapshot: self.init(.usage, "\(place): \(error.description)")
    default: self.init(.badInput, "\(place): \(error.description)")
    }
  }

  /// What was asked, of standard input in the place of a target.
  private static func command(asking target: Target) -> String {
    let words = CommandLine.arguments.dropFirst().map { $0 == target.text ? "-" : $0.shellWord }
    return (["addrspace"] + words).joined(separator: " ")
  }

  init(_ error: Errno, file: String) {
    switch error {
    case .noSuchFileOrDirectory, .notDirectory:
      let name = file.isEmpty ? "with an empty name" : file
      self.init(.notFound, "no file \(name). A process is named by its number, a file by its path.")
    case .isDirectory: self.init(.badInput, "\(file) is a directory. Name a file in it.")
    case .permissionDenied, .notPermitted:
      self.init(.notPermitted, "\(file) may not be opened: not permitted.")
    default: self.init(.inputOutput, "\(file): \(error).")
    }
  }
}
