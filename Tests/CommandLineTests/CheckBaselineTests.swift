import SystemPackage
import TestSupport
import Testing

@Suite("check against a baseline", .needsProgram, .serialized)
struct CheckBaselineTests {
  private static let photo = Golden.folder.appending("photo.maps").string
  private static let moved = Golden.folder.appending("photo-moved.maps").string
  private static let later = Golden.folder.appending("photo-later.maps").string
  private static let wide = Golden.folder.appending("wide.maps").string

  private static let vdso = "f7fc0000-f7fc1000 r-xp 00000000 00:00 0   [vdso]\n"
  private static let base = "10000000-10100000 rw-p 00000000 00:00 0\n" + vdso
  private static let grown =
    "10000000-10100000 rw-p 00000000 00:00 0\n40000000-40010000 rw-p 00000000 00:00 0\n" + vdso

  @Test(
    "rules that hold and rules that do not",
    arguments: [
      ("new <= 64KiB", 0), ("new <= 63KiB", 1), ("new-pins <= 1", 0), ("new-pins <= 0", 1),
      ("new-pins < 64KiB <= 0", 0), ("new-pins < 65KiB between 16MiB <= 0", 1),
      ("growth of kind anonymous <= 64KiB", 0), ("growth of kind anonymous <= 60KiB", 1),
      ("growth of regions <= 1", 0), ("growth of regions <= 0", 1),
      ("loss of free <= 64KiB", 0), ("loss of free <= 60KiB", 1),
      ("growth of pins < 1MiB between 1MiB <= 1", 0),
      ("growth of pins < 1MiB between 1MiB <= 0", 1),
      ("loss of largest-free <= 2GiB", 0), ("loss of largest-free <= 1MiB", 1),
      ("loss of fits 512MiB by mmap <= 2", 0), ("loss of fits 512MiB by mmap <= 0", 1),
    ])
  func rules(rule: String, status: Int) async throws {
    let folder = try TemporaryFolder()
    let base = try folder.file("base.maps", Self.base)
    let target = try folder.file("target.maps", Self.grown)
    let arguments = ["check", target, "--baseline", base, "--require", rule]
    let result = try await Program()(arguments)
    #expect(result.status == status, "\(result.output)\(result.error)")
    #expect(result.error == "")
    if status == 1, rule.hasPrefix("new") {
      #expect(result.output.contains("0x40000000"), "\(result.output)")
    }
    let document = try JSON(try await Program()(arguments + ["--json"]).output)
    #expect(Shape.check.faults(of: document) == [])
    #expect(document["baseline"] == .text(base))
    let new = document["rules"][0]["new"].items
    #expect(
      rule.hasPrefix("loss") || rule.hasPrefix("new-pins < 64KiB")
        || new.map { $0["low"].text } == ["0x40000000"])
    #expect(new.allSatisfy { $0["newBytes"] == .integer(65536) })
  }

  @Test(
    "nothing is new in the same; in another start what it loads more, and in a later moment more")
  func same() async throws {
    func check(_ target: String, _ rule: String) async throws -> (status: Int, output: String) {
      let result = try await Program()(
        "check", target, "--baseline", Self.photo, "--require", rule)
      return (result.status, result.output)
    }
    for (target, bytes, pins) in [(Self.photo, 0, 0), (Self.moved, 256, 0), (Self.later, 52224, 2)]
    {
      #expect(try await check(target, "new <= \(bytes)KiB").status == 0)
      #expect(try await check(target, "new-pins <= \(pins)").status == 0)
      guard bytes > 0 else { continue }
      let more = try await check(target, "new <= \(bytes - 1)KiB")
      #expect(more.status == 1, "\(more.output)")
      #expect(more.output.contains(target == Self.moved ? "libtiff.so.5.4.0" : "IMG_4711.dng"))
    }
    #expect(try await check(Self.later, "new-pins <= 1").status == 1)
  }

  @Test("a policy with rules that compare, and what it excuses")
  func policy() async throws {
    let folder = try TemporaryFolder()
    let base = try folder.file("base.maps", Self.base)
    let target = try folder.file(
      "target.maps",
      Self.grown.replacing(
        "40010000 rw-p 00000000 00:00 0", with: "40010000 rw-p 00000000 00:00 0 [anon:cache]"))
    let rule = "rules: [{new: {at-most: 0}, excuse: [\"%\"]}]"
    for (excuse, status) in [("malloc", 1), ("cache", 0)] {
      let policy = try folder.file("p.yaml", rule.replacing("%", with: excuse))
      let result = try await Program()(
        "check", target, "--baseline", base, "--policy", policy, "--require", "free >= 1MiB")
      #expect(result.status == status, "\(excuse), \(status): \(result.output)\(result.error)")
    }
  }

  @Test("what there is nothing to compare with is wrong usage")
  func usage() async throws {
    func refused(_ status: Int, _ sentence: String, _ arguments: String...) async throws {
      let result = try await Program()(["check", Self.photo] + arguments)
      #expect(result.status == status, "\(arguments): \(result.output)\(result.error)")
      #expect(result.error.contains(sentence), "\(arguments): \(result.error)")
      #expect(result.output == "")
    }
    let folder = try TemporaryFolder()
    let missing = folder.path.appending("none.maps").string
    try await refused(64, "--baseline FILE, which --update", "--require", "new <= 1MiB")
    try await refused(64, "--update-baseline writes.", "--require", "new-pins <= 0")
    try await refused(64, "or say how long to look", "--require", "growth of regions <= 1")
    try await refused(
      64, "Say how long to look: --for 30s.", "--require", "loss of free <= 0 over 3", "--baseline",
      Self.photo)
    try await refused(
      66, "--baseline \(missing) --update-baseline", "--require", "new <= 0", "--baseline", missing)
    try await refused(
      64, "cannot be compared with the baseline", "--require", "new <= 0", "--baseline", Self.wide)
    let damaged = try folder.file("damaged.maps", "not a map\n")
    try await refused(65, "damaged.maps", "--require", "new <= 0", "--baseline", damaged)
    try await refused(64, "name the file to write", "--update-baseline")
    try await refused(
      64, "takes one target", Self.moved, "--update-baseline", "--baseline", missing)
    try await refused(64, "Name it: --baseline FILE", "--update-baseline", "--baseline", "-")
    try await refused(64, "is no saved map", "--update-baseline", "--baseline", damaged)
    try await refused(
      64, "is no saved map", "--update-baseline", "--baseline", folder.path.string)
    #expect(try Fixtures.text(FilePath(damaged)) == "not a map\n")
  }

  @Test("a baseline is written, read, and written anew")
  func written() async throws {
    let folder = try TemporaryFolder()
    let rules = ["new <= 0", "growth of regions <= 0"].flatMap { ["--require", $0] }
    for name in ["room.maps", "room.json", "1234"] {
      let file = name == "1234" ? name : folder.path.appending(name).string
      for target in [Self.photo, Self.later, Self.moved] {
        let update = try await Program(directory: folder.path)(
          "check", target, "--baseline", file, "--update-baseline")
        #expect(update.status == 0 && update.output == "", "\(update.error)")
        #expect(
          update.error.hasPrefix("\(file): ") && update.error.contains("regions of \(target)"))
        let held = try await Program(directory: folder.path)(
          ["check", target, "--baseline", file] + rules)
        #expect(held.status == 0, "\(held.output)\(held.error)")
      }
    }
    #expect(
      Fixtures.names(in: folder.path, suffix: "") == ["1234", "room.json", "room.maps"].sorted())
  }

  @Test("of a live process, and of what it then takes")
  func live() async throws {
    let result = try await Program.shell(
      besidePython: """
        held = []
        for _ in range(8):
            held.append(mmap.mmap(-1, 1 << 24, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS))
        """,
      """
      "$A" check $p --baseline b.maps --update-baseline
      "$A" check $p --baseline b.maps --require 'new <= 0'; echo "same $?"
      (sleep 1; touch go) &
      "$A" check $p --for 4s --every 200ms --require 'growth of kind anonymous <= 127MiB over 99' \
        --require 'growth of kind anonymous <= 127MiB' --require 'loss of free <= 1GiB' --plain
      echo "watched $?"
      until [ -e done ]; do sleep 0.01; done
      "$A" check $p --baseline b.maps --require 'new <= 127MiB'; echo "new $?"
      "$A" check $p --baseline b.maps --require 'new <= 128MiB'; echo "less $?"
      "$A" check $p --require 'growth of regions <= 9 over 9' --for 300ms --every 100ms; echo "few $?"
      """)
    for line in ["same 0", "watched 1", "new 1", "less 0", "few 69"] {
      #expect(result.output.contains(line), "\(line): \(result.output)\(result.error)")
    }
    let rules = result.output.split(separator: "\n").filter { $0.hasPrefix("rule") }
    let expected = [
      "growth of kind anonymous <= 127MiB over 99\tbroken\t133169152\t134217728\tat-least\t1048576",
      "growth of kind anonymous <= 127MiB\tbroken\t133169152\t134217728\texact\t1048576",
      "loss of free <= 1GiB\theld\t1073741824\t134217728\texact\t939524096",
    ]
    #expect(rules.map(String.init) == expected.map { "rule\t\($0)" })
  }
}
