import AddressSpace
import AddressSpaceFormats
import TestSupport
import Testing

/// A capture comes from anywhere: nothing that it claims may stop the program.
@Suite("Captures with impossible facts")
struct HostileCaptureTests {
  static let keys = [
    "pid", "word-size", "machine", "kernel-machine", "page-size", "personality", "stack-limit",
    "lowest-mapping", "legacy-va-layout", "start-of-break", "randomized", "first-mapping", "heap",
    "heap-top-end", "heap-chunks", "heap-read", "mmap-threshold", "top-pad", "arena",
    "libc-version", "wine", "traits-known", "no-reserve", "grows-down", "contents",
    "contents-read",
  ]

  static let values = [
    "", " ", "0", "1", "-1", "4096", "4095", "0x0", "0x1", "0x1000", "yes", "no", "unlimited",
    "18446744073709551615", "18446744073709551616", "9223372036854775807", "2147483648",
    "0xffffffffffffffff", "0xfffffffffffff000", "0xffffffff", "0x10000000000000000",
    "0-0xffffffffffffffff", "0xfffffffffffffffe-0xffffffffffffffff", "0x0-0x1",
    "0x08050000-0xffffffffffffffff", "32", "64", "i386", "arm64", "other", "2.36", "2.0",
    "9223372036854775807.9223372036854775807", "0.0",
    "0xffffffffffffffff 18446744073709551615 contiguous 18446744073709551615",
    "0xfffffffffffff000 4096 contiguous", "0x08071000 134680576 contiguous 134680576,1,0",
    "0x0 0 pieces", "0x1 0 pieces 1", "0x08071000 0 pieces", "0x08071000 40008 contiguous",
    "0xffffe000 4294959104 contiguous", "all", "part",
    "0x0-0xffffffffffffffff certain malloc", "0x08050000-0x08060000 certain thread stack",
    "0x08050000-0x08060000 likely no such owner",
    "0xfffffffffffffffe-0xffffffffffffffff possible x",
    "large-address-aware", "2g", "unknown by nobody",
  ]

  static func text(_ facts: [(String, String)]) -> [UInt8] {
    let lines = facts.map { "# \($0): \($1)\n" }.joined()
    return Array(("# addrspace capture 1\n" + lines + CaptureTests.maps).utf8)
  }

  /// Asks what is sensitive to facts: small and large buffers by malloc, pins and plans.
  static func ask(_ bytes: [UInt8]) throws {
    let snapshot = try MapsParser.parse(bytes)
    let layout = Layout.inferred(from: snapshot.map, facts: snapshot.facts)
    let room = Room(map: snapshot.map, layout: layout, facts: snapshot.facts)
    let allocator = Allocator.usual(in: layout)
    for size in [100_000, 133_000, 384_000_000] as [ByteCount] {
      let request = BufferRequest(bytes: size)
      let forecast = try Forecaster(room).forecast(request, allocator: allocator, placements: 3)
      #expect(forecast.fits <= forecast.fitsIfContiguous)
    }
    let request = BufferRequest(bytes: 384_000_000)
    _ = try PinRanking(room, for: [(request, allocator)]).pins()
    _ = try ClearingPlanner(room, for: request, allocator: allocator).cheapest()
    _ = try Forecaster(room).sequence([request, BufferRequest(bytes: 100_000)])
    _ = room.largestRequests()
    for grouping in Usage.Grouping.allCases {
      let rows = room.usage(by: grouping)
      #expect(rows.lazy.map(\.bytes).total() == room.regions.lazy.map(\.size).total())
    }
    #expect(room.origins().count == room.regions.count)
  }

  @Test("every value for every key", arguments: keys)
  func oneByOne(key: String) throws {
    for value in Self.values {
      try Self.ask(Self.text([(key, value)]))
    }
  }

  @Test("many at once")
  func together() throws {
    for seed in 0..<600 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      let facts = Self.keys.shuffled(using: &random).prefix(8).compactMap { key in
        Self.values.randomElement(using: &random).map { (key, $0) }
      }
      try Self.ask(Self.text(Array(facts)))
    }
  }

  @Test("a value that cannot be is said with its line, and not believed")
  func said() throws {
    let facts = [
      ("word-size", "48"), ("machine", "vax"), ("page-size", "4095"), ("page-size", "2097152"),
      ("personality", "yes"), ("stack-limit", "much"), ("lowest-mapping", "10000"),
      ("legacy-va-layout", "1"), ("first-mapping", "0x2-0x1"), ("heap", "0x1000 4097 contiguous"),
      ("heap", "0x1000 1 heaped"), ("heap", "0x1000 1 contiguous 9999"), ("libc-version", "two"),
      ("heap", "0x1000 1 contiguous 0x20-0x30,0x28-0x38"), ("heap-top-end", "1000"),
      ("heap-chunks", "16"), ("heap-chunks", "4611686018427387904*2"), ("heap-read", "some"),
      ("heap-read", "whole much"), ("mmap-threshold", "low"), ("top-pad", "-1"),
      ("arena", "used=1"), ("arena", "used=x whole"), ("arena", "whole 5"),
      ("wine", "perhaps"), ("contents", "0x1000-0x2000 surely malloc"),
      ("contents", "0x1000-0x2000 certain"), ("contents-read", "most"), ("traits-known", "?"),
      ("no-reserve", "all"), ("grows-down", ""),
      ("pid", "4294967296"), ("randomized", "maybe"), ("start-of-break", "0x"),
    ]
    let snapshot = try MapsParser.parse(Self.text(facts))
    #expect(snapshot.diagnostics.kept.map(\.line) == (2..<2 + facts.count).map { $0 })
    var nothing = LayoutFacts()
    nothing.isRead = true
    #expect(snapshot.facts == nothing)
    for (diagnostic, fact) in zip(snapshot.diagnostics.kept, facts) {
      #expect(diagnostic.message.contains(fact.0))
    }
  }
}
