import TestSupport
import Testing

@testable import AddressSpace

/// Which layout a Windows process has, what its threads cost, and what changes do to it.
@Suite("Windows processes")
struct WindowsChoiceTests {
  static func facts(_ change: (inout WindowsFacts) -> Void = { _ in }) -> LayoutFacts {
    var windows = WindowsFacts()
    change(&windows)
    var facts = LayoutFacts()
    facts.wordSize = .bits32
    facts.windows = windows
    return facts
  }

  static func map(_ ranges: (Address, Address)..., access: Region.Access = [.read, .write])
    -> AddressMap
  {
    AddressMap.assembling(
      ranges.compactMap { AddressRange($0.0, $0.1) }.map { Region(range: $0, access: access) }
    ).map
  }

  static func room(_ map: AddressMap, _ facts: LayoutFacts) -> Room {
    let map = map.classified(with: facts)
    return Room(map: map, layout: .inferred(from: map, facts: facts), facts: facts)
  }

  /// What is known, and what follows.
  struct Case: Sendable, CustomTestStringConvertible {
    var end: Address?
    var isAware: Bool?
    var is64Bit: Bool?
    var top: Address = 0x2000_0000
    let name: String
    var high: Address
    var isAssumed = false

    var testDescription: String { "\(name) \(high)" }
  }

  static let cases = [
    Case(end: 0x7FFF_0000, name: "windows-2g", high: 0x7FFF_0000),
    Case(end: 0x7FFE_0000, name: "windows-2g", high: 0x7FFF_0000),
    Case(end: 0x8000_0000, name: "windows-2g", high: 0x7FFF_0000),
    Case(end: 0xBFFF_0000, name: "windows-3g", high: 0xBFFF_0000),
    Case(end: 0xA000_0000, name: "windows-3g", high: 0xA000_0000),
    Case(end: 0xFFFF_0000, name: "windows-4g", high: 0xFFFF_0000),
    Case(end: 0xFFFE_0000, name: "windows-4g", high: 0xFFFF_0000),
    Case(isAware: false, name: "windows-2g", high: 0x7FFF_0000),
    Case(isAware: true, is64Bit: true, name: "windows-4g", high: 0xFFFF_0000),
    Case(isAware: true, name: "windows-4g", high: 0xFFFF_0000, isAssumed: true),
    Case(isAware: true, is64Bit: false, name: "windows-2g", high: 0x7FFF_0000, isAssumed: true),
    Case(
      isAware: true, is64Bit: false, top: 0xB000_0000, name: "windows-3g", high: 0xBFFF_0000,
      isAssumed: true),
    Case(name: "windows-2g", high: 0x7FFF_0000, isAssumed: true),
    Case(top: 0xF000_0000, name: "windows-4g", high: 0xFFFF_0000, isAssumed: true),
  ]

  @Test("by where the list ends, else by program and system", arguments: cases)
  func layouts(known: Case) {
    let facts = Self.facts {
      $0.end = known.end
      $0.isLargeAddressAware = known.isAware
      $0.is64BitSystem = known.is64Bit
    }
    let layout = Layout.inferred(
      from: Self.map((known.top - 0x1_0000, known.top)), facts: facts)
    #expect(layout.name == known.name && layout.space.upper == known.high)
    #expect(layout.isAssumed == known.isAssumed)
    #expect(layout.contradictions.isEmpty)
  }

  @Test("a header that contradicts the list is told, the list believed")
  func contradiction() {
    let facts = Self.facts {
      $0.end = 0xFFFF_0000
      $0.isLargeAddressAware = false
    }
    let layout = Layout.inferred(from: Self.map((0x1_0000, 0x2_0000)), facts: facts)
    #expect(layout.name == "windows-4g" && layout.contradictions.count == 1)
  }

  @Test("64-bit processes, also where nothing but high addresses tells")
  func wide() {
    var facts = Self.facts()
    facts.wordSize = nil
    let map = Self.map((0x1_0000, 0x2_0000), (0x7FF6_0000_0000, 0x7FF6_0001_0000))
    let guess = Layout.inferred(from: map, facts: facts)
    #expect(guess.name == "windows-x64" && guess.isAssumed && guess.wordSize == .bits64)
    facts.wordSize = .bits64
    facts.windows?.end = 0x7FF_FFFF_0000
    let known = Layout.inferred(from: Self.map((0x1_0000, 0x2_0000)), facts: facts)
    #expect(!known.isAssumed && known.space.upper == 0x7FF_FFFF_0000)
    #expect(Layout.named("windows-x64", map: map, facts: facts)?.wordSize == .bits64)
  }

