import AddressSpace

/// Reads what Sysinternals VMMap saves: its CSV export and its own `.mmp`.
enum VMMapReader: SavedReader {
  static let holdsSeveral = true

  static func recognises(_ head: [UInt8]) -> Bool {
    let head = TextLines.utf8(head)
    return isTable(head) || isSnapshots(head)
  }

  /// Whether it has the headings of an export's tables.
  private static func isTable(_ head: [UInt8]) -> Bool {
    var lines = TextLines(head)
    while let line = lines.next() {
      guard head.contains("committed", in: line), head.contains("blocks", in: line) else {
        continue
      }
      let fields = CSVFields(head, line).fields
      if fields.count > 4, fields.contains(where: { head[$0].elementsEqual("Blocks".utf8) }) {
        return true
      }
    }
    return false
  }

  /// Whether it is XML with VMMap's elements.
  private static func isSnapshots(_ head: [UInt8]) -> Bool {
    guard let first = head.first(where: { $0 > 0x20 && $0 < 0x80 }), first == UInt8(ascii: "<")
    else { return false }
    return head.contains("<snapshot", in: head.indices)
      && (head.contains("<memoryregions", in: head.indices)
        || head.contains("pagetablesize", in: head.indices))
  }

  static func read(
    _ file: some FileBytes, options: SavedFile.Options
  ) throws(FormatError) -> Snapshot {
    guard file.size <= SavedFile.largestText else { throw .tooLarge }
    let bytes = TextLines.utf8(file.all())
    return isSnapshots(bytes)
      ? try snapshot(of: bytes, options: options) : try table(bytes, options: options)
  }

  private static func snapshot(
    of bytes: [UInt8], options: SavedFile.Options
  ) throws(FormatError) -> Snapshot {
    let saved = VMMapSnapshots(bytes, snapshot: options.snapshot)
    if let number = options.snapshot, number < 1 || number > saved.count {
      throw .noSnapshot(number, of: saved.count)
    }
    var listing = WindowsListing()
    let memory = VMMapRegions(saved.entries)
    for region in memory.regions { listing.add(region, line: 0) }
    for range in memory.free { listing.add(free: range, line: 0) }
    let top = max(memory.regions.last?.range.upper ?? 0, memory.free.last?.upper ?? 0)
    let isWide = top > 0x1_0000_0000
    let assembled = listing.assembled(below: isWide ? nil : 0x1_0000_0000)
    guard !assembled.map.regions.isEmpty else { throw nothingIn() }
    var diagnostics = saved.diagnostics
    if saved.count > 1, options.snapshot == nil {
      diagnostics.append(
        Diagnostic(line: saved.line, "\(saved.count) snapshots are in it; the last was read"))
    }
    if !saved.isWhole {
      diagnostics.append(Diagnostic("the snapshot has no end; the file was perhaps cut off"))
    }
    for diagnostic in assembled.diagnostics { diagnostics.append(diagnostic) }
    note(memory.overlapping, in: &diagnostics)
    var facts = facts(isWide: isWide)
    facts.windows?.end = assembled.end
    facts.lacksMappings = !assembled.namesFree
    return Snapshot(
      source: Source(kind: .vmmap, path: options.path), map: assembled.map, facts: facts,
      diagnostics: diagnostics)
  }

  private static func table(
    _ bytes: [UInt8], options: SavedFile.Options
  ) throws(FormatError) -> Snapshot {
    let table = VMMapTable(bytes)
    if let number = options.snapshot, number != 1 { throw .noSnapshot(number, of: 1) }
    let memory = VMMapRegions(table.entries)
    guard !memory.regions.isEmpty else { throw nothingIn() }
    var diagnostics = table.diagnostics
    note(memory.overlapping, in: &diagnostics)
    let isWide = table.isWide || (memory.regions.last?.range.upper ?? 0) > 0x1_0000_0000
    var facts = facts(isWide: isWide)
    let free = table.freeBytes
    let end = free.flatMap { memory.taken.adding($0) }.map { Address($0.value) }
    if let end, WindowsLimit.isLimit(end), (memory.regions.last?.range.upper ?? 0) <= end {
      facts.windows?.end = end
    } else if let rows = table.space, WindowsLimit.isLimit(rows) {
      facts.windows?.end = rows
      facts.lacksMappings = true
      diagnostics.append(
        Diagnostic(
          "its rows do not add up to its own totals, \(free.map { "\($0)" } ?? "none") free: "
            + "rows are missing, so what it does not show need not be free"))
    } else {
      facts.lacksMappings = true
      diagnostics.append(
        Diagnostic(
          "it has no totals to check its rows by: what it does not show need not be free"))
    }
    facts.held = table.held
    return Snapshot(
      source: Source(
        kind: .vmmap, pid: table.pid.flatMap { Int32(exactly: $0) }, path: options.path,
        name: table.process.flatMap { $0.isEmpty ? nil : $0 }),
      map: AddressMap.assembling(memory.regions).map, facts: facts, diagnostics: diagnostics)
  }

  private static func facts(isWide: Bool) -> LayoutFacts {
    var facts = LayoutFacts()
    facts.wordSize = isWide ? .bits64 : .bits32
    var windows = WindowsFacts()
    if isWide { windows.is64BitSystem = true }
    facts.windows = windows
    return facts
  }

  private static func note(_ overlapping: [VMMapEntry], in diagnostics: inout Diagnostics) {
    for entry in overlapping {
      diagnostics.append(
        Diagnostic(line: entry.line, "it overlaps memory that is listed before; skipped"))
    }
  }

  private static func nothingIn() -> FormatError {
    .foreign(
      "saved by VMMap without a region of memory", remedy: "Save it anew, with File, Save As.")
  }
}

extension VMMapTable {
  /// What its totals say is free, unusable or not; nil where they say nothing.
  var freeBytes: ByteCount? {
    let named = totals.filter { VMMapType(name: $0.type) == .free }
    guard let free = named.first?.total.size else { return nil }
    let unusable = totals.first { VMMapType(name: $0.type) == .unusable }?.total.size ?? 0
    return ByteCount(free).adding(ByteCount(unusable))
  }

  /// Where its totals say that the space ends: all that is taken, and all that is free.
  var space: Address? {
    guard let free = freeBytes else { return nil }
    var sum = free
    for row in totals where VMMapType(name: row.type)?.isTaken == true {
      // An empty field stands for zero.
      guard let longer = sum.adding(ByteCount(row.total.size ?? 0)) else { return nil }
      sum = longer
    }
    return Address(sum.value)
  }

  /// What memory it holds, by its totals.
  var held: HeldMemory? {
    guard let total = totals.first(where: { $0.type == "Total" })?.total else { return nil }
    return HeldMemory(
      resident: total.resident.map { ByteCount($0) },
      committed: total.privateBytes.map { ByteCount($0) })
  }
}
