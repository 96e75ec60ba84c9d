import AddressSpace
import AddressSpaceFormats
import TestSupport
import Testing

/// A capture keeps everything that decides an answer.
@Suite("Captures")
struct CaptureTests {
  static let maps = """
    08048000-08049000 r-xp 00000000 fe:00 7                  /bin/photo
    08050000-08071000 rw-p 00000000 00:00 0                  [heap]
    20000000-30000000 ---p 00000000 00:00 0\u{20}
    f7fc9000-f7ffe000 r-xp 00000000 fe:00 9                  /lib/ld-linux.so.2
    fffdd000-ffffe000 rw-p 00000000 00:00 0                  [stack]

    """

  static func random(_ random: inout SeededGenerator) -> LayoutFacts {
    func maybe<Value>(_ value: Value) -> Value? { Bool.random(using: &random) ? value : nil }
    func number() -> UInt64 {
      UInt64.random(in: 0...UInt64.max >> UInt64.random(in: 0..<64, using: &random), using: &random)
    }
    var facts = LayoutFacts()
    facts.isRead = true
    facts.wordSize = maybe(Bool.random(using: &random) ? .bits32 : .bits64)
    let machines: [AddressSpace.Machine] = [.i386, .x86_64, .arm, .arm64, .other]
    facts.machine = machines.randomElement(using: &random).flatMap { maybe($0) }
    facts.kernelMachine = machines.randomElement(using: &random).flatMap { maybe($0) }
    facts.pageSize = maybe(ByteCount(4096 << UInt64.random(in: 0...4, using: &random)))
    facts.personality = maybe(Personality(rawValue: UInt32(number() & 0xFFFF_FFFF)))
    facts.stackLimit = maybe(
      Bool.random(using: &random) ? LayoutFacts.unlimitedStack : ByteCount(number()))
    facts.lowestMapping = maybe(Address(number()))
    facts.legacySysctl = maybe(Bool.random(using: &random))
    facts.startOfBreak = maybe(Address(number()))
    facts.heap = maybe(heap(&random))
    let low = number()
    facts.firstMapping = AddressRange(Address(low / 2), Address(low)).flatMap { maybe($0) }
    facts.isRandomized = maybe(Bool.random(using: &random))
    facts.libcVersion = maybe(LibcVersion(2, Int.random(in: 0...50, using: &random)))
    let evidence = ["by its header", "WINE_LARGE_ADDRESS_AWARE=1", "a: b # c"]
    facts.wine = maybe(
      WineFacts(
        isLargeAddressAware: [true, false, nil].randomElement(using: &random) ?? nil,
        evidence: evidence.randomElement(using: &random).flatMap { maybe($0) }))
    facts.limits = limits(&random)
    func size() -> ByteCount { ByteCount(number() >> 2) }
    facts.held =
      HeldMemory(resident: maybe(size()), committed: maybe(size()), swapped: maybe(size()))
    return facts
  }

  /// A heap that ends in a mapping, with nothing larger than one.
  static func heap(_ random: inout SeededGenerator) -> HeapFacts {
    func size(_ most: UInt64 = 0x0100_0000) -> ByteCount {
      ByteCount(UInt64.random(in: 1...most, using: &random))
    }
    func ranges() -> [AddressRange] {
      var place = Address(0x0805_0000)
      return (0..<Int.random(in: 0...3, using: &random)).compactMap { _ in
        let low = place + size(4096)
        place = low + size(4096)
        return AddressRange(low, place)
      }
    }
    func isLucky() -> Bool { Bool.random(using: &random) }
    var heap = HeapFacts(
      top: size(), end: Address(UInt64.random(in: 0x0805_0001...0x0807_1000, using: &random)),
      isContiguous: isLucky(), freeChunks: ranges())
    if isLucky() { heap.topEnd = 0x2100_0000 }
    heap.isWhole = isLucky()
    heap.unsorted = isLucky() ? 0 : size().value
    heap.mmapThreshold = isLucky() ? size() : nil
    heap.topPad = isLucky() ? size() : nil
    heap.otherChunks = Set((0..<Int.random(in: 0...4, using: &random)).map { _ in size(4096) })
      .sorted(by: >).map { ChunkCount(size: $0, count: size(9).value) }
    heap.arenas = (0..<Int.random(in: 0...3, using: &random)).map { _ in
      ArenaFacts(
        pieces: ranges(), used: size(), free: size(), top: size(), reserve: size(),
        largest: size(), threads: size().value, system: isLucky() ? size() : nil,
        isWhole: isLucky())
    }
    return heap
  }

  /// Limits of all kinds, nil where none is known.
  private static func limits(_ random: inout SeededGenerator) -> LimitFacts? {
    func maybe<Value>(_ value: Value) -> Value? { Bool.random(using: &random) ? value : nil }
    func size() -> ByteCount {
      ByteCount(
        UInt64.random(in: 0..<1 << 62, using: &random) >> UInt64.random(in: 0..<62, using: &random))
    }
    var limits = LimitFacts()
    limits.addressSpace = maybe(ResourceLimit(soft: maybe(size()), hard: maybe(size())))
    limits.data = maybe(ResourceLimit(soft: maybe(size()), hard: maybe(size())))
    limits.dataSegment = maybe(size())
    limits.ignoresData = Bool.random(using: &random)
    limits.mostMappings = maybe(size().value)
    let modes: [Overcommit.Mode] = [.heuristic, .always, .never]
    limits.overcommit = modes.randomElement(using: &random).flatMap { mode in
      maybe(
        Overcommit(
          mode: mode, limit: size(), committed: size(), adminReserve: size(), userReserve: size()))
    }
    limits.memory = maybe(
      MachineMemory(total: size(), available: size(), swapTotal: size(), swapFree: size()))
    limits.cgroup = maybe(CgroupMemory(limit: size(), used: size()))
    return limits == LimitFacts() ? nil : limits
  }

