import AddressSpace
import SystemPackage
import TestSupport
import Testing

@testable import AddressSpaceFormats

@Suite("Saved in another form, a snapshot is the same")
struct ConvertTests {
  @Test("every file that can be read", arguments: ConvertedFiles.forms)
  func files(form: ConvertedFiles.Form) throws {
    #expect(ConvertedFiles.all.count >= 40)
    for (path, snapshot) in ConvertedFiles.all {
      try ConvertedFiles.expectSame(snapshot, in: form, path.string)
      let again = try SavedFile.read(form.write(snapshot))
      for other in ConvertedFiles.forms {
        // Through both forms, and text that was written once stays as it is.
        try ConvertedFiles.expectSame(again, in: other, path.string)
      }
    }
  }

  @Test("facts of all kinds", arguments: ConvertedFiles.forms)
  func facts(form: ConvertedFiles.Form) throws {
    var random = SeededGenerator(seed: 71)
    let bare = try MapsParser.parse(Array(CaptureTests.maps.utf8))
    for round in 0..<500 {
      var facts = CaptureTests.random(&random)
      facts.isRead = Bool.random(using: &random)
      if Bool.random(using: &random) { facts.windows = Self.windows(&random) }
      facts.contents = Bool.random(using: &random) ? Self.contents(&random) : nil
      facts.threads = Bool.random(using: &random) ? Self.threads(&random) : nil
      if facts.limits == LimitFacts() { facts.limits = nil }
      facts.limits?.commit = Bool.random(using: &random) ? CommitLimit(limit: 9, used: 7) : nil
      if facts.held == HeldMemory() { facts.held = nil }
      let snapshot = Snapshot(
        source: Source(kind: .core, pid: 7, name: "photo 2"),
        map: bare.map, facts: facts)
      try ConvertedFiles.expectSame(snapshot, in: form, "round \(round)")
    }
  }

  private static func windows(_ random: inout SeededGenerator) -> WindowsFacts {
    var windows = WindowsFacts()
    windows.version = Bool.random(using: &random) ? "10.0.19045" : nil
    windows.is64BitSystem = [true, false, nil].randomElement(using: &random) ?? nil
    windows.isLargeAddressAware = [true, false, nil].randomElement(using: &random) ?? nil
    windows.versions =
      [
        [:], ["C:\\Program Files\\a b.dll": "6.1.7601", "\u{305}x": "2"],
      ].randomElement(using: &random) ?? [:]
    windows.end = Bool.random(using: &random) ? 0x7FFF_0000 : nil
    return windows
  }

  private static func contents(_ random: inout SeededGenerator) -> ContentFacts {
    let owners = Origin.Owner.known + [Origin.Owner("somebody else: 7")]
    return ContentFacts(
      (0..<UInt64.random(in: 0...4, using: &random)).compactMap { index in
        guard let range = AddressRange(Address(index << 16), Address(index << 16 + 4096)),
          let owner = owners.randomElement(using: &random),
          let certainty = Origin.Certainty.allCases.randomElement(using: &random)
        else { return nil }
        return ContentFacts.Piece(range, Origin(owner, certainty))
      }, isComplete: Bool.random(using: &random))
  }

  private static func threads(_ random: inout SeededGenerator) -> ThreadFacts {
    let kinds = TaskLimit.Kind.allCases.filter { _ in Bool.random(using: &random) }
    return ThreadFacts(
      count: UInt64.random(in: 1...99, using: &random),
      defaultStack: Bool.random(using: &random) ? .mebibytes(8) : nil,
      vectorBytes: Bool.random(using: &random) ? 136 : nil,
      idleStacks: [nil, [], AddressRange(0x2000_0000, 0x2001_0000).map { [$0] }]
        .randomElement(using: &random) ?? nil,
      environments: Bool.random(using: &random) ? 3 : nil,
      limits: kinds.map { TaskLimit($0, limit: 4096, used: 17) })
  }

