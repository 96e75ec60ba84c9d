import AddressSpace
import Testing

@Suite("Rules as text")
struct PolicyRuleTextTests {
  @Test(
    "every form is read and written as itself",
    arguments: [
      ("largest-free >= 400MiB", .init(.largestFree, .atLeast(400 << 20))),
      ("free >= 1GiB", .init(.free, .atLeast(1 << 30))),
      ("free <= 100", .init(.free, .atMost(100))),
      ("fragmentation <= 60%", .init(.fragmentation, .atMost(60))),
      ("fragmentation >= 1%", .init(.fragmentation, .atLeast(1))),
      ("regions <= 30000", .init(.regions, .atMost(30000))),
      ("regions <= 0", .init(.regions, .atMost(0))),
      ("kind image <= 200MiB", .init(.kind(.image), .atMost(200 << 20))),
      ("owner *.nls <= 16MiB", .init(.owner(.init("*.nls", by: .name)), .atMost(16 << 20))),
      ("owner a<=b <= 1KiB", .init(.owner(.init("a<=b", by: .name)), .atMost(1024))),
      (
        "origin thread stack <= 64MiB",
        .init(.owner(.init("thread stack", by: .origin)), .atMost(64 << 20))
      ),
      ("module */lib*.so <= 0", .init(.owner(.init("*/lib*.so", by: .module)), .atMost(0))),
      (
        "pins < 64KiB between 100MiB <= 0",
        .init(.pins(smallerThan: .kibibytes(64), between: .mebibytes(100)), .atMost(0))
      ),
      ("new <= 1MiB", .init(.new, .atMost(1 << 20))),
      ("new-pins <= 0", .init(.newPins(smallerThan: nil, between: nil), .atMost(0))),
      (
        "new-pins < 64KiB <= 0",
        .init(.newPins(smallerThan: .kibibytes(64), between: nil), .atMost(0))
      ),
      (
        "new-pins < 64KiB between 16MiB <= 2",
        .init(.newPins(smallerThan: .kibibytes(64), between: .mebibytes(16)), .atMost(2))
      ),
      ("growth of regions <= 10", .init(.change(.init(of: .regions)), .atMost(10))),
      (
        "growth of origin all over 3 <= 4MiB over 10",
        .init(
          .change(.init(of: .owner(.init("all over 3", by: .origin)), over: 10)), .atMost(4 << 20))
      ),
      (
        "growth of pins < 64KiB between 100MiB <= 1",
        .init(
          .change(.init(of: .pins(smallerThan: .kibibytes(64), between: .mebibytes(100)))),
          .atMost(1))
      ),
      ("loss of largest-free <= 16MiB", .init(.change(.init(of: .largestFree)), .atMost(16 << 20))),
      ("loss of free <= 0 over 1", .init(.change(.init(of: .free, over: 1)), .atMost(0))),
    ] as [(String, PolicyRule)])
  func roundTrip(text: String, rule: PolicyRule) throws {
    #expect(try PolicyRule(text: text) == rule)
    #expect(rule.description == text)
  }

  @Test(
    "fits, with and without an allocator",
    arguments: [
      ("fits 8000x6000x4x2 >= 2", nil, 2), ("fits 48MB by malloc >= 1", .malloc, 1),
      ("fits 48MiB@4MiB by virtualalloc >= 18446744073709551615", .virtualalloc, .max),
      ("fits thread:256K >= 12", nil, 12), ("fits 1000x1000x4x1 by pillow <= 3", .pillow, 3),
    ] as [(String, Allocator.Family?, UInt64)])
  func fits(text: String, family: Allocator.Family?, count: UInt64) throws {
    let rule = try PolicyRule(text: text)
    let request = try BufferRequest(text: String(text.split(separator: " ")[1]))
    #expect(rule.subject == .fits(request, family))
    #expect(rule.bound.limit == count && rule.description == text)
    #expect(try PolicyRule(text: rule.description) == rule)
  }

  @Test(
    "blanks do not matter, sizes are read as everywhere",
    arguments: [
      ("largest-free>=400MiB", "largest-free >= 400MiB"),
      ("  free  >=1.5G ", "free >= 1536MiB"), ("free >= 1GB", "free >= 1000000000"),
      ("kind\theap<=\t0x1000", "kind heap <= 4KiB"),
      ("pins < 64K between 100M<=2", "pins < 64KiB between 100MiB <= 2"),
      ("origin  thread  stack <= 1M", "origin thread stack <= 1MiB"),
    ])
  func lenient(text: String, same: String) throws {
    #expect(try PolicyRule(text: text).description == same)
  }

