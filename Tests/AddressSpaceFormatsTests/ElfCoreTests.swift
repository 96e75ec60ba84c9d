import AddressSpace
import AddressSpaceFormats
import TestSupport
import Testing

/// What a core tells, by cores that are made up.
@Suite("ELF cores")
struct ElfCoreTests {
  static func read(_ core: CoreFile) throws -> Snapshot { try SavedFile.read(core.bytes) }

  /// A 32-bit process as an x86-64 kernel writes it: program, bss, heap, a thread, vdso, stack.
  static var i386: CoreFile {
    var core = CoreFile()
    core.segments = [
      .init(0x5655_5000, 0x1000, 5), .init(0x5655_6000, 0x1000, 6), .init(0x5655_7000, 0x2000, 6),
      .init(0x5700_0000, 0x2_1000, 6), .init(0xF700_0000, 0x1000, 0),
      .init(0xF700_1000, 0x10_0000, 6), .init(0xF7E0_0000, 0x1F_4000, 5),
      .init(0xF7FF_4000, 0x4000, 4), .init(0xF7FF_8000, 0x2000, 4),
      .init(0xF7FF_A000, 0x2000, 5), .init(0xFFF0_0000, 0x2_1000, 6),
    ]
    core.addThread(4711, stack: 0xFFF2_0000)
    core.addProcess(4711, "photo")
    core.addThread(4712, stack: 0xF710_0000)
    core.addAuxiliary([
      (6, 4096), (3, 0x5655_5034), (9, 0x5655_5500), (33, 0xF7FF_A000), (31, 0xFFF2_0FF0),
    ])
    core.addFiles(
      [
        (0x5655_5000, 0x5655_6000, 0, "/opt/photo"), (0x5655_6000, 0x5655_7000, 1, "/opt/photo"),
        (0xF7E0_0000, 0xF7FF_4000, 0, "/lib/libc-2.31.so"),
      ], unit: 4096)
    return core
  }

  @Test("labels, facts and source")
  func labels() throws {
    let snapshot = try Self.read(Self.i386)
    let named = Dictionary(
      snapshot.map.regions.map { ($0.name, $0.range.lower) }, uniquingKeysWith: { $1 })
    #expect(named["[heap]"] == 0x5700_0000 && named["[stack]"] == 0xFFF0_0000)
    #expect(named["[vvar]"] == 0xF7FF_4000 && named["[vvar_vclock]"] == 0xF7FF_8000)
    #expect(named["[vdso]"] == 0xF7FF_A000)
    let kinds = Dictionary(
      snapshot.map.regions.map { ($0.range.lower, $0.kind) }, uniquingKeysWith: { $1 })
    #expect(kinds[0x5655_7000] == .image, "bss")
    #expect(kinds[0xF700_0000] == .stack && kinds[0xF700_1000] == .stack, "the other thread")
    #expect(snapshot.source == Source(kind: .core, pid: 4711, name: "photo"))
    let facts = snapshot.facts
    #expect(facts.wordSize == .bits32 && facts.machine == .i386 && facts.kernelMachine == .x86_64)
    #expect(facts.pageSize == .kibibytes(4) && facts.startOfBreak == 0x5700_0000)
    #expect(facts.libcVersion == LibcVersion(2, 31) && facts.threads?.count == 2)
    #expect(!facts.lacksMappings && !facts.isRead && snapshot.diagnostics.isEmpty)
    let layout = Layout.inferred(from: snapshot.map, facts: facts)
    #expect(layout.name == "linux-i386-4g")
    #expect(Room(map: snapshot.map, layout: layout, facts: facts).isExact)
  }

  @Test("a kernel of its own kind has other segments")
  func nativeKernel() throws {
    var core = CoreFile()
    core.segments = [.init(0x804_8000, 0x1000, 5), .init(0xBFF0_0000, 0x2_1000, 6)]
    core.addThread(1, stack: 0xBFF0_1000, codeSegment: 0x73)
    core.addProcess(1, "init")
    let snapshot = try Self.read(core)
    #expect(snapshot.facts.kernelMachine == .i386)
    #expect(snapshot.map.regions.last?.name == "[stack]")
    let layout = Layout.inferred(from: snapshot.map, facts: snapshot.facts)
    #expect(layout.name == "linux-i386-3g")
  }