  @Test("names, kinds and traits that no map line can say", arguments: ConvertedFiles.forms)
  func hostileRegions(form: ConvertedFiles.Form) throws {
    let names = [
      "", " ", "\t", "  x", "x  ", "a\nb", "a\r", "\r\n", "\u{1B}[31mred", "\\", "\\{a}", "\\n",
      "a\u{0}b", "[rollup]", "[heap]", "[stack]", "# kind: x", "\"quoted\"", "\u{202E}gpj", "é",
      "C:\\Windows\\System32\\ntdll.dll", "[stack64:1a2b]", "\u{1F600}", "\u{FFFD}", "Name: x",
      "08048000-08049000 r-xp 0 0:0 0", "/dev/zero (deleted)", "\u{85}", "\u{2028}",
      "\u{305}\u{7F}", "\u{305}x", " \u{305}", "a \u{20D0}:\u{305}",
    ]
    var random = SeededGenerator(seed: 72)
    for round in 0..<300 {
      var regions: [Region] = []
      var place: UInt64 = 0x1_0000
      for _ in 0..<Int.random(in: 1...8, using: &random) {
        place += UInt64.random(in: 0...3, using: &random) << 12
        let end = place + UInt64.random(in: 1...300, using: &random) << 12
        regions.append(
          Region(
            range: try #require(AddressRange(Address(place), Address(end))),
            access: Region.Access(rawValue: UInt8.random(in: 0...15, using: &random)),
            offset: UInt64.random(in: 0...UInt64.max, using: &random),
            inode: [0, 1, UInt64.max].randomElement(using: &random) ?? 0,
            name: names.randomElement(using: &random) ?? "",
            traits: Region.Traits(rawValue: UInt8.random(in: 0...7, using: &random)),
            kind: Region.Kind.allCases.randomElement(using: &random)))
        place = end
      }
      var facts = LayoutFacts()
      // Of Windows the kinds are as the source says, else neighbours have a say.
      if round % 2 == 0 { facts.windows = WindowsFacts() }
      facts.startOfBreak = round % 3 == 0 ? 0x1_1000 : nil
      facts.contents = round % 5 == 0 ? ContentFacts([], isComplete: true) : nil
      let snapshot = Snapshot(
        source: Source(kind: .minidump), map: AddressMap.assembling(regions).map, facts: facts)
      try ConvertedFiles.expectSame(snapshot, in: form, "round \(round)")
      // Nothing in it moves a terminal's cursor.
      let text = String(decoding: form.write(snapshot), as: UTF8.self)
      #expect(!text.unicodeScalars.contains { $0 != "\n" && EscapedName.isControl($0) })
    }
  }

  @Test("regions of Windows", arguments: ConvertedFiles.forms)
  func windowsRegions(form: ConvertedFiles.Form) throws {
    let uses: [WindowsRegion.Use?] = [
      nil, .heap(id: "2"), .managedHeap, .stack(thread: "1f3c", is64Bit: false),
      .stack(thread: "1f3c", is64Bit: true), .threadEnvironment(thread: "1f3c"),
      .processEnvironment, .system,
    ]
    var regions: [Region] = []
    var place: UInt64 = 0x1_0000
    for use in uses {
      for state in [WindowsRegion.State.committed, .reserved] {
        for type in [WindowsRegion.MemoryType.image, .mapped, .privateMemory, nil] {
          for (protection, path) in [(0x104, ""), (0x20, "C:\\Program Files\\a b.dll"), (0x8, "x")]
          {
            let range = try #require(AddressRange(Address(place), Address(place + 0x3000)))
            regions.append(
              WindowsRegion(
                range: range, allocationBase: Address(place & ~0xFFFF), state: state,
                protection: WindowsProtection(rawValue: UInt32(protection)), type: type,
                path: path, use: use
              ).region)
            place += 0x4000
          }
        }
      }
    }
    var facts = LayoutFacts()
    facts.windows = WindowsFacts()
    facts.windows?.end = 0x7FFF_0000
    let snapshot = Snapshot(
      source: Source(kind: .minidump), map: AddressMap.assembling(regions).map, facts: facts)
    let told = snapshot.map.regions.filter {
      $0.kind != Region.Kind(name: $0.name, access: $0.access, inode: $0.inode)
    }
    #expect(told.count > 50)
    try ConvertedFiles.expectSame(snapshot, in: form, "Windows")
    let saved = try SavedFile.read(form.write(snapshot))
    #expect(saved.source.kind == (form.testDescription == "JSON" ? .minidump : .maps))
  }

  @Test("more that could not be read than is kept is still counted")
  func manyDiagnostics() throws {
    let bad = Array(
      ("08048000-08049000 r-xp 0 0:0 0\n" + String(repeating: "x y\n", count: 1500)).utf8)
    let snapshot = try MapsParser.parse(bad)
    for form in ConvertedFiles.forms {
      let saved = try SavedFile.read(form.write(snapshot))
      #expect(saved.diagnostics.count == 1001)
      let again = try SavedFile.read(form.write(saved))
      #expect(again.diagnostics.count == 1001)
    }
  }
}

extension Region.Kind {
  /// What the columns alone tell.
  fileprivate init(name: String, access: Region.Access, inode: UInt64) {
    let range = AddressRange.everything(below: 4096)
    self = Region(range: range, access: access, inode: inode, name: name).kind
  }
}
