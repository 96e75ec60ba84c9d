import AddressSpace

/// Reads what WinDbg, cdb and ntsd print of a process's memory: `!address` of all generations,
/// `!vadump`, and the totals of `!address -summary`, with a log around it or without.
enum WinDbgReader: SavedReader {
  static let holdsSeveral = true

  static func recognises(_ head: [UInt8]) -> Bool {
    let head = TextLines.utf8(head)
    var lines = TextLines(head)
    while let line = lines.next() {
      guard let first = head[line].first(where: { !$0.isBlank }) else { continue }
      if isTelling(head, line, first: first) { return true }
    }
    return false
  }

  /// Whether a line is one that only these logs have.
  private static func isTelling(_ bytes: [UInt8], _ line: Range<Int>, first: UInt8) -> Bool {
    if AddressRow(bytes, line).map({ $0.state != nil || $0.type != nil }) == true { return true }
    guard line.count < 400 else { return false }
    switch first.lowercased {
    case UInt8(ascii: "0")...UInt8(ascii: "9"):
      return WinDbgLog.isPrompt(bytes, line)
        || AddressBlock(heading: bytes, line, line: 0)?.isMarked == true
    case UInt8(ascii: "b"):
      return AddressBlock(vadump: bytes, line, line: 0) != nil
        || bytes.contains("baseadd", in: line) && bytes.contains("rgnsize", in: line)
        || bytes.contains("baseaddress", in: line) && bytes.contains("regionsize", in: line)
        || bytes.contains("base address:", in: line)
    case UInt8(ascii: "m"):
      return bytes.contains("microsoft (r) windows debugger", in: line)
        || bytes.contains("mapping file section regions...", in: line)
    case UInt8(ascii: "o"): return bytes.contains("opened log file '", in: line)
    case UInt8(ascii: "l"): return bytes.contains("largest free region: base", in: line)
    default:
      return bytes.contains("usage summary", in: line) && bytes.contains("rgncount", in: line)
        || bytes.contains("usage summary", in: line)
          && (first == UInt8(ascii: "-") || first == 0xE2)
    }
  }

  static func read(
    _ file: some FileBytes, options: SavedFile.Options
  ) throws(FormatError) -> Snapshot {
    guard file.size <= SavedFile.largestText else { throw .tooLarge }
    let bytes = TextLines.utf8(file.all())
    let log = WinDbgLog(bytes)
    let source = Source(kind: .windbg, path: options.path)
    let totals = AddressTotals(log.summary)
    let assembled = log.listings.map { ($0, $0.assembled()) }
    if let number = options.snapshot, !assembled.isEmpty {
      guard number >= 1, number <= assembled.count else {
        throw .noSnapshot(number, of: assembled.count)
      }
      let (listing, memory) = assembled[number - 1]
      return snapshot(listing, memory, source, of: assembled.count, totals: nil)
    }
    if let (listing, memory) = assembled.last(where: { $0.1.memory.isWhole }) {
      return snapshot(listing, memory, source, of: assembled.count, totals: totals)
    }
    if let totals {
      return try snapshot(totals, source, beside: assembled.last?.1.memory.map.regions.count ?? 0)
    }
    if let (listing, memory) = assembled.last(where: { !$0.0.memory.free.isEmpty })
      ?? assembled.last(where: { !$0.1.memory.map.regions.isEmpty })
    {
      return snapshot(listing, memory, source, of: assembled.count, totals: nil)
    }
    throw log.singleAnswers > 0
      ? .foreign(
        "WinDbg's answer about single addresses",
        remedy: "Give the whole list: the output of '!address' without an address.")
      : .foreign(
        "a log of WinDbg without a list of memory", remedy: "Add the output of '!address' to it.")
  }

