import AddressSpace
import AddressSpaceProcess
import Glibc
import SystemPackage
import TestSupport
import Testing

/// Programs that have none of the allocators and runtimes that the rules know.
@Suite("Nothing is called somebody's who is not there", .serialized)
struct ForeignOwnerTests {
  static let foreign = Set(
    Origin.Owner.mallocs + Origin.Owner.runtimes + Origin.Owner.windows + Origin.Owner.shared
      + Origin.Owner.android)

  private func check(_ child: Child, _ name: String) throws {
    let seen = try SeenOrigins(try LiveProcess(pid: child.pid).snapshot().snapshot)
    // What owners.c shares has their names.
    for (region, origin) in zip(seen.room.regions, seen.origins)
    where !region.name.hasPrefix("/memfd:") {
      if let owner = origin?.owner {
        #expect(!Self.foreign.contains(owner), "\(name): \(region) is called \(owner)")
      }
    }
  }

  @Test("shells and small programs", arguments: ["/bin/cat", "/bin/bash", "/bin/sort", "/bin/tee"])
  func small(program: String) throws {
    let child = try Child(FilePath(program))
    usleep(100_000)
    try check(child, program)
  }

  @Test("CPython with objects of all sizes", arguments: [64, 32])
  func python(bits: Int) throws {
    let line =
      "import sys\nkept = [bytes(n * 37 % 300000) for n in range(2000)]\n"
      + "print('ready', flush=True)\nsys.stdin.read()"
    let child: Child
    if bits == 32 {
      guard Machine.testbed != nil else { try Test.cancel("needs the testbed") }
      child = try Child(
        Fixtures.package.appending("tools/testbed"), ["run", "python3", "-c", line])
    } else {
      guard access("/usr/bin/python3", X_OK) == 0 else { try Test.cancel("needs python3") }
      child = try Child("/usr/bin/python3", ["-c", line])
    }
    try child.waitUntilReady()
    try check(child, "python3")
  }

  @Test(
    "programs of the GNU C library",
    .enabled(if: Machine.victim("blocks32") != nil, LiveFactsTests.missing),
    arguments: ["blocks32", "blocks64", "owners32", "owners32-static", "owners64"])
  func glibc(program: String) throws {
    let path = try #require(Machine.victim(program))
    for seed in 1...4 {
      let child = try Child(path, ["\(seed)"])
      _ = try child.lines(before: "ready")
      try check(child, "\(program) \(seed)")
    }
  }
}
