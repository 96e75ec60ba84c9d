import AddressSpace
import AddressSpaceFormats
import SystemPackage
import TestSupport
import Testing

@Suite("What WinDbg prints of memory")
struct WinDbgTests {
  static let lists = [
    "address-blocks.txt", "address-star.txt", "address-plus.txt", "address-wow64.txt",
    "address-values.csv", "vadump.txt",
  ]

  private func room(_ snapshot: Snapshot) -> Room {
    Room(
      map: snapshot.map, layout: .inferred(from: snapshot.map, facts: snapshot.facts),
      facts: snapshot.facts)
  }

  @Test("one process in every form gives one map", arguments: lists)
  func forms(name: String) throws {
    let snapshot = try WindowsFiles.snapshot(name)
    let first = try WindowsFiles.snapshot(Self.lists[0])
    #expect(snapshot.source.kind == .windbg)
    #expect(snapshot.map.regions.map(\.range) == first.map.regions.map(\.range))
    #expect(snapshot.facts.windows?.end == 0x7FFF_0000)
    #expect(!snapshot.facts.lacksMappings)
    #expect(snapshot.diagnostics.isEmpty, "\(snapshot.diagnostics)")
    #expect(snapshot.facts.wordSize == .bits32)
    #expect(room(snapshot).isExact)
    #expect(room(snapshot).layout.name == "windows-2g")
  }

  @Test("who uses what", arguments: ["address-star.txt", "address-plus.txt", "address-wow64.txt"])
  func uses(name: String) throws {
    let map = try WindowsFiles.snapshot(name).map
    func region(_ address: Address) throws -> Region { try #require(map.region(at: address)) }
    #expect(try region(0x40000).name == "[stack:6672]")
    #expect(try region(0x40000).kind == .stack)
    #expect(try region(0x13B000).access == [], "a guard page allows nothing")
    #expect(try region(0x7EFD_B000).name == "[teb:6672]")
    #expect(try region(0x7EFD_E000).name == "[peb]")
    #expect(try region(0x150000).name == "[heap:1]")
    #expect(try region(0x150000).kind == .heap)
    #expect(try region(0x18D000).kind == .reserved)
    #expect(try region(0x250000).name.hasSuffix("locale.nls"))
    #expect(try region(0x250000).kind == .file)
    #expect(try region(0x10000).kind == .shared)
    #expect(try region(0x6D000000).name == #"C:\Windows\System32\filter [old]; 2.dll"#)
    #expect(try region(0x6D001000).kind == .image)
    #expect(try region(0x6D001000).access == [.read, .execute])
    #expect(try region(0x6D001000).offset == 0x1000, "where it begins in its allocation")
    #expect(try region(0x30000).kind == .system)
    #expect(try region(0x3F00_0000).kind == .file)
    let snapshot = try WindowsFiles.snapshot(name)
    #expect(snapshot.source.pid == 4711)
    #expect(snapshot.source.name == "photo.exe")
  }

  @Test("the blocks of the oldest form tell paths and threads")
  func blocks() throws {
    let map = try WindowsFiles.snapshot("address-blocks.txt").map
    #expect(map.region(at: 0x400000)?.name == #"C:\Program Files (x86)\Photo\photo.exe"#)
    #expect(map.region(at: 0x710000)?.name == "[stack:6692]")
    #expect(map.region(at: 0x7EFDE000)?.name == "[peb]")
    #expect(map.region(at: 0x401000)?.offset == 0x1000)
  }

  @Test("the totals that a log prints are those of its list")
  func totals() throws {
    let text = try WindowsFiles.text("address-plus.txt")
    let snapshot = try WindowsFiles.snapshot("address-plus.txt")
    let printed = try #require(Summary(text))
    let gaps = WindowsFiles.gaps(in: snapshot.map, end: 0x7FFF_0000)
    #expect(gaps.map(\.size).total() == printed.free)
    #expect(gaps.count == printed.freeCount)
    #expect(gaps.max { $0.size < $1.size } == printed.largest)
    #expect(snapshot.map.regions.count == printed.busyCount)
    #expect(
      snapshot.map.regions.filter { $0.kind == .image }.map(\.size).total() == printed.image)
  }

