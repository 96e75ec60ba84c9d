import AddressSpace
import AddressSpaceFormats
import TestSupport
import Testing

/// Minidumps of a process that is known in all of its parts.
@Suite("Minidumps")
struct MinidumpTests {
  static func read(_ bytes: [UInt8]) throws -> (snapshot: Snapshot, room: Room) {
    let snapshot = try SavedFile.read(bytes)
    let layout = Layout.inferred(from: snapshot.map, facts: snapshot.facts)
    return (snapshot, Room(map: snapshot.map, layout: layout, facts: snapshot.facts))
  }

  static func region(_ snapshot: Snapshot, at address: Address) throws -> Region {
    try #require(snapshot.map.region(at: address))
  }

  @Test("every region of the list, with what it is used for")
  func regions() throws {
    let process = SmallWindowsProcess()
    let (snapshot, room) = try Self.read(process.file)
    #expect(snapshot.diagnostics.isEmpty, "\(snapshot.diagnostics.kept)")
    #expect(snapshot.source.kind == .minidump && snapshot.source.pid == 4711)
    #expect(snapshot.source.name == "photo.exe")
    let taken = process.rows.filter { $0.state != 0x1_0000 }
    #expect(
      snapshot.map.regions.map(\.range)
        == taken.map { AddressRange(Address($0.base), Address($0.base + $0.size)) })
    func described(_ address: Address) throws -> String {
      let region = try Self.region(snapshot, at: address)
      return "\(region.kind.rawValue) \(region.access.letters) \(region.name)"
    }
    #expect(try described(0x1_0000) == "shared r--s ")
    #expect(try described(0x3_0000) == "stack ---p [stack:100]")
    #expect(try described(0x12_C000) == "stack ---p [stack:100]")
    #expect(try described(0x12_D000) == "stack rw-p [stack:100]")
    #expect(try described(0x13_0000) == "heap rw-p [heap:0x00130000]")
    #expect(try described(0x13_8000) == "reserved ---p [heap:0x00130000]")
    #expect(try described(0x23_0000) == "heap rw-p [heap:0x00130000]")
    #expect(try described(0x33_0000) == "anonymous rw-p ")
    #expect(try described(0x40_1000) == #"image r-xp C:\Program Files\Photo\photo.exe"#)
    #expect(try described(0x200F_E000) == "stack rw-p [stack:101 loader]")
    #expect(try described(0x7FFD_E000) == "system rw-p [teb:100]")
    #expect(try described(0x7FFD_F000) == "system rw-p [peb]")
    #expect(try described(0x7FFE_0000) == "system r--p [shared user data]")
    #expect(try Self.region(snapshot, at: 0x12_D000).offset == 0xF_D000)
    // 64 KiB below and the last 64 KiB are nobody's; else what the list says is free.
    let free = process.rows.filter { $0.state == 0x1_0000 && $0.base > 0 }
    #expect(
      room.freeSpans.map(\.range)
        == free.map { AddressRange(Address($0.base), Address($0.base + $0.size)) })
    #expect(snapshot.facts.windows?.versions.values.sorted() == ["2.1.0.77", "6.1.7601.17514"])
    #expect(snapshot.facts.threads?.count == 2)
    #expect(snapshot.facts.threads?.defaultStack == .mebibytes(2))
  }

  @Test(
    "the layout is where the list ends",
    arguments: zip(
      SmallWindowsProcess.Space.allCases, ["windows-2g", "windows-3g", "windows-4g"]))
  func layouts(space: SmallWindowsProcess.Space, name: String) throws {
    var process = SmallWindowsProcess()
    process.space = space
    process.isLargeAddressAware = space != .two
    let (snapshot, room) = try Self.read(process.file)
    #expect(room.layout.name == name && !room.layout.isAssumed)
    #expect(room.layout.contradictions.isEmpty)
    #expect(snapshot.facts.windows?.isLargeAddressAware == process.isLargeAddressAware)
    #expect(snapshot.facts.windows?.is64BitSystem == (space == .four))
    #expect(room.isExact && snapshot.diagnostics(under: room).isEmpty)
    let high = room.freeSpans.last { $0.range.lower >= 0x7FFF_0000 }?.range
    switch space {
    case .two: #expect(high == nil)
    case .three: #expect(high == AddressRange(0x7FFF_0000, 0xBFFE_0000))
    case .four: #expect(high == AddressRange(0x8001_0000, 0xFFFE_0000))
    }
    // What the system keeps around 2 GiB is nobody's to give back.
    let pins = try PinRanking(room, for: []).pins()
    for pin in pins where pin.range.lower >= 0x7FFD_0000 { #expect(pin.action == .fixed) }
  }

  @Test("/USERVA: a list that ends between 2 and 3 GiB is believed")
  func userVA() throws {
    var process = SmallWindowsProcess()
    process.space = .three
    var rows = process.rows
    rows[rows.count - 1].size = 0x2000_0000
    var dump = MinidumpWriter()
    dump.addSystem()
    dump.addRegions(rows)
    let room = try Self.read(dump.file).room
    #expect(room.layout.name == "windows-3g")
    #expect(room.layout.space.upper == 0x9FFF_0000)
    #expect(room.freeSpans.last?.range == AddressRange(0x7FFF_0000, 0x9FFE_0000))
  }

  @Test("commit limit, what is held, and the wall")
  func commit() throws {
    var process = SmallWindowsProcess()
    process.commitPages = (limit: 0x4_0000, used: 0x3_0000)
    let (snapshot, room) = try Self.read(process.file)
    #expect(
      snapshot.facts.limits?.commit == CommitLimit(limit: .gibibytes(1), used: .mebibytes(768)))
    #expect(
      snapshot.facts.held == HeldMemory(resident: .mebibytes(3), committed: .mebibytes(5)))
    let forecast = try Forecaster(room).forecast(BufferRequest(text: "100MiB"))
    #expect(forecast.fits == 2 && forecast.limitingWall?.name == .commitLimit)
    #expect(!forecast.isExact && forecast.bound == .atLeast)
    #expect(forecast.walls.first?.fits ?? 0 > 10)
    let none = try Forecaster(room).forecast(BufferRequest(text: "300MiB"))
    #expect(none.fits == 0 && none.verdict == .limited)
    #expect(room.largestRequest(by: Allocator(.virtualalloc)) == .mebibytes(256))
    process.commitPages = nil
    let private32 = process.rows.filter { $0.state == 0x1000 && $0.type == 0x2_0000 }
    #expect(
      try Self.read(process.file).snapshot.facts.held?.committed
        == ByteCount(private32.reduce(0) { $0 + $1.size }))
  }

  @Test("parts of one allocation go together")
  func groups() throws {
    let room = try Self.read(SmallWindowsProcess().file).room
    let pins = try PinRanking(room, for: [(BufferRequest(text: "1MiB"), .usual(in: room.layout))])
      .pins()
    func action(_ low: Address, _ high: Address) -> Pin.Action? {
      pins.first { $0.range == AddressRange(low, high) }?.action
    }
    // The second thread's stack stands alone; so do the page and the library.
    #expect(action(0x2000_0000, 0x2010_0000) == .smallerStack)
    #expect(action(0x1000_0000, 0x1002_0000) == .rebase)
    #expect(action(0x40_0000, 0x40_8000) == .fixed)
    #expect(action(0x33_0000, 0x33_1000) == .free)
    let origins = OriginRules(room)
    func owner(_ address: Address) -> String? {
      room.regions.firstIndex { $0.range.lower == address }.flatMap { origins.origin(at: $0) }
        .map { "\($0.name) \($0.certainty.rawValue)" }
    }
    #expect(owner(0x13_0000) == "Windows heap certain")
    #expect(owner(0x27_0000) == "Windows heap certain")
    #expect(owner(0x3_0000) == "thread stack certain")
    #expect(owner(0x33_0000) == "VirtualAlloc possible")
  }

  @Test("without a list of regions what is known is taken, and free is at most")
  func withoutList() throws {
    var process = SmallWindowsProcess()
    process.hasRegions = false
    process.commitPages = (limit: 0x40_0000, used: 0)
    let (snapshot, room) = try Self.read(process.file)
    #expect(snapshot.facts.lacksMappings)
    #expect(!room.isExact && room.isUpperBound)
    #expect(snapshot.diagnostics.kept.contains { $0.message.contains("upper bound") })
    // The whole stack by its block, not only what of it was saved.
    #expect(
      try Self.region(snapshot, at: 0x8_0000).range == AddressRange(0x3_0000, 0x13_0000))
    #expect(try Self.region(snapshot, at: 0x8_0000).name == "[stack:100]")
    #expect(try Self.region(snapshot, at: 0x13_0000).name == "[heap:0x00130000]")
    #expect(
      try Self.region(snapshot, at: 0x7700_0000).range.size == ByteCount(0x18_0000))
    let (_, full) = try Self.read(SmallWindowsProcess().file)
    #expect(room.freeBytes >= full.freeBytes)
    let forecast = try Forecaster(room).forecast(BufferRequest(text: "8000x6000x4x2"))
    #expect(forecast.bound == .atMost && forecast.fits >= 4)
  }

  @Test("entries of other sizes, lists with padding, rows in any order")
  func writers() throws {
    let process = SmallWindowsProcess()
    let expected = try Self.read(process.file).snapshot.map.regions.map(\.range)
    for (entry, header) in [(48, 16), (44, 16), (64, 32)] as [(UInt32, UInt32)] {
      var dump = MinidumpWriter()
      dump.addSystem()
      dump.addRegions(process.rows.reversed(), entry: entry, header: header)
      let (snapshot, _) = try Self.read(dump.file)
      #expect(snapshot.map.regions.map(\.range) == expected)
      #expect(snapshot.diagnostics.isEmpty)
    }
    var dump = MinidumpWriter()
    dump.addSystem()
    dump.addModules([(0x40_0000, 0x8000, #"C:\a.exe"#, [])], padded: true)
    #expect(try Self.read(dump.file).snapshot.map.regions.first?.name == #"C:\a.exe"#)
  }

  @Test("what a list leaves out where it tells what is free is not free")
  func holes() throws {
    var dump = MinidumpWriter()
    dump.addSystem()
    dump.addRegions([
      .free(0, 0x10_0000), .memory(0x20_0000, 0x1_0000, in: 0x20_0000),
      .free(0x21_0000, 0x7FDE_0000),
    ])
    let room = try Self.read(dump.file).room
    #expect(room.freeSpans.map(\.range.lower) == [0x1_0000, 0x21_0000])
    #expect(room.freeSpans.first?.range.upper == 0x10_0000)
  }

  @Test("a list of what is taken only: what lies between is free")
  func takenOnly() throws {
    var dump = MinidumpWriter()
    dump.addSystem()
    dump.addRegions(SmallWindowsProcess().rows.filter { $0.state != 0x1_0000 })
    let (snapshot, room) = try Self.read(dump.file)
    #expect(snapshot.facts.windows?.end == nil)
    #expect(room.layout.name == "windows-2g" && room.layout.isAssumed)
    #expect(room.freeBytes == (try Self.read(SmallWindowsProcess().file)).room.freeBytes)
  }

  @Test("a 64-bit process: address space is not its limit")
  func wide() throws {
    var dump = MinidumpWriter()
    dump.addSystem(processor: 9)
    dump.addModules([(0x7FF7_0000_0000, 0x1_0000, #"C:\a.exe"#, [])])
    dump.addRegions([
      .free(0, 0x7FFE_0000), .memory(0x7FFE_0000, 0x1000, in: 0x7FFE_0000, protection: 2),
      .free(0x7FFE_1000, 0x7FF6_8001_F000),
      .image(0x7FF7_0000_0000, 0x1_0000, in: 0x7FF7_0000_0000),
      .free(0x7FF7_0001_0000, 0x8_FFFE_0000),
    ])
    let (snapshot, room) = try Self.read(dump.file)
    #expect(room.layout.name == "windows-x64" && room.layout.wordSize == .bits64)
    #expect(snapshot.facts.machine == .x86_64)
    #expect(room.layout.space.upper == 0x7FFF_FFFF_0000)
    #expect(!room.isExact)
  }

  @Test("a 32-bit program that a 64-bit one dumped", arguments: [true, false])
  func outside(isAware: Bool) throws {
    var dump = MinidumpWriter()
    dump.addSystem(processor: 9)
    dump.addModules([
      (0x40_0000, 0x8000, #"C:\a.exe"#, []),
      (0x7710_0000, 0x1000, #"C:\Windows\System32\wow64.dll"#, []),
    ])
    var rows: [MinidumpWriter.Row] = [
      .free(0, 0x40_0000), .image(0x40_0000, 0x8000, in: 0x40_0000), .free(0x40_8000, 0x76CF_8000),
      .image(0x7710_0000, 0x1000, in: 0x7710_0000), .free(0x7710_1000, 0x8ED_F000),
      .memory(0x7FFE_0000, 0x1000, in: 0x7FFE_0000, protection: 2),
      .reserve(0x7FFE_1000, 0xF000, in: 0x7FFE_0000),
    ]
    rows +=
      isAware
      ? [
        .free(0x7FFF_0000, 0x7FFF_0000), .reserve(0xFFFE_0000, 0x7FE_0001_0000, in: 0xFFFE_0000),
        .free(0x7FE_FFFF_0000, 0x7800_FFFF_0000),
      ]
      : [
        .reserve(0x7FFF_0000, 0x7FE_8000_0000, in: 0x7FFF_0000),
        .free(0x7FE_FFFF_0000, 0x7800_FFFF_0000),
      ]
    dump.addRegions(rows)
    let (snapshot, room) = try Self.read(dump.file)
    #expect(room.layout.name == (isAware ? "windows-4g" : "windows-2g"))
    #expect(room.layout.wordSize == .bits32 && snapshot.facts.windows?.is64BitSystem == true)
    #expect(snapshot.diagnostics(under: room).isEmpty, "\(snapshot.diagnostics(under: room).kept)")
    #expect(room.freeSpans.contains { $0.range.lower >= 0x7FFF_0000 } == isAware)
  }
}