  @Test(
    "all word sizes and byte orders",
    arguments: [
      (WordSize.bits32, false, 3, AddressSpace.Machine.i386), (.bits32, false, 40, .arm),
      (.bits32, true, 15, .other), (.bits32, true, 8, .other), (.bits64, false, 62, .x86_64),
      (.bits64, false, 183, .arm64), (.bits64, true, 21, .other),
    ] as [(WordSize, Bool, UInt16, AddressSpace.Machine)])
  func forms(wordSize: WordSize, isBigEndian: Bool, number: UInt16, machine: AddressSpace.Machine)
    throws
  {
    for isExtended in [false, true] {
      var core = CoreFile(wordSize, isBigEndian: isBigEndian, machine: number)
      core.isExtended = isExtended
      core.segments = [
        .init(0x10000, 0x3000, 5), .init(0x13000, 0x1000, 6), .init(0x7000_0000, 0x2000, 6),
      ]
      core.addThread(7, stack: 0x7000_1000)
      core.addProcess(7, "some")
      core.addAuxiliary([(6, 4096), (31, 0x7000_1FF0)])
      core.addFiles([(0x10000, 0x13000, 2, "/bin/some")], unit: 4096)
      let snapshot = try Self.read(core)
      #expect(snapshot.map.regions.map(\.range.lower) == [0x10000, 0x13000, 0x7000_0000])
      #expect(snapshot.map.regions.map(\.access.letters) == ["r-xp", "rw-p", "rw-p"])
      #expect(snapshot.map.regions.map(\.name) == ["/bin/some", "", "[stack]"])
      #expect(snapshot.map.regions[0].offset == 0x2000)
      #expect(snapshot.facts.wordSize == wordSize && snapshot.facts.machine == machine)
      #expect(snapshot.source.pid == 7 && snapshot.source.name == "some")
      #expect(snapshot.diagnostics.isEmpty)
      let layout = Layout.inferred(from: snapshot.map, facts: snapshot.facts)
      let room = Room(map: snapshot.map, layout: layout, facts: snapshot.facts)
      #expect(room.isExact == (wordSize == .bits32 && machine != .other))
    }
  }

  @Test("the list of files in words of the kernel, not of the program")
  func wideFileList() throws {
    var core = CoreFile(.bits32, machine: 8)
    core.segments = [.init(0x40_0000, 0x1000, 5)]
    core.addFiles([(0x40_0000, 0x40_1000, 0, "/bin/mips")], unit: 4096, width: 8)
    #expect(try Self.read(core).map.regions.map(\.name) == ["/bin/mips"])
  }

  @Test("what a debugger writes: only names of some, guards as if they could be read, no [vvar]")
  func debuggers() throws {
    var core = Self.i386
    core.notes.removeAll { $0.kind == 1 }
    core.notes.removeLast()
    core.addFiles(
      [
        (0x5655_5000, 0x5655_6000, 0, "/opt/photo"),
        (0x5655_6000, 0x5655_7000, 0x1000, "/opt/photo"),
        (0xF7E0_0000, 0xF7FF_3000, 0x5000, "/lib/libc.so.6"),
      ], unit: 1)
    core.segments[4].flags = 4
    core.segments.removeSubrange(6...8)
    let snapshot = try Self.read(core)
    let library = try #require(snapshot.map.regions.first { $0.name == "/lib/libc.so.6" })
    #expect(library.size == 0x1F_3000 && library.offset == 0x5000 && library.kind == .image)
    #expect(snapshot.map.region(at: 0xF700_0000)?.access.isNone == true)
    #expect(snapshot.map.region(at: 0xF7FF_9000)?.name == "[vvar]")
    #expect(snapshot.facts.lacksMappings && snapshot.diagnostics.count == 4)
    let layout = Layout.inferred(from: snapshot.map, facts: snapshot.facts)
    #expect(!Room(map: snapshot.map, layout: layout, facts: snapshot.facts).isExact)
  }

  @Test("without segments there is no map")
  func empty() {
    let error = #expect(throws: FormatError.self) { try Self.read(CoreFile()) }
    guard case .foreign(_, let remedy) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(remedy.hasSuffix("."))
  }

  @Test("a program is no core")
  func program() {
    var bytes = Self.i386.bytes
    bytes[16] = 3
    #expect(throws: FormatError.self) { try SavedFile.read(bytes) }
  }
}
