import AddressSpaceRecorder
import CAddressSpaceRecorder
import Glibc
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// A CPython of this machine, or of the i386 root.
struct Interpreter: Sendable, CustomTestStringConvertible {
  let path: FilePath
  /// What it sees as `/`; nil for ours.
  let root: FilePath?

  var testDescription: String { (root?.string ?? "") + path.string }

  /// Debian's, that of the testbed, and those that `ADDRSPACE_PYTHONS` names, with colons between.
  static let all: [Interpreter] = {
    var all = [Interpreter(path: "/usr/bin/python3", root: nil)]
    let others = environment("ADDRSPACE_PYTHONS")?.split(separator: ":") ?? []
    all += others.map { Interpreter(path: FilePath(String($0)), root: nil) }
    all = all.filter { access($0.path.string, X_OK) == 0 }
    if let root = Machine.testbed {
      all.append(Interpreter(path: "/usr/bin/python3", root: root))
    }
    return all
  }()

  /// What goes wrong.
  struct Failure: Error, CustomStringConvertible { let description: String }

  /// Runs `python_stack.py`: what was seen of its stack, and what it says.
  func run(_ arguments: [String]) async throws -> (seen: [PythonFrame], said: [String]) {
    let parent = root ?? FilePath("/")
    // A name beyond ASCII is kept in another form.
    let folder = "/tmp/addrspace-pythön-\(getpid())-\(UInt32.random(in: 0 ... .max))"
    let script = folder + "/stack.py"
    let text = try Fixtures.bytes(Fixtures.own.appending("programs/python_stack.py"))
    guard mkdir(parent.pushing(FilePath(String(folder.dropFirst()))).string, 0o700) == 0 else {
      throw Failure(description: "no folder")
    }
    let file = parent.pushing(FilePath(String(script.dropFirst())))
    defer {
      unlink(file.string)
      rmdir(file.removingLastComponent().string)
    }
    let output = try FileDescriptor.open(
      file, .writeOnly, options: .create, permissions: .ownerReadWrite)
    _ = try output.closeAfter { try output.writeAll(text) }
    let program = root == nil ? path : "/usr/sbin/chroot"
    let before = root.map { [$0.string, path.string] } ?? []
    return try await talk(program, before + [script] + arguments)
  }

  private func talk(
    _ program: FilePath, _ arguments: [String]
  ) async throws -> (seen: [PythonFrame], said: [String]) {
    let result = try await Subprocess.run(
      .path(program), arguments: Arguments(arguments),
      environment: .inherit.updating(["PYTHONIOENCODING": "utf-8", "LC_ALL": "C.UTF-8"]),
      input: .none, output: .sequence, error: .string(limit: 1 << 20)
    ) { execution in
      var said: [String] = []
      for try await line in execution.standardOutput.strings() {
        let line = line.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
        if line == "." { break }
        said.append(line)
      }
      let pid = Int32(execution.processIdentifier.value)
      let seen = try Self.frames(pid, inThread: arguments.last == "thread")
      kill(pid, SIGKILL)
      return (seen, said)
    }
    guard !result.closureResult.1.isEmpty else {
      throw Failure(description: result.standardError)
    }
    return result.closureResult
  }

  private static func frames(_ pid: Int32, inThread: Bool) throws -> [PythonFrame] {
    let (version, address, wordBytes) = try start(pid)
    let stack = PythonStack(version: version, wordBytes: wordBytes, address: address) {
      address, count in
      var bytes = [UInt8](repeating: 0, count: count)
      return asp_read_memory(pid, address, &bytes, count) == count ? bytes : nil
    }
    guard var stack else { throw Failure(description: "no stack for \(version)") }
    let tids = threads(pid).filter { ($0 != pid) == inThread }
    let frames = tids.map { stack.frames(of: $0, depth: 64) }
    // Again, from what is remembered.
    guard tids.map({ stack.frames(of: $0, depth: 64) }) == frames else {
      throw Failure(description: "another answer the second time")
    }
    return frames.first { !$0.isEmpty } ?? []
  }

  private static func threads(_ pid: Int32) -> [Int32] {
    guard let folder = opendir("/proc/\(pid)/task") else { return [] }
    defer { closedir(folder) }
    var tids: [Int32] = []
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      if let tid = Int32(name) { tids.append(tid) }
    }
    return tids
  }

  /// The first mapped file that is Python by its name and has the symbol.
  private static func start(
    _ pid: Int32
  ) throws -> (version: PythonVersion, address: UInt64, wordBytes: Int) {
    for line in try Fixtures.text(FilePath("/proc/\(pid)/maps")).split(separator: "\n") {
      let columns = line.split(separator: " ", maxSplits: 5, omittingEmptySubsequences: true)
      guard columns.count == 6, columns[2].allSatisfy({ $0 == "0" }),
        let version = PythonVersion(fileName: String(columns[5].drop { $0 == " " })),
        let base = UInt64(columns[0].prefix { $0 != "-" }, radix: 16)
      else { continue }
      if let found = symbol(version.symbol, in: String(columns[5].drop { $0 == " " })) {
        return (version, base &+ found.offset, found.wordBytes)
      }
    }
    throw Failure(description: "no Python in \(pid)")
  }

  private static func symbol(
    _ name: String, in path: String
  ) -> (offset: UInt64, wordBytes: Int)? {
    let fd = open(path, O_RDONLY | O_CLOEXEC)
    guard fd >= 0 else { return nil }
    defer { close(fd) }
    var identity = [UInt8](repeating: 0, count: 5)
    var symbols: OpaquePointer?
    guard pread(fd, &identity, 5, 0) == 5, asp_symbols_open(fd, path, &symbols) == 0,
      let symbols
    else { return nil }
    defer { asp_symbols_close(symbols) }
    var first: UInt64 = 0
    var address: UInt64 = 0
    guard asp_symbols_address(symbols, 0, &first) == 0,
      asp_symbols_find(symbols, name, &address) == 0
    else { return nil }
    return (address &- first, identity[4] == 1 ? 4 : 8)
  }
}
