import AddressSpaceReport
import ArgumentParser
import Glibc
import SystemPackage

/// The terminal, the environment and the two output streams: nothing else knows of them.
enum Console {
  /// Writes data to standard output, whole.
  static func write(_ text: String) throws {
    try write(text, to: .standardOutput, name: "standard output")
  }

  /// Writes a message to standard error; that it cannot be written is nobody's business.
  ///
  /// What it quotes of a file or an argument may hold anything; a terminal gets only what prints.
  static func note(_ text: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let safe = lines.map { String($0).printable }.joined(separator: "\n")
    try? write(safe + "\n", to: .standardError, name: "standard error")
  }

  /// Shows how far something is, in place of what it showed before; for terminals.
  static func progress(_ line: String) {
    try? write("\r\u{1B}[K\(line.printable)\r", to: .standardError, name: "standard error")
  }

  /// Writes data to a new or existing file.
  static func write(_ bytes: [UInt8], toFile path: String) throws {
    do {
      let file = try FileDescriptor.open(
        FilePath(path), .writeOnly, options: [.create, .truncate],
        permissions: [.ownerReadWrite, .groupRead, .otherRead])
      try file.closeAfter { _ = try file.writeAll(bytes) }
    } catch let error as Errno {
      throw Failure(.inputOutput, "\(path) cannot be written: \(error).")
    }
  }

  /// Writes data to a file that is there as a whole or not at all: beside it first, then in its place.
  static func replace(_ path: String, with bytes: [UInt8]) throws {
    let place = realpath(path, nil).map { name in
      defer { free(name) }
      return String(cString: name)
    }
    let beside = (place ?? path) + ".new-\(getpid())"
    try write(bytes, toFile: beside)
    guard rename(beside, place ?? path) == 0 else {
      let error = Errno(rawValue: errno)
      unlink(beside)
      throw Failure(.inputOutput, "\(path) cannot be written: \(error).")
    }
  }

  private static func write(_ text: String, to file: FileDescriptor, name: String) throws {
    do {
      try file.writeAll(text.utf8)
    } catch let error as Errno {
      throw Failure(.inputOutput, "\(name) cannot be written: \(error).")
    }
  }

  /// The whole of a file, or of standard input for `-`.
  static func read(_ path: String) throws -> [UInt8] {
    do {
      let file = path == "-" ? .standardInput : try FileDescriptor.open(path, .readOnly)
      defer { if path != "-" { try? file.close() } }
      var bytes: [UInt8] = []
      while true {
        let chunk = try [UInt8](unsafeUninitializedCapacity: 1 << 20) { buffer, count in
          count = try file.read(into: UnsafeMutableRawBufferPointer(buffer))
        }
        if chunk.isEmpty { return bytes }
        bytes += chunk
        guard bytes.count <= Self.largestInput else {
          let name = path == "-" ? "standard input" : path
          throw Failure(.badInput, "\(name) is larger than 1 GiB. No map is.")
        }
      }
    } catch let error as Errno {
      throw Failure(error, file: path)
    }
  }

  private static let largestInput = 1 << 30

  static func isTerminal(_ file: FileDescriptor) -> Bool { isatty(file.rawValue) == 1 }

  static func environment(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }

  /// Whether a stream takes colours: a terminal that is not dumb, and nobody said no.
  static func takesColor(_ file: FileDescriptor) -> Bool {
    isTerminal(file) && environment("TERM") != "dumb" && environment("NO_COLOR", isEmpty: true)
  }

  private static func environment(_ name: String, isEmpty: Bool) -> Bool {
    (environment(name) ?? "").isEmpty == isEmpty
  }

  /// How many processors there are.
  static var processors: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

  /// Whether the locale's characters are Unicode.
  static var isUnicode: Bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { environment($0) }
      .first { !$0.isEmpty }
    let name = locale?.uppercased() ?? ""
    return name.contains("UTF-8") || name.contains("UTF8")
  }

  /// How wide the output is: COLUMNS, then the terminal, then 80.
  static var width: Int {
    if let columns = environment("COLUMNS").flatMap({ Int($0) }), columns > 0 { return columns }
    var size = winsize()
    let answered = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0
    return answered && size.ws_col > 0 ? Int(size.ws_col) : 80
  }

  /// Ends the program with an error's sentence and status; help and the version are no errors.
  static func end(with error: any Error) -> Never {
    if let failure = Failure(error) {
      note("addrspace: \(failure.message)")
      exit(failure.status.rawValue)
    }
    let status = Addrspace.exitCode(for: error)
    let message = Addrspace.fullMessage(for: error)
    if status == .success {
      do {
        try write(message + "\n")
        exit(0)
      } catch {
        end(with: error)
      }
    }
    if error is ExitCode { exit(status.rawValue) }
    note("addrspace: \(Addrspace.message(for: error))\nSee 'addrspace --help'.")
    exit(status.rawValue)
  }
}
