import Glibc
public import SystemPackage

/// A process that waits while the test looks at it, and goes with the test.
public final class Child: Sendable {
  /// Its id.
  public let pid: Int32
  private let input: FileDescriptor
  private let output: FileDescriptor

  /// Starts a program; `program` and `arguments` as in a shell, without a shell.
  public init(_ program: FilePath, _ arguments: [String] = []) throws {
    let stdin = try FileDescriptor.pipe()
    let stdout = try FileDescriptor.pipe()
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, stdin.readEnd.rawValue, 0)
    posix_spawn_file_actions_adddup2(&actions, stdout.writeEnd.rawValue, 1)
    for end in [stdin.readEnd, stdin.writeEnd, stdout.readEnd, stdout.writeEnd] {
      posix_spawn_file_actions_addclose(&actions, end.rawValue)
    }
    // Threads that run tests may block signals, which a program must get as from a shell.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var words = ([program.string] + arguments).map { strdup($0) } + [nil]
    defer { words.forEach { free($0) } }
    var started: pid_t = 0
    let error = posix_spawn(&started, program.string, &actions, &attributes, &words, environ)
    try stdin.readEnd.close()
    try stdout.writeEnd.close()
    guard error == 0 else { throw Errno(rawValue: error) }
    pid = started
    input = stdin.writeEnd
    output = stdout.readEnd
  }

  deinit {
    try? input.close()
    try? output.close()
    kill(pid, SIGKILL)
    var status: Int32 = 0
    waitpid(pid, &status, 0)
  }

  /// Waits until it has written a line.
  public func waitUntilReady() throws {
    _ = try line()
  }

  /// The next line that it writes.
  public func line() throws -> String {
    var text: [UInt8] = []
    while true {
      var byte: [UInt8] = [0]
      let count = try byte.withUnsafeMutableBytes { try output.read(into: $0) }
      guard count == 1 else { throw Errno.brokenPipe }
      if byte[0] == 0x0A { return String(decoding: text, as: UTF8.self) }
      text += byte
    }
  }

  /// Writes it a line.
  public func say(_ line: String) throws {
    _ = try input.writeAll((line + "\n").utf8)
  }

  /// Writes it a line, and waits until it has written one.
  public func tell(_ line: String) throws {
    try say(line)
    try waitUntilReady()
  }

  /// The lines that it writes before the one that is `last`.
  public func lines(before last: String) throws -> [String] {
    var text: [UInt8] = []
    while !text.ends(with: "\(last)\n") {
      let chunk = try [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
        count = try output.read(into: UnsafeMutableRawBufferPointer(buffer))
      }
      if chunk.isEmpty { throw Errno.brokenPipe }
      text += chunk
    }
    return String(decoding: text, as: UTF8.self).split(separator: "\n").dropLast().map(String.init)
  }

  /// All that it still writes.
  public func rest() throws -> String {
    var text: [UInt8] = []
    while true {
      let chunk = try [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
        count = try output.read(into: UnsafeMutableRawBufferPointer(buffer))
      }
      if chunk.isEmpty { return String(decoding: text, as: UTF8.self) }
      text += chunk
    }
  }

  /// Ends it, without waiting for it: it stays as a zombie.
  public func end() {
    kill(pid, SIGKILL)
    var info = siginfo_t()
    waitid(P_PID, id_t(pid), &info, WEXITED | WNOWAIT)
  }
}

extension Child {
  /// A victim that is ready, started by `setarch` with `personality` where that has words.
  public static func victim(
    _ name: String, _ options: [String] = [], personality: [String] = []
  ) throws -> Child? {
    guard let path = Machine.victim(name) else { return nil }
    let child =
      personality.isEmpty
      ? try Child(path, options)
      : try Child("/usr/bin/setarch", personality + [path.string] + options)
    try child.waitUntilReady()
    return child
  }
}

extension [UInt8] {
  fileprivate func ends(with text: String) -> Bool {
    suffix(text.utf8.count).elementsEqual(text.utf8)
  }
}
