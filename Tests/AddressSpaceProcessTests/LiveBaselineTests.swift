import AddressSpace
import AddressSpaceProcess
import Glibc
import SystemPackage
import TestSupport
import Testing

/// Many starts of one program, all with randomised addresses: nothing of the later ones is new; then
/// each takes one thing more.
@Suite("Baselines of live programs", .serialized)
struct LiveBaselineTests {
  struct Program: CustomTestStringConvertible, Sendable {
    let name: String
    var arguments: [String] = []
    var starts = 5
    /// What is written to it, so that it takes one thing more, and the bytes that this is mapped as.
    let size: UInt64
    let mapped: UInt64
    /// Whether it takes the same memory at each start. What CPython needs depends on the addresses of
    /// its objects, by which some of its tables are ordered: now and then an arena or a page more.
    var isSteady = true

    var testDescription: String { ([name] + arguments).joined(separator: " ") }
  }

  static let programs = [
    Program(name: "victim-pie", size: 5_000_000, mapped: 5_001_216),
    Program(name: "victim-pie", arguments: ["--threads", "9"], size: 300 << 20, mapped: 300 << 20),
    Program(name: "victim-nopie", size: 4096, mapped: 4096),
    Program(name: "victim-static", size: 70_000_000, mapped: 70_000_640),
    // With a header of malloc's own.
    Program(
      name: "victim-pie", arguments: ["--allocator", "malloc", "--objects", "2"], size: 48 << 20,
      mapped: 48 << 20 + 4096),
    Program(name: "victim64", arguments: ["--threads", "5"], size: 3 << 30, mapped: 3 << 30),
    Program(name: "victim64", size: 1 << 20, mapped: 1 << 20),
  ]

  @Test(arguments: programs)
  func victims(program: Program) throws {
    guard let path = Machine.victim(program.name) else { try Test.cancel("needs the victims") }
    try check(program) {
      try Child(path, program.arguments + ["--most", "1"])
    }
  }

  static let script = """
    import sys, json, threading, MODULES
    held = [bytes(3000000), list(range(500000))]
    print('ready', flush=True)
    held.append(bytes(int(sys.stdin.readline())))
    print('count 1', flush=True)
    sys.stdin.readline()
    """

  /// What CPython keeps depends on the order of its sets and on what lies in the current folder; both
  /// are to be the same at each start.
  static let settled = ["PYTHONHASHSEED=0", "PYTHONSAFEPATH=1"]

  @Test(
    "CPython, alone and with numpy and Pillow", .enabled(if: Machine.testbed != nil),
    arguments: ["math", "numpy, PIL.Image"])
  func python(modules: String) throws {
    let script = Self.script.replacing("MODULES", with: modules)
    let program = Program(
      name: "python3", starts: 4, size: 48_000_000, mapped: (48_000_064 + 4095) / 4096 * 4096,
      isSteady: false)
    try check(program) {
      try Child(
        Fixtures.package.appending("tools/testbed"),
        ["run", "env"] + Self.settled + ["python3", "-c", script])
    }
  }

  @Test("CPython with 64 bits")
  func wide() throws {
    guard access("/usr/bin/python3", X_OK) == 0 else { try Test.cancel("needs python3") }
    let script = Self.script.replacing("MODULES", with: "decimal, asyncio")
    let program = Program(
      name: "python3", starts: 4, size: 48_000_000, mapped: (48_000_064 + 4095) / 4096 * 4096,
      isSteady: false)
    try check(program) {
      try Child("/usr/bin/env", Self.settled + ["/usr/bin/python3", "-c", script])
    }
  }

