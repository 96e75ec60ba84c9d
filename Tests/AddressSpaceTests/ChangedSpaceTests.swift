import TestSupport
import Testing

@testable import AddressSpace

/// Maps made by hand, of which it is known where a restart would put each part.
@Suite("Spaces after changes")
struct ChangedSpaceTests {
  /// A program at `program` with its heap, a loader and a library under `base`, two threads.
  private static func process(
    base: UInt64, program: UInt64 = 0x0804_8000, stackEnd: UInt64 = 0xFFFF_E000
  ) -> [Region] {
    let file: Region.Access = [.read, .execute]
    let memory: Region.Access = [.read, .write]
    func region(
      _ low: UInt64, _ size: UInt64, _ access: Region.Access, _ name: String = ""
    ) -> Region {
      Region(
        range: AddressRange(Address(low), Address(low + size)) ?? .everything(below: 1),
        access: access, inode: name.hasPrefix("/") ? 7 : 0, name: name)
    }
    let thread: UInt64 = 0x80_1000
    return [
      region(program, 0x5000, file, "/bin/program"),
      region(program + 0x5000, 0x1000, memory, "/bin/program"),
      region(program + 0x6000, 0x2_2000, memory, "[heap]"),
      region(base - 0x20_0000 - 2 * thread, 0x1000, []),
      region(base - 0x20_0000 - 2 * thread + 0x1000, 0x80_0000, memory),
      region(base - 0x20_0000 - thread, 0x1000, []),
      region(base - 0x20_0000 - thread + 0x1000, 0x80_0000, memory),
      region(base - 0x20_0000, 0x1D_0000, file, "/lib/libc.so.6"),
      region(base - 0x3_0000, 0x3_0000, file, "/lib/ld-linux.so.2"),
      region(stackEnd - 0x2_1000, 0x2_1000, memory, "[stack]"),
    ]
  }

  private static var facts: LayoutFacts {
    var facts = LayoutFacts()
    facts.wordSize = .bits32
    facts.machine = .i386
    facts.kernelMachine = .x86_64
    facts.personality = .noRandomization
    facts.isRandomized = false
    facts.legacySysctl = false
    facts.stackLimit = .mebibytes(8)
    facts.startOfBreak = 0x0804_E000
    facts.heap = HeapFacts(top: 0x1000, end: 0x0807_0000)
    facts.isRead = true
    return facts
  }

  private static func changed(
    _ changes: String..., regions: [Region], facts: LayoutFacts = facts
  ) throws -> ChangedSpace {
    let map = AddressMap.assembling(regions).map.classified(with: facts)
    return try ChangedSpace(
      changes.map(Change.init(text:)), of: map, facts: facts,
      layout: Layout.inferred(from: map, facts: facts))
  }

  private func low(_ name: String, in space: ChangedSpace) -> UInt64? {
    space.room.regions.first { $0.name == name }?.range.lower.value
  }

  @Test("another end of user space moves what hangs from it, and the stack")
  func layout() throws {
    let space = try Self.changed(
      "layout=linux-i386-3g", regions: Self.process(base: 0xF7FF_E000))
    #expect(space.room.layout.name == "linux-i386-3g")
    #expect(low("/lib/ld-linux.so.2", in: space) == 0xB800_0000 - 0x3_0000)
    #expect(low("[stack]", in: space) == 0xC000_0000 - 0x2_1000)
    #expect(low("/bin/program", in: space) == 0x0804_8000)
    #expect(low("[heap]", in: space) == 0x0804_E000)
    #expect(space.room.endOfBreak == 0x0807_0000)
    #expect(space.needsRestart && !space.isModelled)
    #expect(space.room.facts.personality?.contains(.limit3GiB) == true)
  }

  @Test("a position-independent program goes along")
  func program() throws {
    var facts = Self.facts
    facts.startOfBreak = 0x5655_B000
    facts.heap?.end = 0x5657_D000
    let space = try Self.changed(
      "layout=linux-i386-3g", regions: Self.process(base: 0xF7FF_E000, program: 0x5655_5000),
      facts: facts)
    #expect(low("/bin/program", in: space) == 0x4100_0000)
    #expect(low("[heap]", in: space) == 0x4100_6000)
    #expect(space.room.facts.startOfBreak == 0x4100_6000)
    #expect(space.room.endOfBreak == 0x4102_8000)
  }

  @Test("smaller stacks close up: what lay below moves up by what is saved")
  func stacks() throws {
    let space = try Self.changed("stack=256K", regions: Self.process(base: 0xF7FF_E000))
    let stacks = space.room.regions.filter { $0.kind == .stack && $0.name != "[stack]" }
    #expect(stacks.map(\.size) == [0x1000, 0x4_0000, 0x1000, 0x4_0000])
    let first = try #require(stacks.first)
    let lowest: Address = 0xF7D7_C000
    #expect(first.range.lower == lowest)
    #expect(low("/lib/libc.so.6", in: space) == 0xF7FF_E000 - 0x20_0000)
  }

  @Test("a larger stack limit lowers the base")
  func base() throws {
    let space = try Self.changed("ulimit=s:1G", regions: Self.process(base: 0xF7FF_E000))
    #expect(low("/lib/ld-linux.so.2", in: space) == 0xBFEF_E000 - 0x3_0000)
    let stack = space.room.regions.first { $0.kind == .stack && !$0.access.isNone }
    #expect(stack?.size == .gibibytes(1))
  }