  @Test("unusable is what lies below the first multiple of 64 KiB")
  func unusable() {
    let facts = Self.facts { $0.end = 0x7FFF_0000 }
    let map = Self.map(
      (0x2_0000, 0x2_1000), (0x3_0000, 0x3_F000), (0x4_0000, 0x5_0000), (0x5_8000, 0x6_0000))
    let room = Self.room(map, facts)
    // 60 KiB behind the first, 4 KiB behind the second; what ends at a multiple wastes none, and what
    // begins amid 64 KiB leaves 32 KiB that can be used.
    #expect(room.unusableBytes == .kibibytes(64))
    #expect(room.freeBytes - room.reachableFreeBytes == .kibibytes(64))
    let linux = Room(map: map, layout: Layout.inferred(from: map, facts: LayoutFacts()))
    #expect(linux.unusableBytes == .zero)
  }

  @Test("a thread has a 64-bit stack besides on 64-bit Windows only")
  func threads() throws {
    func cost(_ change: (inout WindowsFacts) -> Void, stack: ByteCount? = nil) throws -> ByteCount {
      var facts = Self.facts(change)
      facts.windows?.end = 0x7FFF_0000
      if let stack { facts.threads = ThreadFacts(count: 1, defaultStack: stack) }
      let room = Self.room(Self.map((0x1_0000, 0x2_0000)), facts)
      return try Forecaster(room).forecast(BufferRequest(text: "thread")).footprint
    }
    #expect(try cost { $0.is64BitSystem = false } == .mebibytes(1) + .kibibytes(12))
    #expect(try cost { $0.is64BitSystem = true } == .mebibytes(1) + .kibibytes(268))
    #expect(try cost { _ in } == .mebibytes(1) + .kibibytes(268))
    #expect(
      try cost({ $0.is64BitSystem = false }, stack: .mebibytes(2))
        == .mebibytes(2) + .kibibytes(12))
  }

  private static func changed(_ text: String, _ facts: LayoutFacts, _ map: AddressMap) throws
    -> ChangedSpace
  {
    let map = map.classified(with: facts)
    return try ChangedSpace(
      [Change(text: text)], of: map, facts: facts, layout: .inferred(from: map, facts: facts))
  }

  @Test("laa and 3gb apply where the system is of their kind")
  func changes() throws {
    let map = Self.map((0x1_0000, 0x2_0000))
    let unknown = Self.facts { $0.end = 0x7FFF_0000 }
    #expect(try Self.changed("laa", unknown, map).room.layout.name == "windows-4g")
    #expect(try Self.changed("3gb", unknown, map).room.layout.name == "windows-3g")
    let on32 = Self.facts {
      $0.end = 0x7FFF_0000
      $0.is64BitSystem = false
    }
    #expect(throws: ChangeError.self) { try Self.changed("laa", on32, map) }
    #expect(try Self.changed("3gb", on32, map).room.layout.name == "windows-3g")
    let on64 = Self.facts {
      $0.end = 0x7FFF_0000
      $0.is64BitSystem = true
    }
    #expect(throws: ChangeError.self) { try Self.changed("3gb", on64, map) }
    #expect(try Self.changed("laa", on64, map).room.layout.name == "windows-4g")
  }

  @Test("laa gives back what 64-bit Windows kept above 2 GiB")
  func keptSpace() throws {
    let facts = Self.facts {
      $0.end = 0x7FFF_FFFF_0000
      $0.is64BitSystem = true
    }
    let kept = Region(
      range: try #require(AddressRange(0x7FFF_0000, 0x7FF_FFFF_0000)), kind: .reserved)
    let map = AddressMap.assembling(
      Self.map((0x1_0000, 0x2_0000), (0x7FFE_0000, 0x7FFE_1000)).regions + [kept]
    ).map
    let room = Self.room(map, facts)
    #expect(room.layout.name == "windows-2g")
    #expect(room.regions.last?.kind == .system)
    let changed = try Self.changed("laa", facts, map).room
    #expect(changed.layout.name == "windows-4g")
    #expect(changed.freeSpans.contains { $0.range == AddressRange(0x8001_0000, 0xFFFE_0000) })
  }

  @Test("where not all memory is listed a count is at most")
  func upperBound() throws {
    var facts = Self.facts()
    facts.lacksMappings = true
    let room = Self.room(Self.map((0x1_0000, 0x2_0000)), facts)
    let forecast = try Forecaster(room).forecast(BufferRequest(text: "1MiB"))
    #expect(!forecast.isExact && forecast.bound == .atMost)
    let all = Self.room(Self.map((0x1_0000, 0x2_0000)), Self.facts())
    #expect(try Forecaster(all).forecast(BufferRequest(text: "1MiB")).bound == .exact)
  }

  @Test("an NT heap is no brk heap")
  func heaps() throws {
    let heap = Region(
      range: try #require(AddressRange(0x10_0000, 0x20_0000)), access: [.read, .write],
      name: "[heap:0x00100000]", kind: .heap)
    let room = Self.room(AddressMap.assembling([heap]).map, Self.facts { $0.end = 0x7FFF_0000 })
    #expect(room.endOfBreak == nil)
    #expect(OriginRules(room).origin(at: 0) == Origin(.windowsHeap, .certain))
    #expect(room.groups().first?.action == .shrink)
  }
}
