import AddressSpace
import AddressSpaceYAML
import SystemPackage
import TestSupport
import Testing

/// What policies that can be read mean.
@Suite("Policies as files")
struct PolicyDocumentTests {
  static let everyRule: [PolicyRule] = {
    let buffer = { (text: String) in try? BufferRequest(text: text) }
    let fits = { (text: String, family: Allocator.Family?, least: UInt64) in
      buffer(text).map { PolicyRule(.fits($0, family), .atLeast(least)) }
    }
    let rules: [PolicyRule?] = [
      PolicyRule(.largestFree, .atLeast(400 << 20)),
      PolicyRule(.largestFree, .atLeast(3 << 29)),
      PolicyRule(.free, .atLeast(1_000_000_000)),
      PolicyRule(.free, .atMost(1 << 31)),
      PolicyRule(.fragmentation, .atMost(40)),
      fits("8000x6000x4x2", nil, 2),
      fits("48MB@4MiB", .virtualalloc, 3),
      fits("thread:256K", nil, 16),
      PolicyRule(.regions, .atMost(30000)),
      PolicyRule(.kind(.reserved), .atMost(512 << 20)),
      PolicyRule(
        .owner(.init("*.nls", by: .name)), .atMost(16 << 20), excused: ["locale.nls"]),
      PolicyRule(.owner(.init("*stack*", by: .origin)), .atMost(64 << 20)),
      PolicyRule(.owner(.init("*/libopenblas*", by: .module)), .atMost(48 << 20)),
      PolicyRule(
        .pins(smallerThan: .kibibytes(64), between: .mebibytes(16)), .atMost(0),
        excused: ["*/libc.so*", "*thread stack*"]),
    ]
    let change = { (subject: PolicyRule.Subject, looks: UInt64?) in
      PolicyRule.Subject.change(PolicyRule.Change(of: subject, over: looks))
    }
    let comparing: [PolicyRule?] = [
      PolicyRule(.new, .atMost(1 << 20), excused: ["*/locale-archive"]),
      PolicyRule(.newPins(smallerThan: nil, between: nil), .atMost(0)),
      PolicyRule(.newPins(smallerThan: .mebibytes(1), between: .mebibytes(16)), .atMost(2)),
      PolicyRule(change(.regions, nil), .atMost(100)),
      PolicyRule(change(.owner(.init("obmalloc*", by: .origin)), 10), .atMost(4 << 20)),
      PolicyRule(change(.kind(.heap), nil), .atMost(64 << 10)),
      PolicyRule(change(.owner(.init("*.nls", by: .name)), nil), .atMost(0)),
      PolicyRule(change(.owner(.init("*/libopenblas*", by: .module)), nil), .atMost(0)),
      PolicyRule(
        change(.pins(smallerThan: .kibibytes(64), between: .mebibytes(16)), nil), .atMost(1)),
      PolicyRule(change(.largestFree, nil), .atMost(16 << 20)),
      PolicyRule(change(.free, 1), .atMost(32 << 20)),
      buffer("8000x6000x4x2").map { PolicyRule(change(.fits($0, .malloc), nil), .atMost(0)) },
    ]
    return (rules + comparing).compactMap { $0 }
  }()

  @Test("each rule there is", arguments: ["every-rule.yaml", "forms.yaml"])
  func everyRule(file: String) throws {
    let policy = try PolicyDocument.read(Fixtures.bytes(PolicyFiles.folder.appending(file)))
    #expect(Self.everyRule.count == 26)
    for (rule, expected) in zip(policy.rules, Self.everyRule) { #expect(rule == expected) }
    #expect(policy == Policy(Self.everyRule))
  }

  @Test("names in every form of text")
  func names() throws {
    let policy = try PolicyDocument.read(
      Fixtures.bytes(PolicyFiles.folder.appending("names.yaml")))
    let patterns = policy.rules.map { rule in
      if case .owner(let owner) = rule.subject { owner.pattern } else { "" }
    }
    #expect(
      patterns == [
        #"C:\Windows\Fonts\*"#, "Bücher/😀 *", "one\n  two", "folded text\nin two lines\n",
      ])
    #expect(policy.rules.map(\.excused) == [[], ["ü", "tab\there", "1", "true"], [], []])
  }

  @Test("every kind and every allocator by its name")
  func everyName() throws {
    for kind in Region.Kind.allCases {
      let text = "rules: [kind: {name: \(kind.rawValue), at-most: 1}]"
      #expect(try PolicyDocument.read(Array(text.utf8)).rules == [.init(.kind(kind), .atMost(1))])
    }
    let buffer = try BufferRequest(text: "1x2x3x4")
    for family in Allocator.Family.allCases {
      let text = "rules: [fits: {buffer: 1x2x3x4, at-most: 1, allocator: \(family.rawValue)}]"
      #expect(
        try PolicyDocument.read(Array(text.utf8)).rules
          == [.init(.fits(buffer, family), .atMost(1))])
    }
  }
}