  @Test("bottom-up becomes top-down: what came first lies highest")
  func mirror() throws {
    var facts = Self.facts
    facts.personality = [.noRandomization, .legacyLayout]
    let memory: Region.Access = [.read, .write]
    let regions = [
      Region(
        range: range(0x0804_8000, 0x5000), access: [.read, .execute], inode: 7, name: "/bin/p"),
      Region(range: range(0x0804_E000, 0x1000), access: memory, name: "[heap]"),
      Region(
        range: range(0x5555_5000, 0x3_0000), access: [.read, .execute], inode: 7,
        name: "/lib/ld-linux.so.2"),
      Region(
        range: range(0x5558_5000, 0x10_0000), access: [.read, .execute], inode: 7,
        name: "/lib/libc.so.6"),
      Region(range: range(0x5569_5000, 0x10_0000), access: memory),
      Region(range: range(0xFFFD_D000, 0x2_1000), access: memory, name: "[stack]"),
    ]
    facts.heap?.end = 0x0804_F000
    let space = try Self.changed("legacy=off", regions: regions, facts: facts)
    #expect(low("/lib/ld-linux.so.2", in: space) == 0xF7FF_E000 - 0x3_0000)
    #expect(low("/lib/libc.so.6", in: space) == 0xF7FF_E000 - 0x13_0000)
    // The hole of 64 KiB stays between the two.
    let memoryLow = space.room.regions.first { $0.kind == .anonymous }?.range.lower.value
    #expect(memoryLow == 0xF7FF_E000 - 0x24_0000)
    #expect(space.room.layout.searches.first?.direction == .topDown)
  }

  private func range(_ low: UInt64, _ size: UInt64) -> AddressRange {
    AddressRange(Address(low), Address(low + size)) ?? .everything(below: 1)
  }

  @Test("without what bears a name: whole images, never what cannot go")
  func without() throws {
    let regions =
      Self.process(base: 0xF7FF_E000) + [
        Region(
          range: range(0x7000_0000, 0x1_0000), access: .read, inode: 9, name: "/data/tiles.db"),
        Region(
          range: range(0x9000_0000, 0x1_0000), access: .read, inode: 9, name: "/data/tiles.db"),
      ]
    let space = try Self.changed("without=tiles.*", regions: regions)
    #expect(low("/data/tiles.db", in: space) == nil)
    #expect(!space.needsRestart)
    #expect(space.room.regions.count == regions.count - 2)
    let refused = #expect(throws: ChangeError.self) {
      try Self.changed("without=*.so*", regions: regions)
    }
    #expect(refused?.description.contains("cannot go") == true)
    let none = #expect(throws: ChangeError.self) {
      try Self.changed("without=nothing*", regions: regions)
    }
    #expect(none?.description.contains("nothing that is mapped") == true)
  }

  @Test("threads take a stack and an aligned arena each")
  func threads() throws {
    let before = Self.process(base: 0xF7FF_E000)
    let space = try Self.changed("threads=2", regions: before)
    let added = space.room.regions.filter { region in !before.contains { $0.range == region.range }
    }
    let arenas = added.filter { $0.kind == .reserved }
    #expect(added.count { $0.kind == .stack } == 4)
    #expect(arenas.count == 2)
    #expect(arenas.allSatisfy { $0.range.upper.value % (1 << 20) == 0 })
    let full = #expect(throws: ChangeError.self) {
      try Self.changed("threads=4000", regions: before)
    }
    #expect(full?.description.contains("find room for their stacks") == true)
  }

  @Test("pieces are counted in whole buffers")
  func tiles() throws {
    let regions = Self.process(base: 0xF7FF_E000)
    let space = try Self.changed("tile=16MiB", regions: regions)
    let whole = try space.forecast(BufferRequest(bytes: 384_000_000), allocator: Allocator(.mmap))
    let pieces = try Forecaster(space.room).forecast(
      BufferRequest(bytes: .mebibytes(16)), allocator: Allocator(.mmap))
    #expect(whole.buffer.fits == pieces.fits / 23)
    #expect(whole.buffer.request.bytes == 384_000_000)
    let small = try space.forecast(BufferRequest(bytes: .mebibytes(1)), allocator: Allocator(.mmap))
    #expect(small.buffer.footprint == .mebibytes(1))
  }

  @Test(
    "what does not apply says why",
    arguments: [
      ("laa", "no Windows program's space"), ("3gb", "no Windows program's space"),
      ("no-aslr", "not randomised"), ("legacy=off", "top-down already"),
      ("layout=linux-i386-4g", "has that layout already"),
      ("layout=wine-4g", "would be another program"),
      ("layout=linux-armv7-3g", "would be another program"),
      ("layout=linux-x86-64", "would be another program"),
    ])
  func refusals(change: String, why: String) {
    let error = #expect(throws: ChangeError.self) {
      try Self.changed(change, regions: Self.process(base: 0xF7FF_E000))
    }
    #expect(error?.description.contains(why) == true, "\(error?.description ?? "")")
  }

  @Test("more than fits below the new end is refused")
  func overflow() {
    let regions =
      Self.process(base: 0xF7FF_E000) + [
        Region(range: range(0x3000_0000, 0xC600_0000), access: [.read, .write])
      ]
    let error = #expect(throws: ChangeError.self) {
      try Self.changed("layout=linux-i386-2g", regions: regions)
    }
    #expect(error?.description.contains("would not fit") == true)
  }

  @Test("the same change twice is refused, different ones are applied in their own order")
  func order() throws {
    let regions = Self.process(base: 0xF7FF_E000)
    let error = #expect(throws: ChangeError.self) {
      try Self.changed("tile=1M", "tile=2M", regions: regions)
    }
    #expect(error == .twice("tile"))
    let one = try Self.changed("tile=16M", "stack=1M", "layout=linux-i386-3g", regions: regions)
    let other = try Self.changed("layout=linux-i386-3g", "stack=1M", "tile=16M", regions: regions)
    #expect(one.changes == other.changes)
    #expect(one.room.regions == other.room.regions)
  }
}