  @Test("a list and the summary of the same process leave the same room")
  func summary() throws {
    let list = room(try WindowsFiles.snapshot("address-plus.txt"))
    let snapshot = try WindowsFiles.snapshot("address-summary.txt")
    let summary = room(snapshot)
    // A summary counts the lowest 64 KiB, which are in no layout.
    #expect(summary.freeBytes == list.freeBytes + .kibibytes(64))
    #expect(summary.spaceBytes == list.spaceBytes + .kibibytes(64))
    #expect(summary.mappedBytes == ByteCount(0x7FFF_0000) - summary.freeBytes)
    #expect(summary.largestFreeSpan?.range == list.largestFreeSpan?.range)
    #expect(summary.regionCount == snapshot.facts.summary?.regions)
    #expect(summary.regionCount == list.regions.count { $0.name != "[never handed out]" })
    #expect(summary.freeSpanCount == 22)
    #expect(!summary.isExact)
    #expect(snapshot.diagnostics.isEmpty)
    for size in [100_000, 48_000_000, 384_000_000] as [UInt64] {
      let request = BufferRequest(bytes: ByteCount(size))
      let (few, all) = (
        try Forecaster(summary).forecast(request), try Forecaster(list).forecast(request)
      )
      #expect(few.fits <= all.fits && !few.isExact && few.fits > 0)
    }
    #expect(try PinRanking(summary, for: []).pins().isEmpty, "what is not listed is no pin")
  }

