import AddressSpace
import AddressSpaceFormats
import AddressSpaceProcess
import Glibc
import SystemPackage
import TestSupport
import Testing

/// What a Python program says of its own memory (`fixtures/programs/origins/owners.py`).
@Suite("Who uses memory, against what Python says", .serialized)
struct PythonOwnerTests {
  static let missing: Comment =
    "needs a CPython: /usr/bin/python3, ADDRSPACE_PYTHONS or the i386 root"

  struct Trial: CustomTestStringConvertible, Sendable {
    let python: FilePath
    /// What it sees as `/`; nil for ours.
    let root: FilePath?
    let seed: Int

    var testDescription: String { "\(root?.string ?? "")\(python) \(seed)" }
  }

  static let trials: [Trial] = {
    let others = environment("ADDRSPACE_PYTHONS")?.split(separator: ":") ?? []
    let paths = ["/usr/bin/python3"] + others.map { FilePath(String($0)) }
    let here = paths.filter { access($0.string, X_OK) == 0 }.map { ($0, FilePath?.none) }
    let there = Machine.testbed.map { [(FilePath("/usr/bin/python3"), FilePath?.some($0))] } ?? []
    return (here + there).flatMap { python, root in
      (1...5).map { Trial(python: python, root: root, seed: $0) }
    }
  }()

  @Test(
    "objects, arenas, frames, arrays", .enabled(if: !trials.isEmpty, missing), arguments: trials)
  func owners(trial: Trial) throws {
    let program = Fixtures.own.appending("programs/origins/owners.py")
    let child: Child
    if let root = trial.root {
      let copy = FilePath("/tmp/addrspace-owners-\(getpid())-\(trial.seed).py")
      let file = try FileDescriptor.open(
        root.pushing(FilePath(String(copy.string.dropFirst()))), .writeOnly,
        options: [.create, .truncate], permissions: .ownerReadWrite)
      _ = try file.closeAfter { try file.writeAll(try Fixtures.bytes(program)) }
      child = try Child(
        Fixtures.package.appending("tools/testbed"),
        ["run", trial.python.string, copy.string, "\(trial.seed)", "numpy"])
    } else {
      child = try Child(trial.python, [program.string, "\(trial.seed)"])
    }
    let lines = try child.lines(before: "ready")
    let (live, text) = try LiveProcess(pid: child.pid).snapshot()
    let seen = try SeenOrigins(live)
    let pieces = live.facts.contents?.pieces ?? []
    for line in lines {
      let words = line.split(separator: " ")
      guard words[0] == "arenas" else {
        seen.check(line, "\(trial.testDescription): \(line)")
        continue
      }
      let arenas = pieces.filter { $0.origin.owner == .obmallocArena }
      #expect(arenas.count == Int(words[1]), "\(trial.testDescription)")
      #expect(arenas.allSatisfy { $0.range.size.value == UInt64(words[2]) })
    }
    let saved = try SeenOrigins(try MapsParser.parse(CaptureText.write(live, maps: text)))
    #expect(saved.origins == seen.origins)
  }
}
