import AddressSpace
import AddressSpaceSimulation
import Glibc
import SystemPackage
import TestSupport
import Testing

/// A CPython of this machine, or of the i386 root, that does what `python_blocks.py` understands.
struct RealPython: CustomTestStringConvertible, Sendable {
  let path: FilePath
  /// Whether it is the i386 root's.
  let isOfTestbed: Bool

  var testDescription: String { (isOfTestbed ? "i386 " : "") + path.string }

  /// Debian's, those that `ADDRSPACE_PYTHONS` names, with colons between, and the i386 root's.
  static let all: [RealPython] = {
    let others = environment("ADDRSPACE_PYTHONS")?.split(separator: ":") ?? []
    let paths = ["/usr/bin/python3"] + others.map { FilePath(String($0)) }
    let here = paths.filter { access($0.string, X_OK) == 0 }.map { ($0, false) }
    let there = Machine.testbed.map { _ in [(FilePath("/usr/bin/python3"), true)] } ?? []
    return (here + there).map { RealPython(path: $0, isOfTestbed: $1) }
  }()

  static let missing: Comment =
    "needs a CPython: /usr/bin/python3, ADDRSPACE_PYTHONS or the i386 root"

  /// What it was built as.
  func build() async throws -> PythonBuild {
    let words = try await ask("about")[0].split(separator: " ")
    let version = try #require(PythonVersion(text: words[0]))
    return PythonBuild(
      version, wordSize: words[1] == "64" ? .bits64 : .bits32,
      characterBytes: words[2] == "65535" ? 2 : 4, isAlignedAhead: words[3] == "16")
  }

  struct Failure: Error { let text: String }

  /// What it prints for these lines.
  func ask(_ lines: String) async throws -> [Substring] {
    let script = Fixtures.own.appending("programs/python_blocks.py")
    let text = String(decoding: try Fixtures.bytes(script), as: UTF8.self)
    let program = isOfTestbed ? Fixtures.package.appending("tools/testbed") : path
    let before = isOfTestbed ? ["run", path.string] : []
    let result = try await run(program, before + ["-c", text], input: lines)
    guard result.status == 0 else { throw Failure(text: result.error) }
    return result.output.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
  }
}