  @Test(
    "Windows programs under Wine",
    .enabled(if: Machine.testbed != nil && Machine.victim("valloc.exe") != nil),
    arguments: [("valloc.exe", 600_000_000), ("valloc-laa.exe", 1_500_000_000)])
  func wine(name: String, size: UInt64) throws {
    let root = try #require(Machine.testbed)
    let victim = try #require(Machine.victim(name))
    try put(try Fixtures.bytes(victim), at: root.appending("root").appending(name))
    let program = Program(
      name: name, starts: 4, size: size, mapped: (size + 4095) / 4096 * 4096)
    try check(program) {
      try Child(Fixtures.package.appending("tools/testbed"), ["run", "wine", "/root/\(name)"])
    }
  }

  @Test("a page amid free space is a new pin, and the only one", arguments: [true, false])
  func pin(isNarrow: Bool) throws {
    let place: UInt64 = isNarrow ? 0x6000_0000 : 0x6000_0000_0000
    // mmap, readable and writable, private, anonymous, not in the place of something.
    let script = """
      import ctypes, sys
      mmap = ctypes.CDLL(None).mmap
      mmap.restype = ctypes.c_void_p
      mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t] + [ctypes.c_int] * 3 + [ctypes.c_long]
      print('ready', flush=True)
      sys.stdin.readline()
      assert mmap(\(place), 4096, 3, 0x100022, -1, 0) == \(place)
      print('count 1', flush=True)
      sys.stdin.readline()
      """
    let tool = Fixtures.package.appending("tools/testbed")
    guard isNarrow ? Machine.testbed != nil : access("/usr/bin/python3", X_OK) == 0 else {
      try Test.cancel("needs python3, of 32 bits the i386 root")
    }
    var baseline: Baseline?
    for number in 1...4 {
      let child =
        isNarrow
        ? try Child(tool, ["run", "python3", "-c", script])
        : try Child("/usr/bin/python3", ["-c", script])
      try child.waitUntilReady()
      let before = Baseline(try Self.room(child.pid))
      try child.say("go")
      try #require(try Self.count(child) == "count 1")
      let after = try Self.room(child.pid)
      for base in [baseline ?? before, before] {
        let additions = base.additions(in: after)
        let pins = additions.pins(between: Additions.usualSpan(in: after.layout))
        #expect(
          pins.map { after.regions[$0.lowerBound].range.lower } == [Address(place)],
          "start \(number)")
        #expect(additions.bytes == 4096, "start \(number)")
      }
      baseline = baseline ?? before
    }
  }

  private func check(
    _ program: Program, start: () throws -> Child
  ) throws {
    let what = program.testDescription
    var baseline: Baseline?
    for number in 1...program.starts {
      let child = try start()
      try child.waitUntilReady()
      let room = try Self.room(child.pid)
      let first = baseline ?? Baseline(room)
      baseline = first
      let nothing = first.additions(in: room)
      if program.isSteady {
        #expect(nothing.parts == [], "\(what), start \(number)")
      } else {
        let kinds = nothing.parts.map { room.regions[$0.region].kind }
        #expect(kinds.allSatisfy { [.heap, .anonymous].contains($0) }, "\(what), start \(number)")
      }
      #expect(nothing.pins(between: Additions.usualSpan(in: room.layout)) == [])

      try child.say("\(program.size)")
      try #require(try Self.count(child) == "count 1", "\(what)")
      let after = try Self.room(child.pid)
      // Against another start, and against the same.
      for base in (program.isSteady ? [first] : []) + [Baseline(room)] {
        let additions = base.additions(in: after)
        let one = additions.parts.map { after.regions[$0.region] }
        #expect(
          additions.parts.map(\.bytes.value) == [program.mapped], "\(what), start \(number): \(one)"
        )
      }
    }
  }

  /// How often it got what it was told to take.
  private static func count(_ child: Child) throws -> String {
    while true {
      let line = try child.line()
      if line.hasPrefix("count") { return line }
    }
  }

  private static func room(_ pid: Int32) throws -> Room {
    let (snapshot, _) = try LiveProcess(pid: pid).snapshot()
    let layout = Layout.inferred(from: snapshot.map, facts: snapshot.facts)
    return Room(map: snapshot.map, layout: layout, facts: snapshot.facts)
  }
}
