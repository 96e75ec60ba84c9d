import AddressSpace
import AddressSpaceFormats
import AddressSpaceProcess
import Glibc
import SystemPackage
import TestSupport
import Testing

/// Logs of programs that still run, replayed, against the kernel's own map at that moment.
@Suite("A replayed log is the kernel's map", .serialized)
struct StraceReplayTests {
  static let hasStrace = Fixtures.exists("/usr/bin/strace")
  static let needs: Comment = "needs strace and the victims of tools/build-victims"

  /// A stretch of memory as far as a log can tell of it.
  struct Stripe: Equatable, CustomStringConvertible {
    var range: AddressRange
    var access: Region.Access
    var name: String
    var description: String { "\(range) \(access.letters) \(name)" }
  }

  /// What is mapped outside of `excluded`, neighbours alike joined: a log has no inodes, and the
  /// kernel keeps apart what no column shows to differ.
  static func stripes(_ map: AddressMap, without excluded: [AddressRange]) -> [Stripe] {
    var stripes: [Stripe] = []
    for region in map.regions where !excluded.contains(where: { $0.overlaps(region.range) }) {
      let stripe = Stripe(range: region.range, access: region.access, name: region.name)
      if let last = stripes.last, last.range.upper == region.range.lower,
        last.access == stripe.access, last.name == stripe.name,
        let range = AddressRange(last.range.lower, region.range.upper)
      {
        stripes[stripes.count - 1].range = range
      } else {
        stripes.append(stripe)
      }
    }
    return stripes
  }

  /// What the kernel mapped by itself when the program began: it and its loader with what lies
  /// directly behind them, stack, vdso.
  static func kernels(_ map: AddressMap, program: String) -> [AddressRange] {
    var ranges: [AddressRange] = []
    var isBehind = false
    for region in map.regions {
      let isImage = region.name == program || region.name.contains("/ld-linux")
      let isBss = isBehind && region.isUnnamed && ranges.last?.upper == region.range.lower
      isBehind = isImage
      let isSystem = ["[stack]", "[vdso]", "[vvar]", "[vvar_vclock]", "[vsyscall]"]
        .contains(region.name)
      if isImage || isBss || isSystem { ranges.append(region.range) }
    }
    return ranges
  }

  /// The tracee of a log.
  static func tracee(_ log: String) throws -> Int32 {
    try #require(log.split(separator: " ").first.flatMap { Int32($0) })
  }

  static let cases: [(String, [String])] = [
    ("victim-pie", ["--seed", "1"]), ("victim-pie", ["--seed", "2", "--threads", "4"]),
    ("victim-nopie", ["--seed", "4", "--blocks", "600"]), ("victim-static", ["--seed", "5"]),
    ("victim64", ["--seed", "6", "--threads", "3"]),
  ]

  @Test(
    "programs that wait", .enabled(if: LiveFactsTests.hasVictims && hasStrace, needs),
    arguments: cases.indices)
  func waiting(index: Int) throws {
    let (name, options) = Self.cases[index]
    let folder = try TemporaryFolder()
    let path = folder.path.appending("log")
    let victim = try #require(Machine.victim(name))
    let strace = try Child(
      "/usr/bin/strace",
      ["-f", "-y", "-o", path.string, "-e", "trace=memory,process", victim.string] + options)
    try strace.waitUntilReady()
    let log = try Fixtures.text(path)
    let pid = try Self.tracee(log)
    let live = try LiveProcess(pid: pid).snapshot().snapshot
    kill(pid, SIGKILL)
    try Self.compare(log, live.map, program: victim.string, pid: pid)
    // What the log cannot know is all that is between the two.
    let mine = try SavedFile.read(Array(log.utf8))
    #expect(mine.facts.wordSize == live.facts.wordSize)
    #expect(mine.facts.startOfBreak == live.facts.startOfBreak)
    for region in mine.map.regions {
      let place = live.map.index(above: region.range.lower)
      #expect(
        place < live.map.regions.count && live.map.regions[place].range.contains(region.range.lower)
      )
    }
  }

  @Test(
    "all calls at random, in threads",
    .enabled(if: Machine.victim("churn32") != nil && hasStrace, needs),
    arguments: [("churn32", 1), ("churn32", 2), ("churn", 3), ("churn", 4)])
  func churning(name: String, seed: Int) async throws {
    let folder = try TemporaryFolder()
    let path = folder.path.appending("log")
    let program = try #require(Machine.victim(name))
    // It ends late enough to be looked at.
    let strace = try Child(
      "/usr/bin/strace",
      [
        "-f", "-y", "-o", path.string, "-e", "trace=memory,process,ipc", "-e",
        "inject=exit_group:delay_enter=3000000", program.string, "\(seed)", "400", "2",
      ])
    try strace.waitUntilReady()
    let pid = try Self.tracee(try Fixtures.text(path))
    try Self.waitUntilItEnds(pid)
    let log = try Fixtures.text(path)
    let live = try LiveProcess(pid: pid).map()
    kill(pid, SIGKILL)
    try Self.compare(log, live, program: program.string, pid: pid)
  }

  /// Waits until it has called `exit_group`, 231 on x86-64 and 252 on i386, where strace holds it.
  private static func waitUntilItEnds(_ pid: Int32) throws {
    for _ in 0..<3000 {
      let call = try Fixtures.text(FilePath("/proc/\(pid)/syscall")).split(separator: " ").first
      if call == "231" || call == "252" { return }
      usleep(5000)
    }
    Issue.record("the program did not end")
  }

  static func compare(_ log: String, _ live: AddressMap, program: String, pid: Int32) throws {
    let mine = try SavedFile.read(Array(log.utf8))
    #expect(mine.source.pid == pid && mine.source.kind == .strace)
    // A ring for asynchronous calls has a size that no argument tells.
    let rings = live.regions.filter { $0.name.hasPrefix("/[aio]") }.map(\.range)
    let excluded = kernels(live, program: program) + rings
    let theirs = stripes(live, without: excluded)
    let ours = stripes(mine.map, without: excluded)
    #expect(!theirs.isEmpty)
    for (mine, theirs) in zip(ours, theirs) where mine != theirs {
      Issue.record("\(mine) in the log, \(theirs) in the map")
      break
    }
    #expect(ours.count == theirs.count)
  }
}
