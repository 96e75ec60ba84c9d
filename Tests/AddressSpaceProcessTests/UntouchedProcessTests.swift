import AddressSpace
import AddressSpaceProcess
import SystemPackage
import TestSupport
import Testing

/// Reading a process leaves it as it is: below a mapping that grows down the kernel maps what somebody
/// reads, from outside too.
@Suite("A process that is read")
struct UntouchedProcessTests {
  @Test(
    "has the map that it had",
    .enabled(if: Machine.victim("growing64") != nil, LiveFactsTests.missing),
    arguments: ["growing32", "growing64"],
    [true, false])
  func unchanged(name: String, withDetails: Bool) throws {
    guard let program = Machine.victim(name) else { return }
    let child = try Child(program)
    try child.waitUntilReady()
    let before = try text(of: child)
    let snapshot = try LiveProcess(pid: child.pid).snapshot(withDetails: withDetails).snapshot
    // Its arena was read, behind which the gap is.
    #expect(snapshot.facts.heap?.arenas.count == 2)
    #expect(try text(of: child) == before)
  }

  private func text(of child: Child) throws -> String {
    try Fixtures.text(FilePath("/proc/\(child.pid)/maps"))
  }
}
