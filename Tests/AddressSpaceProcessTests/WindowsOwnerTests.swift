import AddressSpace
import AddressSpaceProcess
import SystemPackage
import TestSupport
import Testing

/// What Windows programs have under Wine, against what a program says of its own memory
/// (`fixtures/programs/windows/owners.c`).
@Suite("Who uses memory: Windows", .serialized)
struct WindowsOwnerTests {
  @Test(
    "stacks, environment blocks, heaps, sections",
    .enabled(
      if: Machine.testbed != nil && Machine.victim("owners.exe") != nil,
      "needs the i386 root: tools/test --testbed (ADDRSPACE_TESTBED_ROOT), and MinGW"),
    arguments: 1...5)
  func windows(seed: Int) throws {
    let root = try #require(Machine.testbed)
    let victim = try #require(Machine.victim("owners.exe"))
    try put(try Fixtures.bytes(victim), at: root.appending("root/owners.exe"))
    let child = try Child(
      Fixtures.package.appending("tools/testbed"), ["run", "wine", "/root/owners.exe", "\(seed)"])
    let lines = try child.lines(before: "ready\r")
    let (snapshot, text) = try LiveProcess(pid: child.pid).snapshot()
    let seen = try SeenOrigins(snapshot)
    for line in lines {
      let said = try #require(Said(line))
      let comment: Comment = "seed \(seed): \(line)"
      switch said.what {
      case "stack": #expect(seen.isCovered(said.range, by: .threadStack), comment)
      case "blocks": #expect(seen.isCovered(said.range, by: .windowsBlocks), comment)
      case "heap": #expect(seen.isCovered(said.range, by: .windowsHeap), comment)
      case "section": #expect(seen.owners(in: said.range) == [.windowsSection], comment)
      case "own":
        #expect(snapshot.facts.contents?.pieces(in: said.range).isEmpty == true, comment)
        for owner in seen.owners(in: said.range) {
          // What is reserved and what has memory can look like a heap.
          #expect([.virtualAlloc, .windowsHeap].contains(owner), comment)
        }
        #expect(seen.origin(at: said.range.lower)?.certainty == .possible, comment)
      default: Issue.record("unknown line: \(line)")
      }
    }
    // Without a look into the memory shapes tell stacks and environment blocks too.
    var bare = snapshot
    bare.facts.contents = nil
    let shapes = try SeenOrigins(bare)
    for line in lines where line.hasPrefix("stack") || line.hasPrefix("blocks") {
      let said = try #require(Said(line))
      let owner: Origin.Owner = line.hasPrefix("stack") ? .threadStack : .windowsBlocks
      #expect(shapes.origin(at: said.range.lower) == Origin(owner, .likely), "\(line)")
    }
    #expect(!text.isEmpty)
  }
}
