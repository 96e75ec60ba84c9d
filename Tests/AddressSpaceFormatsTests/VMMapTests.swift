import AddressSpace
import AddressSpaceFormats
import SystemPackage
import TestSupport
import Testing

@Suite("What VMMap saves")
struct VMMapTests {
  static let files = ["vmmap.csv", "vmmap-german.csv", "vmmap.mmp"]

  @Test("the same process as WinDbg lists it", arguments: files)
  func forms(name: String) throws {
    let snapshot = try WindowsFiles.snapshot(name)
    let list = try WindowsFiles.snapshot("address-plus.txt")
    #expect(snapshot.source.kind == .vmmap)
    #expect(snapshot.map.regions.map(\.range) == list.map.regions.map(\.range))
    #expect(snapshot.facts.windows?.end == 0x7FFF_0000)
    #expect(!snapshot.facts.lacksMappings)
    #expect(snapshot.facts.wordSize == .bits32)
    for (one, other) in zip(snapshot.map.regions, list.map.regions) {
      #expect(one.access == other.access, "\(one.range)")
      #expect(one.offset == other.offset, "\(one.range)")
      // What VMMap calls private or shareable, WinDbg knows more of.
      if other.kind != .system { #expect(one.kind == other.kind, "\(one.range)") }
      if other.kind == .image { #expect(one.name == other.name, "\(one.range)") }
    }
    #expect(snapshot.map.region(at: 0x40000)?.name == "[stack:6672]")
    #expect(snapshot.map.region(at: 0x150000)?.name == "[heap:1]")
    #expect(snapshot.map.region(at: 0x7EFD_B000)?.name == "[teb:6672]")
  }

  @Test("process and totals")
  func totals() throws {
    let snapshot = try WindowsFiles.snapshot("vmmap.csv")
    #expect(snapshot.source.pid == 4711)
    #expect(snapshot.source.name == "photo.exe")
    #expect(snapshot.facts.held?.committed == ByteCount(485_064_704))
    #expect(snapshot.diagnostics.isEmpty)
  }

  /// VMMap's own figures, by its own rule: of each gap what lies below the next 64 KiB is unusable.
  @Test(
    "free and unusable memory are what VMMap counts",
    arguments: [("own", "vmmap.csv"), ("shared", "vmmap/devenv-x86-vmmap.csv")])
  func freeAndUnusable(place: String, name: String) throws {
    let folder = place == "own" ? WindowsFiles.own : Fixtures.shared
    guard let folder else { return }
    let bytes = try Fixtures.bytes(folder.appending(name))
    let snapshot = try WindowsFiles.snapshot(bytes)
    let end = try #require(snapshot.facts.windows?.end)
    var (free, unusable, largest, count) = (ByteCount.zero, ByteCount.zero, ByteCount.zero, 0)
    for gap in WindowsFiles.gaps(in: snapshot.map, end: end) {
      let base = min(gap.upper, gap.lower.roundedUp(to: .kibibytes(64)) ?? gap.upper)
      unusable += base - gap.lower
      guard let rest = AddressRange(base, gap.upper) else { continue }
      free += rest.size
      largest = max(largest, rest.size)
      count += 1
    }
    let text = String(decoding: bytes, as: UTF8.self)
    func row(_ type: String) throws -> [String] {
      let line = try #require(
        text.split(whereSeparator: \.isNewline).first { $0.hasPrefix("\"\(type)\"") })
      return line.split(separator: "\"", omittingEmptySubsequences: false)
        .enumerated().filter { $0.offset % 2 == 1 }.map {
          String($0.element).replacing(",", with: "")
        }
    }
    #expect(try row("Free")[1] == "\(free.value >> 10)")
    #expect(try row("Free")[9] == "\(count)")
    #expect(try row("Free")[10] == "\(largest.value >> 10)")
    #expect(try row("Unusable")[1] == "\(unusable.value >> 10)")
    if place == "shared" {
      #expect(free.value >> 10 == 3_131_712 && count == 188)
      #expect(largest.value >> 10 == 2_083_712 && unusable.value >> 10 == 25_228)
      #expect(snapshot.diagnostics.isEmpty && !snapshot.facts.lacksMappings)
    }
    // Kinds by their types: what is an image takes what VMMap counts, and so do the others.
    let image = snapshot.map.regions.filter { $0.kind == .image }.map(\.size).total()
    #expect(try row("Image")[1] == "\(image.value >> 10)")
    let stacks = snapshot.map.regions.filter { $0.kind == .stack }.map(\.size).total()
    #expect(try row("Stack")[1] == "\(stacks.value >> 10)")
  }

  @Test("sizes in every locale", arguments: [".", "'", " ", "\u{A0}", "\u{202F}", "\u{2019}", ""])
  func separators(mark: String) throws {
    let text = try WindowsFiles.text("vmmap-german.csv")
    let lines = text.components(every: "\r\r\n").map { line in
      line.fields.enumerated().map { column, field in
        (1...9).contains(column) && field.contains(".") && field.allSatisfy { $0 != "i" }
          ? field.replacing(".", with: mark) : field
      }.joined(separator: "\"")
    }
    let other = try WindowsFiles.snapshot(of: lines.joined(separator: "\r\r\n"))
    #expect(other.map.regions == (try WindowsFiles.snapshot("vmmap.csv").map.regions))
  }

  @Test("generations of a collected heap that begin in the middle of a page")
  func cracks() throws {
    let text = """
      "Address","Type","Size","Committed","Private","Blocks","Protection","Details",
      "040A0000","Managed Heap","1,024","512","512","4","Read/Write","GC"
      "  040A0000","Managed Heap","4","4","4","","Read/Write","GC"
      "  040A1000","Managed Heap","375","375","375","","Read/Write","Gen2"
      "  040FEF34","Managed Heap","132","132","132","","Read/Write","Gen1"
      "  04120000","Managed Heap","512","","","","Reserved",""
      """
    let regions = try WindowsFiles.snapshot(of: text).map.regions
    #expect(
      regions.map(\.range.description) == [
        "0x040a0000-0x040a1000", "0x040a1000-0x040fe000", "0x040fe000-0x04120000",
        "0x04120000-0x041a0000",
      ])
    #expect(regions.map(\.kind) == [.anonymous, .anonymous, .anonymous, .reserved])
    #expect(regions.allSatisfy { $0.name == "[managed heap]" })
  }