  @Test("facts, source and map come back as they were")
  func roundTrip() throws {
    let text = Array(Self.maps.utf8)
    let map = try MapsParser.parse(text).map
    for seed in 0..<1500 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      let facts = Self.random(&random)
      let names = [nil, "photo", "a b", "näme", "# not a comment", "x: y"]
      let source = Source(
        kind: .process, pid: Bool.random(using: &random) ? 4711 : nil,
        name: names.randomElement(using: &random) ?? nil)
      let written = CaptureText.write(Snapshot(source: source, map: map, facts: facts), maps: text)
      let read = try MapsParser.parse(written, strict: true)
      try #require(read.facts == facts, "seed \(seed)")
      try #require(read.source.pid == source.pid && read.source.name == source.name, "seed \(seed)")
      let before = map.classified(with: facts)
      try #require(read.map.regions == before.regions, "seed \(seed)")
    }
  }

  @Test(
    "a heap that its map cannot hold is ignored, and that is said",
    arguments: [
      "0x08071000 268435457 contiguous", "0x08071000 16 contiguous 268435457",
      "0x09000000 16 contiguous", "0x00000000 0 contiguous",
      "0x08071000 16 contiguous 0x20000000-0x30000001",
      "0x08071000 16 contiguous\n# heap-top-end: 0x40000000",
      "0x08071000 16 contiguous\n# heap-chunks: 268435457*1",
      "0x08071000 16 contiguous\n# heap-chunks: 1000000*10000",
    ])
  func impossibleHeap(heap: String) throws {
    let text = "# addrspace capture 1\n# heap: \(heap)\n" + Self.maps
    let snapshot = try MapsParser.parse(Array(text.utf8))
    #expect(snapshot.facts.heap == nil)
    #expect(snapshot.diagnostics.count == 1)
  }

  @Test("captures of before chunks had addresses: sizes, and all of it read")
  func olderHeap() throws {
    let text = "# addrspace capture 1\n# heap: 0x08071000 16 contiguous 90000,80000\n" + Self.maps
    let heap = try #require(try MapsParser.parse(Array(text.utf8), strict: true).facts.heap)
    #expect(heap.freeChunks == [] && heap.isWhole && heap.arenas == [])
    #expect(
      heap.otherChunks == [ChunkCount(size: 90_000, count: 1), ChunkCount(size: 80_000, count: 1)])
  }

  @Test("traits that only smaps knows are kept beside the lines of maps")
  func traits() throws {
    let smaps = Array(
      """
      20000000-30000000 ---p 00000000 00:00 0
      Size:  262144 kB
      VmFlags: mr mw me nr sd
      30000000-30001000 rw-p 00000000 00:00 0
      VmFlags: rd wr gd
      40000000-40001000 rw-p 00000000 00:00 0  [anon:stack]
      VmFlags: rd wr gd nr

      """.utf8)
    var snapshot = try MapsParser.parse(smaps)
    snapshot.facts.isRead = true
    let written = CaptureText.write(snapshot, maps: smaps)
    let text = String(decoding: written, as: UTF8.self)
    #expect(!text.contains("VmFlags") && !text.contains("Size:"))
    let read = try MapsParser.parse(written, strict: true)
    #expect(read.map.regions == snapshot.map.regions)
    #expect(read.facts == snapshot.facts && read.source.kind == .maps)
    // Behind the comments stands what any other reader of maps text takes.
    let others = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
    #expect(
      others.count == 3 && others.allSatisfy { $0.contains("-p 00000000 00:00 0") })
  }

  @Test("a name may hold anything, and never begins a line of its own")
  func names() throws {
    let text = Array(Self.maps.utf8)
    let map = try MapsParser.parse(text).map
    for name in ["a\nb", "a\r\n# pid: 1", "\n", "", " ", "  two  ", "a\u{2028}b", "\u{85}", "a\0b"]
    {
      let source = Source(kind: .process, pid: 7, name: name)
      var facts = LayoutFacts()
      facts.isRead = true
      facts.wine = WineFacts(isLargeAddressAware: true, evidence: name)
      let written = CaptureText.write(Snapshot(source: source, map: map, facts: facts), maps: text)
      let read = try MapsParser.parse(written, strict: true)
      #expect(read.source.pid == 7, "\(name.debugDescription)")
      #expect(read.facts.wine?.isLargeAddressAware == true)
      #expect(read.map.regions.count == 5)
    }
  }

  @Test("a capture of a later version is refused with its line")
  func later() {
    let text = "\n# addrspace capture 2\n" + Self.maps
    let error = #expect(throws: FormatError.self) { try MapsParser.parse(Array(text.utf8)) }
    #expect(error == .newerCapture("2", line: 2) && error?.line == 2)
  }

  @Test("comments of others are left alone, keys of later programs too")
  func otherComments() throws {
    let plain = "# word-size: 64\n# pid: 5\n" + Self.maps
    let read = try MapsParser.parse(Array(plain.utf8), strict: true)
    #expect(read.facts == LayoutFacts() && read.source.pid == nil)
    let later = "# addrspace capture 1\n# colour: blue\n#\n# : \n# word-size: 64\n" + Self.maps
    let capture = try MapsParser.parse(Array(later.utf8), strict: true)
    #expect(capture.facts.wordSize == .bits64 && capture.facts.isRead)
  }
}