  @Test("random spaces in every form", arguments: 0..<20 as Range<UInt64>)
  func random(seed: UInt64) throws {
    let space = DebuggerText(seed: seed)
    let texts = [
      space.table(marks: ("+", " "), backtick: false),
      space.table(marks: ("*", "|-"), backtick: false),
      space.table(marks: ("+", " "), backtick: true),
      space.table(marks: ("", ""), backtick: false),
      space.table(marks: ("+", " "), backtick: false, wrappedAt: 40),
      space.table(marks: ("+", " "), backtick: true, wrappedAt: 61),
      space.blocks(dash: "-"), space.blocks(dash: "\u{2013}"), space.blocks(dash: "\u{2014}"),
      space.vadump(),
    ]
    for (number, text) in texts.enumerated() {
      let noisy = text.replacing("\n", with: "\r\n")
      for bytes in [
        Array(text.utf8), Array(noisy.utf8), WindowsFiles.utf16(text, lowFirst: true),
        WindowsFiles.utf16(text, lowFirst: false),
      ] {
        let snapshot = try WindowsFiles.snapshot(bytes)
        #expect(
          snapshot.map.regions.map(\.range) == space.taken, "form \(number), seed \(seed)")
        #expect(snapshot.facts.windows?.end == 0x7FFF_0000)
        #expect(snapshot.diagnostics.isEmpty, "form \(number), seed \(seed)")
      }
    }
  }

  @Test("a list that was cut promises no more than the whole", arguments: 0..<8 as Range<UInt64>)
  func cut(seed: UInt64) throws {
    let space = DebuggerText(seed: seed)
    let text = Array(space.table(marks: ("+", " "), backtick: seed % 2 == 0).utf8)
    let whole = try #require(try WindowsFiles.ask(text))
    #expect(whole.isExact)
    var random = SeededGenerator(seed: seed)
    for _ in 0..<40 {
      let count = Int.random(in: 0..<text.count * 9 / 10, using: &random)
      guard let part = try WindowsFiles.ask(Array(text.prefix(count))) else { continue }
      #expect(part.fits <= whole.fits && !part.isExact, "seed \(seed), \(count) bytes")
    }
  }

  @Test("lines missing from a list count as taken")
  func missing() throws {
    var lines = try WindowsFiles.text("address-star.txt").split(separator: "\n")
    let largest = try #require(lines.firstIndex { $0.contains("2a040000 3f000000") })
    lines.remove(at: largest)
    let snapshot = try WindowsFiles.snapshot(of: lines.joined(separator: "\n"))
    let missing = try #require(snapshot.map.region(at: 0x2A04_0000))
    #expect(missing.isNotListed && missing.size == ByteCount(0x14FC_0000))
    #expect(!room(snapshot).isExact)
    #expect(room(snapshot).notListedBytes == missing.size)
    #expect(snapshot.diagnostics.count == 1)
  }

  @Test("of several lists the last whole one is taken, or the one that is asked for")
  func several() throws {
    let (first, second) = (DebuggerText(seed: 1), DebuggerText(seed: 2))
    let text =
      first.table(marks: ("+", " "), backtick: false) + "0:000> g\n"
      + second.table(marks: ("+", " "), backtick: false)
      + "0:000> !address -f:Image\n  400000   401000     1000 MEM_IMAGE   MEM_COMMIT  PAGE_READONLY  "
      + "Image  [a; \"a.exe\"]\n"
    let bytes = Array(text.utf8)
    #expect(try WindowsFiles.snapshot(bytes).map.regions.map(\.range) == second.taken)
    #expect(try WindowsFiles.snapshot(bytes, number: 1).map.regions.map(\.range) == first.taken)
    #expect(try WindowsFiles.snapshot(bytes, number: 2).map.regions.map(\.range) == second.taken)
    #expect(try WindowsFiles.snapshot(bytes, number: 3).map.regions.count == 1)
    for number in [0, 4, -1] {
      #expect(throws: FormatError.noSnapshot(number, of: 3)) {
        try WindowsFiles.snapshot(bytes, number: number)
      }
    }
    // Blocks have no heading between two lists.
    let blocks = first.blocks(dash: "-") + second.blocks(dash: "-")
    #expect(try WindowsFiles.snapshot(of: blocks).map.regions.map(\.range) == second.taken)
  }

  @Test("what is no list says what to give")
  func refused() {
    let texts = [
      "0:000> !address 75831234\nUsage:      Image\nBase Address:     75831000\n": "whole list",
      "0:000> k\nChildEBP RetAddr\n0013ff58 00401234 photo!main+0x1\n": "!address",
      "--- Usage Summary ---- RgnCount --\nFree 101 7`7a5ba000 ( 30 Gb)\nStack32 5 0`00100000 ( 1 Mb)\n":
        "64-bit debugger",
    ]
    for (text, words) in texts {
      let error = #expect(throws: FormatError.self) { try WindowsFiles.snapshot(of: text) }
      #expect(error?.description.contains(words) == true, "\(error.map { "\($0)" } ?? "")")
    }
  }

  @Test("a log with an answer, pasted by mail", arguments: ["> ", "    ", ">> "])
  func quoted(prefix: String) throws {
    let text = try WindowsFiles.text("address-star.txt").split(separator: "\n")
      .map { prefix + $0 }.joined(separator: "\n")
    let whole = try WindowsFiles.snapshot("address-star.txt")
    #expect(try WindowsFiles.snapshot(of: text).map.regions == whole.map.regions)
  }

  @Test("any damage", arguments: lists + ["address-summary.txt"])
  func damaged(name: String) throws {
    let bytes = try WindowsFiles.bytes(name)
    try WindowsFiles.damage(bytes, seed: UInt64(bytes.count), step: 61, times: 60)
  }

  @Test("a row that is longer than anything, and many that are broken")
  func hostile() throws {
    let row = "+ 0 10000 10000 MEM_FREE PAGE_NOACCESS Free\n"
    let long = row + "+ 10000 20000 10000 MEM_PRIVATE" + String(repeating: " x", count: 500_000)
    _ = try WindowsFiles.snapshot(of: long)
    _ = try WindowsFiles.snapshot(
      of: row + String(repeating: "+ 10000 20000 10000 MEM_PRIVATE\n", count: 20_000))
    let most = "+ ffffffff`fffff000 ffffffff`ffffffff fff MEM_PRIVATE MEM_COMMIT PAGE_READONLY\n"
    _ = try WindowsFiles.snapshot(of: row + most)
    _ = try WindowsFiles.snapshot(
      of: "--- Usage Summary -- RgnCount\n"
        + String(repeating: "Free 9999999999999999 ffffffff`ffffffff ( 1 Gb)\n", count: 2000)
        + "Image 99999999999 1ffffff`ffffffff ( 1 Gb)\nFree 1 1ffffff`ffffffff ( 1 Gb)\n")
  }
}

/// The tables of a summary, read for the tests alone.
private struct Summary {
  var free = ByteCount.zero
  var freeCount = 0
  var busyCount = 0
  var image = ByteCount.zero
  var largest: AddressRange?

  init?(_ text: String) {
    var table = Substring()
    for line in text.split(whereSeparator: \.isNewline) {
      if line.hasPrefix("--- ") {
        table = line.dropFirst(4)
        continue
      }
      let words = line.split(separator: " ")
      guard words.count > 3 else { continue }
      if table.hasPrefix("Usage Summary"), let count = Int(words[1]),
        let size = UInt64(words[2], radix: 16)
      {
        switch words[0] {
        case "Free": (freeCount, free) = (count, ByteCount(size))
        case "Image":
          image = ByteCount(size)
          busyCount += count
        default: busyCount += count
        }
      } else if table.hasPrefix("Largest Region"), words[0] == "Free",
        let base = UInt64(words[1], radix: 16), let size = UInt64(words[2], radix: 16)
      {
        largest = AddressRange(Address(base), Address(base + size))
      }
    }
    guard largest != nil else { return nil }
  }
}
