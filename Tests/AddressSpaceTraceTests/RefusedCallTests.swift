import AddressSpace
import AddressSpaceTrace
import TestSupport
import Testing

@Suite("Why a call was refused")
struct RefusedCallTests {
  static func region(
    _ low: UInt64, _ high: UInt64, _ name: String = "", _ access: Region.Access = [.read, .write]
  ) -> Region {
    let base = Address(low)
    return Region(
      range: AddressRange(base, Address(high)) ?? .everything(below: base), access: access,
      name: name)
  }

  /// A space with a heap below a mapping, and 1 GiB in three spans, the largest of 512 MiB.
  static let start = [
    region(0x0804_8000, 0x0805_0000, "/usr/bin/program"),
    region(0x0900_0000, 0x0910_0000, "[heap]"),
    region(0x0920_0000, 0x4000_0000), region(0x6000_0000, 0xA000_0000),
    region(0xAFFF_0000, 0xBFFF_0000, "", []), region(0xBFFF_0000, 0xC000_0000, "[stack]"),
  ]

  static func wall(
    _ call: MapCall, errno: Int32, asked: ByteCount, at address: Address? = nil,
    start: [Region] = start
  ) throws -> TraceReport.Wall? {
    let recording = Recording()
    var facts = LayoutFacts()
    facts.wordSize = .bits32
    _ = recording.begin(start, facts: facts)
    recording.add(call, .failed(errno: errno, asked: asked, at: address))
    let report = try TraceReport(of: recording, parse: recording.parse) { snapshot in
      let map = AddressMap.assembling([]).map
      return Layout.named("linux-i386-3g", map: map, facts: snapshot.facts)
        ?? .inferred(from: snapshot.map, facts: snapshot.facts)
    }
    #expect(report.failures.count == 1)
    return report.failures.first?.wall
  }

  @Test("no memory: what is asked for decides which wall it was")
  func shortage() throws {
    #expect(try Self.wall(.mmap2, errno: 12, asked: .mebibytes(513)) == .addressSpace(.fragmented))
    #expect(try Self.wall(.mmap2, errno: 12, asked: .gibibytes(2)) == .addressSpace(.exhausted))
    #expect(try Self.wall(.mmap2, errno: 12, asked: .mebibytes(512)) == .otherLimit)
    #expect(try Self.wall(.shmat, errno: 12, asked: .gibibytes(1)) == .addressSpace(.exhausted))
  }

  @Test("a heap that meets a mapping, and one that does not")
  func heap() throws {
    let neighbor = Self.region(0x0920_0000, 0x4000_0000)
    #expect(try Self.wall(.brk, errno: 12, asked: .mebibytes(2)) == .neighbor(neighbor))
    // A page has to stay free above it.
    #expect(try Self.wall(.brk, errno: 12, asked: .mebibytes(1)) == .neighbor(neighbor))
    #expect(
      try Self.wall(.brk, errno: 12, asked: .mebibytes(1) - .kibibytes(4)) == .otherLimit)
  }

  @Test("an mremap that may not move")
  func growth() throws {
    let map = Self.start + [Self.region(0x4800_0000, 0x4801_0000, "", [.read])]
    #expect(
      try Self.wall(.mremap, errno: 12, asked: .mebibytes(200), at: 0x0920_0000, start: map)
        == .otherLimit)
    let asked = ByteCount(0x4000_0000 - 0x0920_0000) + .mebibytes(129)
    let open = [Self.region(0x0900_0000, 0x0910_0000), Self.region(0x0910_1000, 0x0920_0000)]
    #expect(
      try Self.wall(.mremap, errno: 12, asked: .mebibytes(2), at: 0x0900_0000, start: open)
        == .neighbor(Self.region(0x0910_1000, 0x0920_0000)))
    #expect(
      try Self.wall(.mremap, errno: 12, asked: asked, at: 0x0920_0000, start: map)
        == .addressSpace(.exhausted))
  }

  @Test("too many mappings")
  func count() throws {
    let many = (0..<65_530).map { page -> Region in
      let low = 0x1000_0000 + UInt64(page) * 0x2000
      return Self.region(low, low + 0x1000)
    }
    #expect(
      try Self.wall(.mmap2, errno: 12, asked: .kibibytes(4), start: many) == .mappingCount(65_530))
    #expect(
      try Self.wall(.munmap, errno: 12, asked: .kibibytes(4), at: 0x1000_0000, start: many)
        == .mappingCount(65_530))
    let few = Array(many.prefix(65_000))
    #expect(try Self.wall(.mmap2, errno: 12, asked: .kibibytes(4), start: few) == .otherLimit)
  }

  @Test("mprotect of what is not there, and of what is")
  func protection() throws {
    #expect(
      try Self.wall(.mprotect, errno: 12, asked: .mebibytes(1), at: 0x5000_0000) == .request)
    #expect(
      try Self.wall(.mprotect, errno: 12, asked: .mebibytes(1), at: 0x6000_0000) == .otherLimit)
  }

  @Test(
    "other errors",
    arguments: [
      (.mmap, 17, .addressTaken), (.mmap, 1, .notPermitted), (.mmap, 13, .notPermitted),
      (.mmap, 11, .lockedMemory), (.ioSetup, 11, .otherLimit), (.mmap, 22, .request),
      (.mmap, 9, .request), (.mmap, 19, .request), (.mmap, 23, .otherLimit),
      (.mmap, -5, .request), (.mmap, .max, .request),
    ] as [(MapCall, Int32, TraceReport.Wall)])
  func others(call: MapCall, errno: Int32, wall: TraceReport.Wall) throws {
    #expect(try Self.wall(call, errno: errno, asked: .kibibytes(4)) == wall)
  }

  @Test("absurd numbers")
  func absurd() throws {
    let most = ByteCount(.max)
    for call in MapCall.allCases {
      for address in [nil, 0, Address(.max), 0x0900_0000] as [Address?] {
        _ = try #require(try Self.wall(call, errno: 12, asked: most, at: address))
        _ = try #require(try Self.wall(call, errno: 12, asked: .zero, at: address))
      }
    }
  }
}