  @Test(
    "what is wrong is said with what is right",
    arguments: [
      ("", "\"\" is no rule. Known are largest-free, free"),
      ("largest-fre >= 1M", "\"largest-fre\" in \"largest-fre >= 1M\" is no rule. Did you mean la"),
      ("fit 1M >= 1", "Did you mean fits?"), ("region <= 1", "Did you mean regions?"),
      ("room >= 1M", "Known are largest-free, free, fragmentation"),
      (">= 1M", "\">= 1M\" is no rule."), (">=", "is no rule."),
      ("free", "\"free\" has no bound: neither >= nor <=. Write it as in free >= 1GiB."),
      ("free > 1M", "neither >= nor <="), ("free = 1M", "neither >= nor <="),
      ("free => 1M", "neither >= nor <="), ("pins < 1M", "Write it as in pins < 64KiB between"),
      ("free >=", "cannot be read. Write it as free >= SIZE, as in free >= 1GiB."),
      ("free now >= 1M", "Write it as free >= SIZE"),
      ("free >= many", "\"many\" in \"free >= many\" is no size."),
      ("free >= -1", "is no size."), ("free >= 60%", "is no size."),
      ("free >= 1M 2M", "\"1M 2M\" in"), ("free >= 18446744073709551616", "is no size."),
      ("fragmentation <= 60", "\"60\" in \"fragmentation <= 60\" is no share."),
      ("fragmentation <= 101%", "is no share."), ("fragmentation <= 1.5%", "is no share."),
      ("fragmentation <= %", "is no share."), ("fragmentation <= -1%", "is no share."),
      ("regions <= 1K", "\"1K\" in \"regions <= 1K\" is no count."),
      ("regions <= 1.5", "is no count."), ("regions <= -1", "is no count."),
      ("fits >= 2", "Write it as fits BUFFER [by ALLOCATOR] >= N, as in fits 8000x6000x4x2 by"),
      ("fits 1M malloc >= 2", "Write it as fits BUFFER"),
      ("fits 1M by >= 2", "Write it as fits BUFFER"),
      ("fits 8000x6000x4 >= 2", "in \"fits 8000x6000x4 >= 2\": \"8000x6000x4\" is no buffer."),
      ("fits 0 >= 2", "holds no bytes."), ("fits 1M@3 >= 2", "is no alignment."),
      ("fits thread:1 >= 2", "is too small"),
      ("fits 1M*3 >= 2", "\"1M*3\" in \"fits 1M*3 >= 2\" has a count of its own."),
      ("fits 1M >= few", "\"few\" in \"fits 1M >= few\" is no count."),
      ("fits 1M by maloc >= 2", "is no allocator. Did you mean malloc?"),
      ("fits 1M by malloc@2.25 >= 2", "is no allocator. Known are mmap, malloc, virtualalloc"),
      ("fits thread by malloc >= 2", "a thread's stack has its own."),
      ("kind <= 1M", "Write it as kind KIND <= SIZE"),
      ("kind images <= 1M", "\"images\" in \"kind images <= 1M\" is no kind. Did you mean image?"),
      ("kind dll <= 1M", "Known are image, heap, stack"),
      ("owner <= 1M", "Write it as owner PATTERN <= SIZE, as in owner *.nls <= 16MiB."),
      ("origin <= 1M", "as in origin thread stack <= 64MiB."),
      ("module <= 1M", "Write it as module PATTERN <= SIZE"),
      ("pins <= 0", "Write it as pins < SIZE between SIZE <= N"),
      ("pins < small between 1M <= 0", "\"small\" in"),
      ("pins < 1M between <= 0", "Write it as pins"),
      ("pins > 1M between 1M <= 0", "Write it as pins"),
      ("new 3 <= 1M", "Write it as new <= SIZE"), ("new <= 3%", "is no size."),
      ("new-pin <= 1", "Did you mean new-pins?"), ("new-pins < <= 1", "Write it as new-pins"),
      ("new-pins between 1M < 1M <= 1", "Write it as new-pins"),
      ("new-pins < x <= 1", "\"x\" in"), ("new-pins <= 1MiB", "is no count."),
      ("growth regions <= 1", "Write it as growth of SUBJECT <= LIMIT [over N], as in growth of"),
      ("growth of <= 1", "Write it as growth of"),
      ("growth of region <= 1", "Did you mean regions?"),
      ("growth of regions now <= 1", "Write it as regions <= N"),
      ("growth of fragmentation <= 1%", "how far fragmentation changes is not told"),
      ("growth of growth of regions <= 1", "how far growth changes is not told"),
      ("growth of new <= 1", "how far new changes is not told"),
      (
        "growth of free <= 1M", "free in \"growth of free <= 1M\" gets worse by loss. Write loss of"
      ),
      ("loss of regions <= 1", "Write growth of regions."),
      ("loss of fits 1M*2 <= 1", "has a count of its own."),
      ("growth of regions <= 1 over", "\"\" in \"growth of regions <= 1 over\" is no number of"),
      ("growth of regions <= 1 over 0", "\"0\" in"), ("growth of regions <= 1 over 1.5", "\"1.5\""),
      ("growth of regions <= over 3", "is no count."), ("new <= 1M over 3", "is no size."),
      ("growth of regions >= 0", "holds whatever is there"),
      ("free >= 0", "holds whatever is there"), ("regions >= 0", "holds whatever is there"),
      ("fragmentation <= 100%", "holds whatever is there"),
    ])
  func mistakes(text: String, sentence: String) {
    let error = #expect(throws: PolicyRuleError.self) { try PolicyRule(text: text) }
    #expect(error?.description.contains(sentence) == true, "\(error?.description ?? "")")
    #expect(error?.description.hasSuffix(".") == true || error?.description.hasSuffix("?") == true)
  }

  @Test("every form that is told is one, and its example can be read")
  func formsAreReal() throws {
    for name in PolicyRule.Name.allCases {
      let word = name.rawValue
      #expect(name.form.hasPrefix(word + " "))
      let error = #expect(throws: PolicyRuleError.self) { try PolicyRule(text: word) }
      let text = try #require(error?.description.split(separator: "Write it as in ").last)
      let rule = try PolicyRule(text: String(text.dropLast()))
      #expect(rule.subject.name == name && rule.description.hasPrefix(word))
    }
  }

  @Test("long and odd text is refused, not read for long")
  func hostile() {
    for text in [
      String(repeating: "l", count: 100_000), String(repeating: "<=", count: 100_000),
      String(repeating: " ", count: 100_000), "\u{0}\u{1B}[31m", "fr\u{301}ee >= 1M",
    ] {
      #expect(throws: PolicyRuleError.self) { try PolicyRule(text: text) }
    }
  }
}
