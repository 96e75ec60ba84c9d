import SystemPackage
import TestSupport
import Testing

@Suite("check: rules that hold and rules that do not", .needsProgram)
struct CheckTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let file: String
    let rule: String
    let status: Int

    init(_ file: String, _ rule: String, _ status: Int) {
      self.file = file
      self.rule = rule
      self.status = status
    }

    var testDescription: String { "\(file): \(rule)" }
  }

  static let cases = [
    Case("photo", "largest-free >= 174MiB", 0), Case("photo", "largest-free >= 175MiB", 1),
    Case("photo", "free >= 1GiB", 0), Case("photo", "free >= 1.5GiB", 1),
    Case("photo", "fragmentation <= 85%", 0), Case("photo", "fragmentation <= 84%", 1),
    Case("photo", "fits 64MiB by mmap >= 11", 0), Case("photo", "fits 8000x6000x4x2 >= 1", 1),
    Case("photo", "fits 64MiB by mmap >= 12", 1), Case("photo", "fits 64MiB >= 10", 0),
    Case("pieces", "fits 8000x6000x4x2 >= 1", 1), Case("full", "fits 64MiB >= 1", 69),
    Case("photo", "regions <= 35", 0), Case("photo", "regions <= 34", 1),
    Case("photo", "kind image <= 4MiB", 0), Case("photo", "kind image <= 3MiB", 1),
    Case("photo", "kind heap <= 222MiB", 0), Case("photo", "kind heap <= 221MiB", 1),
    Case("photo", "owner SYSV* <= 2MiB", 0), Case("photo", "owner *SYSV* <= 1MiB", 1),
    Case("photo", "module libjpeg.so* <= 1MiB", 0), Case("photo", "module photo <= 512KiB", 1),
    Case("photo", "origin malloc* <= 2GiB", 0), Case("photo", "origin malloc* <= 1GiB", 1),
    Case("full", "pins < 4MiB between 10MiB <= 0", 0),
    Case("pieces", "pins < 128KiB between 100MiB <= 20", 1),
    Case("pieces", "pins < 128KiB between 100MiB <= 21", 0),
  ]

  @Test(arguments: cases)
  func golden(entry: Case) async throws {
    let path = Golden.folder.appending("\(entry.file).maps").string
    let result = try await Program()("check", path, "--require", entry.rule)
    #expect(result.status == entry.status, "\(result.output)\(result.error)")
    let word = [0: "  held ", 1: "  BROKEN ", 69: "  unknown "][entry.status] ?? ""
    #expect(result.output.contains(word))
    #expect((result.error == "") == (entry.status < 2), "\(result.error)")
    for format in ["--json", "--plain"] {
      let other = try await Program()("check", path, "--require", entry.rule, format)
      #expect(other.status == entry.status)
    }
  }

  @Test("the document, of one target and of several")
  func document() async throws {
    let paths = ["photo", "pieces", "full"].map { Golden.folder.appending("\($0).maps").string }
    let rules = ["free >= 1GiB", "fits 64MiB >= 1", "pins < 1MiB between 1MiB <= 0"]
    let options = rules.flatMap { ["--require", $0] } + ["--json"]
    for targets in [[paths[0]], paths] {
      let result = try await Program()(["check"] + targets + options)
      #expect(result.status == 1)
      let document = try JSON(result.output)
      #expect(Shape.check.faults(of: document) == [])
      #expect(document["source"]["path"] == .text(paths[0]))
      #expect(document["held"] == .flag(false))
      #expect(document["rules"].items.map { $0["rule"].text } == targets.flatMap { _ in rules })
      #expect(document["targets"].items.count == targets.count)
      for rule in document["rules"].items where rule["held"] == .flag(false) {
        #expect(!rule["pins"].items.isEmpty && rule["more"].text?.hasPrefix("addrspace") == true)
      }
    }
    let undecided = try await Program()(
      "check", paths[2], "--require", "fits 64MiB >= 1", "--json")
    let document = try JSON(undecided.output)
    #expect(Shape.check.faults(of: document) == [])
    #expect(document["held"] == .null && document["rules"][0]["held"] == .null)
    #expect(undecided.status == 69 && undecided.error.contains("could not be measured"))
  }

  @Test("all rules count: one that is broken decides, then one that is not measured")
  func several() async throws {
    let path = Golden.folder.appending("full.maps").string
    func status(_ rules: String...) async throws -> Int {
      try await Program()(["check", path] + rules.flatMap { ["--require", $0] }).status
    }
    let (held, broken, unknown) = ("regions <= 100", "free >= 1GiB", "fits 64MiB >= 1")
    #expect(try await status(held, held) == 0)
    #expect(try await status(held, unknown) == 69)
    #expect(try await status(unknown, broken, held) == 1)
  }

  @Test("moments of a recording, with who made the pins")
  func recording() async throws {
    let folder = try TemporaryFolder()
    let path = try PhotoRecording().write(to: folder.path)
    let rule = ["--require", "largest-free >= 1.6GiB"]
    let start = try await Program()(["check", path + "@#0"] + rule)
    #expect(start.status == 0, "\(start.output)")
    let end = try await Program()(["check", path] + rule + ["--json"])
    #expect(end.status == 1)
    let pins = try JSON(end.output)["rules"][0]["pins"].items
    #expect(pins.contains { !$0["stack"].items.isEmpty })
    let text = try await Program(environment: ["COLUMNS": "100"])(["check", path] + rule)
    #expect(text.output.contains(" by "), "\(text.output)")
  }

  @Test("a file of rules says what the same rules say")
  func policy() async throws {
    let folder = try TemporaryFolder()
    let map = Golden.folder.appending("photo.maps").string
    let policy = try folder.file(
      "room.yaml",
      """
      rules:
        - free: 1GiB
        - fits: {buffer: 64MiB, allocator: mmap, at-least: 12}
        - owner: {name: "*SYSV*", at-most: 1MiB}
          excuse: ["*SYSV*"]
      """)
    let result = try await Program()(
      "check", map, "--policy", policy, "--require", "regions <= 35", "--plain")
    #expect(result.status == 1, "\(result.error)")
    let same = try await Program()(
      "check", map, "--require", "free >= 1GiB", "--require", "fits 64MiB by mmap >= 12",
      "--require", "regions <= 35", "--plain")
    let lines = result.output.split(separator: "\n").filter { !$0.contains("SYSV") }
    #expect(lines == same.output.split(separator: "\n"))
    // What is excused does not count.
    #expect(result.output.split(separator: "\n").contains { $0.contains("SYSV") })
    let only = try folder.file(
      "owner.yaml", "rules: [{owner: {name: '*SYSV*', at-most: 1MiB}, excuse: ['*SYSV*']}]")
    #expect(try await Program()("check", map, "--policy", only).status == 0)
  }

  @Test("a file of rules that cannot be read is told with its place")
  func badPolicy() async throws {
    let folder = try TemporaryFolder()
    let map = Golden.folder.appending("photo.maps").string
    let bad = try folder.file("bad.yaml", "rules:\n  - largest-fre: 400MiB\n")
    let result = try await Program()("check", map, "--policy", bad)
    #expect(result.status == 65)
    #expect(result.error.contains("bad.yaml:2:5: "), "\(result.error)")
    #expect(result.error.contains("largest-free"))
    let missing = try await Program()("check", map, "--policy", folder.path.string + "/none.yaml")
    #expect(missing.status == 66)
  }

  @Test("JUnit XML is read back by another's parser")
  func junit() async throws {
    let python = Machine.python ?? "/usr/bin/python3"
    guard Fixtures.exists(python) else { try Test.cancel("needs python3") }
    let folder = try TemporaryFolder()
    let name = "a&b<c>\"d'\u{1B}]]>.so"
    let map = try folder.file(
      "odd & 'quoted' <map>.maps",
      """
      10000000-20000000 rw-p 00000000 08:01 11 /x/\(name)
      30000000-40000000 rw-p 00000000 00:00 0

      """)
    let junit = folder.path.appending("out.xml").string
    let result = try await Program()(
      "check", map, "--require", "owner *\(name) <= 1MiB", "--require", "free >= 1MiB",
      "--require", "fits 64MiB >= 40", "--junit", junit, "--layout", "linux-i386-3g")
    #expect(result.status == 1, "\(result.error)")
    let script = """
      import sys, xml.etree.ElementTree as tree
      root = tree.parse(sys.argv[1]).getroot()
      for suite in [root] + list(root):
        print(suite.tag, suite.get('tests'), suite.get('failures'), suite.get('errors'))
      for case in root.iter('testcase'):
        print(case.get('name'), [(x.tag, x.get('message') in x.text) for x in case])
      """
    let read = try await run(python, ["-c", script, junit])
    #expect(read.error == "")
    let lines = read.output.split(separator: "\n")
    #expect(lines.prefix(2) == ["testsuites 3 1 1", "testsuite 3 1 1"])
    #expect(lines.contains("owner *a&b<c>\"d'\\x1B]]>.so <= 1MiB [('failure', True)]"))
    #expect(lines.contains("free >= 1MiB []"))
    #expect(lines.contains("fits 64MiB >= 40 [('error', True)]"))
  }

  @Test("GitHub's annotations go beside the answer")
  func github() async throws {
    let path = Golden.folder.appending("photo.maps").string
    let broken = try await Program()(
      "check", path, "--require", "free >= 2GiB", "--require", "regions <= 40", "--github",
      "--json")
    #expect(broken.status == 1)
    #expect(throws: Never.self) { try JSON(broken.output) }
    let lines = broken.error.split(separator: "\n")
    #expect(lines.count == 1)
    #expect(lines.first?.hasPrefix("::error title=photo.maps%3A free >= 2GiB::free is ") == true)
    let held = try await Program()("check", path, "--require", "regions <= 40", "--github")
    #expect(held.status == 0 && held.error == "")
  }
}
