import SystemPackage
import TestSupport
import Testing

/// What `check --junit` writes, against the schema that Jenkins goes by and as PyPI's junitparser
/// reads it.
@Suite("JUnit XML", .needsProgram)
struct JUnitTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let name: String
    let files: [String]
    let rules: [String]
    let status: Int

    var testDescription: String { name }
  }

  static let hostile = "a&b<c>\"d'\u{1B}[31m]]>\u{FFFE}\t.so"
  static let held = "free >= 1MiB", broken = "largest-free >= 3GiB"
  /// `usual` is a bare map: it does not tell what is left in its heap.
  static let undecided = "fits 64MiB by malloc >= 42"

  static let cases = [
    Case(name: "held", files: ["usual"], rules: [held], status: 0),
    Case(name: "broken", files: ["usual"], rules: [held, broken, broken], status: 1),
    Case(name: "undecided", files: ["usual"], rules: [held, undecided], status: 69),
    Case(
      name: "several targets", files: ["usual", "other", "usual"],
      rules: [broken, held, undecided], status: 1),
    Case(
      name: "hostile names", files: ["odd & 'quoted' <map>"],
      rules: ["owner *\(hostile) <= 1MiB", "owner *b<c* <= 1MiB", undecided], status: 1),
  ]

  /// Holds the file against the schema, then what junitparser reads of it against the document of
  /// the same answer. In both, what is not printable stands as `\xNN` or `\u{N}`.
  static let script = #"""
    import json, re, sys, xmlschema
    from junitparser import JUnitXml, Error, Failure

    def raw(text):
      return re.sub(r"\\x(..)|\\u\{(.*?)\}", lambda m: chr(int(m[1] or m[2], 16)), text)

    def expected(rule):
      if rule["held"]: return []
      kind = (Failure, "broken") if rule["held"] is False else (Error, "undecided")
      return [(*kind, raw(rule["message"]), True, rule["more"])]

    def counts(rules):
      held = [rule["held"] for rule in rules]
      return len(held), held.count(False), held.count(None)

    schema, path, *titles = sys.argv[1:]
    xmlschema.validate(path, schema)
    document = json.load(sys.stdin)
    xml = JUnitXml.fromfile(path)
    assert (xml.tests, xml.failures, xml.errors) == counts(document["rules"])
    suites = list(xml)
    assert [suite.name for suite in suites] == titles
    for index, suite in enumerate(suites):
      rules = [rule for rule in document["rules"] if rule["target"] == index]
      assert (suite.tests, suite.failures, suite.errors) == counts(rules)
      cases = list(suite)
      assert [raw(case.name) for case in cases] == [rule["rule"] for rule in rules]
      for case, rule in zip(cases, rules):
        assert case.classname == suite.name
        read = [
          (type(result), result.type, raw(result.message),
           result.text.startswith(result.message + "\n"), result.text.split("More:  ")[-1])
          for result in case.result
        ]
        assert read == expected(rule), (read, expected(rule))
    print("same", len(document["rules"]))
    """#

  @Test(
    .enabled(
      if: Machine.python != nil && environment("ADDRSPACE_JUNIT_SCHEMA") != nil,
      "needs PyPI's junitparser, xmlschema and pytest's schema (ADDRSPACE_JUNIT_SCHEMA)"),
    arguments: cases)
  func readBack(entry: Case) async throws {
    let python = try #require(Machine.python)
    let schema = try #require(environment("ADDRSPACE_JUNIT_SCHEMA"))
    let folder = try TemporaryFolder()
    let map = Array(
      """
      08048000-08049000 r-xp 00000000 08:01 11 /bin/p
      10000000-20000000 rw-p 00000000 08:01 11 /x/\(Self.hostile)
      30000000-40000000 rw-p 00000000 00:00 0
      bffdf000-c0000000 rw-p 00000000 00:00 0 [stack]

      """.utf8)
    let paths = try entry.files.map { try folder.file("\($0).maps", map) }
    let junit = folder.path.appending("out.xml").string
    let result = try await Program()(
      ["check"] + paths + entry.rules.flatMap { ["--require", $0] } + ["--json", "--junit", junit])
    #expect(result.status == entry.status, "\(result.error)")
    let titles = entry.files.map { "\($0).maps" }
    let read = try await run(
      python, ["-c", Self.script, schema, junit] + titles, input: result.output)
    let count = entry.files.count * entry.rules.count
    #expect(read.output == "same \(count)\n", "\(read.error.suffix(2000))")
  }
}