  @Test("rows that are missing are told by the totals")
  func missing() throws {
    var lines = try WindowsFiles.text("vmmap.csv").components(every: "\r\r\n")
    lines.removeAll { $0.contains("12340000") }
    let snapshot = try WindowsFiles.snapshot(of: lines.joined(separator: "\r\r\n"))
    #expect(snapshot.facts.lacksMappings)
    #expect(snapshot.facts.windows?.end == 0x7FFF_0000)
    #expect(snapshot.diagnostics.count == 1)
  }

  @Test("snapshots of a saved file: the last, or the one that is asked for")
  func snapshots() throws {
    let last = try WindowsFiles.snapshot("vmmap.mmp")
    let (first, second) = (
      try WindowsFiles.snapshot("vmmap.mmp", number: 1),
      try WindowsFiles.snapshot("vmmap.mmp", number: 2)
    )
    #expect(second.map.regions == last.map.regions)
    #expect(last.map.region(at: 0x1234_0000) != nil && first.map.region(at: 0x1234_0000) == nil)
    #expect(last.map.regions.count == first.map.regions.count + 1)
    #expect(first.diagnostics.isEmpty && last.diagnostics.count == 1)
    #expect(first.facts.windows?.end == 0x7FFF_0000)
    for number in [0, 3, -2] {
      let error = #expect(throws: FormatError.noSnapshot(number, of: 2)) {
        try WindowsFiles.snapshot("vmmap.mmp", number: number)
      }
      #expect(error?.description.contains("1 to 2") == true)
    }
  }

  @Test("UTF-16, single quotes, entities, comments, nested regions")
  func otherXML() throws {
    let text = try WindowsFiles.text("vmmap.mmp")
    let wanted = try WindowsFiles.snapshot("vmmap.mmp")
    for bytes in [
      WindowsFiles.utf16(text, lowFirst: true), WindowsFiles.utf16(text, lowFirst: false),
      Array("\u{FEFF}\(text)".utf8),
    ] {
      #expect(try WindowsFiles.snapshot(bytes).map.regions == wanted.map.regions)
    }
    let small = """
      <root><Snapshots><Snapshot Timestamp='1' PageTableSize='0'><MemoryRegions>
      <!-- <Region Address="0" Size="4096" UseType="4" Type="Private Data"/> -->
      <Region Address='65536' Blocks='2' Size='8192' Commit='4096' Protection='4' UseType='2'
        Type='Image' Details='C:\\a &amp; b&#x21;&unknown;&lt;.dll'>
        <Region Address='65536' Blocks='0' Size='4096' Commit='4096' Protection='2' Type='Image'/>
        <Region Address='69632' Blocks='0' Size='4096' Commit='0' Protection='0' Type='Image'/>
      </Region></MemoryRegions></Snapshot></Snapshots></root>
      """
    let regions = try WindowsFiles.snapshot(of: small).map.regions
    #expect(regions.map(\.name) == [#"C:\a & b!&unknown;<.dll"#, #"C:\a & b!&unknown;<.dll"#])
    #expect(regions.map(\.access) == [.read, []])
  }

  @Test("no entity of its own is expanded, no depth is too deep")
  func bombs() throws {
    let region = """
      <Snapshot PageTableSize="1"><MemoryRegions><Region Address="65536" Size="4096" Blocks="1"
      Commit="4096" Protection="4" UseType="4" Type="Private Data" Details="&b;"/></MemoryRegions>
      """
    let bomb = """
      <?xml version="1.0"?><!DOCTYPE root [<!ENTITY a "0123456789"><!ENTITY b "&a;&a;&a;&a;&a;">]>
      <root><Snapshots>\(region)</Snapshot></Snapshots></root>
      """
    #expect(try WindowsFiles.snapshot(of: bomb).map.regions.count == 1)
    let deep =
      "<root>\(region)" + String(repeating: "<Region a='1'>", count: 200_000) + "</Snapshot></root>"
    #expect(try WindowsFiles.snapshot(of: deep).map.regions.count == 1)
  }

  @Test("any damage", arguments: files)
  func damaged(name: String) throws {
    let bytes = try WindowsFiles.bytes(name)
    try WindowsFiles.damage(bytes, seed: 7, step: 97, times: 60)
  }
}

extension String {
  fileprivate func components(every mark: String) -> [String] {
    split(separator: mark, omittingEmptySubsequences: false).map(String.init)
  }

  /// What stands between quotation marks, at odd places, and around them.
  fileprivate var fields: [String] { components(every: "\"") }
}