  private static func snapshot(
    _ listing: DebuggerListing, _ list: DebuggerListing.Assembled, _ source: Source,
    of lists: Int, totals: AddressTotals?
  ) -> Snapshot {
    var source = source
    source.pid = listing.process.flatMap { Int32(exactly: $0) }
    source.name = listing.program.map(WindowsPath.file(of:))
    var facts = LayoutFacts()
    facts.wordSize = list.wordSize
    var windows = WindowsFacts()
    windows.end = list.memory.end
    windows.is64BitSystem = list.wordSize == .bits64 || listing.showsWow64 ? true : nil
    facts.windows = windows
    facts.lacksMappings = !list.memory.namesFree
    var diagnostics = Diagnostics()
    if lists > 1 {
      diagnostics.append(
        Diagnostic(
          line: listing.memory.line,
          "\(lists) lists of memory are in it; the one that begins here "
            + "was read"))
    }
    if listing.withoutState > 0 {
      diagnostics.append(
        Diagnostic("\(listing.withoutState) rows have no state that is known; skipped"))
    }
    for diagnostic in list.memory.diagnostics { diagnostics.append(diagnostic) }
    if !list.memory.namesFree {
      diagnostics.append(
        Diagnostic("the list names no free memory: what it does not show need not be free"))
    }
    if let totals, totals.free != list.memory.freeBytes {
      diagnostics.append(
        Diagnostic(
          "its own summary counts \(totals.free) free, its list \(list.memory.freeBytes)"))
    }
    return Snapshot(
      source: source, map: list.memory.map, facts: facts, diagnostics: diagnostics)
  }

  /// What a summary alone tells: the largest free span, and around it what is not listed.
  private static func snapshot(
    _ totals: AddressTotals, _ source: Source, beside rows: Int
  ) throws(FormatError) -> Snapshot {
    let total = Address(totals.total.value)
    if totals.wordSize == .bits32, total > 0x1_0000_0000 {
      throw .foreign(
        "a summary by a 64-bit debugger, which adds up 64-bit space for a 32-bit process",
        remedy: "Give the whole list, '!address', or the summary of the 32-bit debugger.")
    }
    var facts = LayoutFacts()
    let isWide = total > 0x1_0000_0000
    facts.wordSize = isWide ? .bits64 : .bits32
    var windows = WindowsFacts()
    windows.end = WindowsLimit.isLimit(total) ? total : nil
    windows.is64BitSystem = isWide || totals.wordSize == .bits32 ? true : nil
    facts.windows = windows
    var diagnostics = Diagnostics()
    let top = WindowsLimit.limit(above: max(total, totals.largestFree?.upper ?? 0))
    let largest = totals.largestFree.flatMap { $0.size <= totals.free ? $0 : nil }
    if largest == nil {
      diagnostics.append(Diagnostic("the summary does not tell the largest free region"))
    }
    if rows > 0 {
      diagnostics.append(
        Diagnostic(
          "a list of \(rows) region\(rows == 1 ? "" : "s") in it is not whole: the summary was "
            + "read instead"))
    }
    facts.summary = SummaryFacts(
      freeElsewhere: totals.free.lowered(by: largest?.size ?? .zero),
      freeSpans: totals.freeSpans, regions: totals.regions, reserved: totals.reserved,
      kinds: totals.kinds)
    let space = AddressRange(0x1_0000, top)
    let around: [AddressRange?]
    if let largest, let space {
      let (below, above) = space.subtracting(largest)
      around = [below, above]
    } else {
      around = [space]
    }
    return Snapshot(
      source: source,
      map: AddressMap.assembling(around.compactMap { $0 }.map(Region.notListed)).map,
      facts: facts, diagnostics: diagnostics)
  }
}

extension DebuggerListing {
  /// The list with what it tells of the process.
  struct Assembled {
    let wordSize: WordSize
    let memory: WindowsListing.Assembled
  }

  /// Puts it together. Addresses beyond 4 GiB tell a 64-bit process, unless the uses tell WOW64.
  func assembled() -> Assembled {
    let top = max(
      memory.regions.lazy.map(\.range.upper).max() ?? 0, memory.free.lazy.map(\.upper).max() ?? 0)
    let wordSize: WordSize = showsWow64 || top <= 0x1_0000_0000 ? .bits32 : .bits64
    return Assembled(
      wordSize: wordSize,
      memory: memory.assembled(below: wordSize == .bits32 ? 0x1_0000_0000 : nil))
  }
}
