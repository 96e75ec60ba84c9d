import AddressSpace

/// Reads what `SnapshotText` writes.
struct SnapshotReader: SavedReader {
  private var header = CaptureHeader()
  private var source = Source(kind: .maps)
  private var regions: [Region] = []
  private var kinds: [AddressRange: Region.Kind] = [:]
  private var diagnostics = Diagnostics()
  private var lines: LineCounter

  static func recognises(_ head: [UInt8]) -> Bool {
    var cursor = JSONCursor(head)
    guard cursor.isNext("{"), (try? cursor.openObject()) != nil,
      (try? cursor.nextKey()) == "schema", let schema = try? cursor.string()
    else { return false }
    return schema.hasPrefix("addrspace.")
  }

  static func read(
    _ file: some FileBytes, options: SavedFile.Options
  ) throws(FormatError) -> Snapshot {
    guard file.size <= SavedFile.largestText else { throw .tooLarge }
    let bytes = file.all()
    var reader = SnapshotReader(lines: LineCounter(bytes))
    var cursor = JSONCursor(bytes)
    do {
      try reader.readDocument(&cursor)
    } catch let error as FormatError {
      throw error
    } catch {
      let failure = error as? JSONCursor.Failure
      reader.note(at: failure?.offset ?? cursor.index, failure?.message ?? "it cannot be read")
    }
    return try reader.snapshot(path: options.path)
  }

  private init(lines: LineCounter) {
    self.lines = lines
    header.facts.isRead = true
  }

  private mutating func note(at offset: Int, _ message: String) {
    diagnostics.append(Diagnostic(line: lines.line(at: offset), message))
  }

  private mutating func readDocument(_ cursor: inout JSONCursor) throws {
    try cursor.openObject()
    while let key = try cursor.nextKey() {
      switch key {
      case "schema": try check(cursor.string())
      case "source": try readSource(&cursor)
      case "facts": try readFacts(&cursor)
      case "regions": try readRegions(&cursor)
      case "diagnostics": try readDiagnostics(&cursor)
      default: try cursor.skip()
      }
    }
    try cursor.end()
  }

  private func check(_ schema: String) throws(FormatError) {
    guard schema.hasPrefix(SnapshotText.schema) else {
      throw .foreign(
        "an answer of this program (\(schema.prefix(40)))",
        remedy: "It holds no map. Give what was asked about, or what 'addrspace convert' writes.")
    }
    let version = schema.dropFirst(SnapshotText.schema.count)
    guard version == SnapshotText.version else {
      throw .newerCapture(String(version.prefix(16)), line: 1)
    }
  }

  private mutating func readSource(_ cursor: inout JSONCursor) throws(JSONCursor.Failure) {
    try cursor.openObject()
    while let key = try cursor.nextKey() {
      if try cursor.skipNull() { continue }
      switch key {
      case "kind":
        let text = try cursor.string()
        if let kind = Source.Kind(rawValue: text) {
          source.kind = kind
        } else {
          note(at: cursor.index, "\"\(text)\" is no kind of source; taken for maps")
        }
      case "pid":
        source.pid = Int32(exactly: try cursor.integer())
      case "name": source.name = try cursor.string()
      default: try cursor.skip()
      }
    }
  }

  private mutating func readFacts(_ cursor: inout JSONCursor) throws(JSONCursor.Failure) {
    try cursor.openObject()
    while let key = try cursor.nextKey() {
      if try cursor.skipNull() { continue }
      if cursor.isNext("[") {
        try cursor.openArray()
        while try cursor.nextElement() { try readFact(key, &cursor) }
      } else {
        try readFact(key, &cursor)
      }
    }
  }

  private mutating func readFact(
    _ key: String, _ cursor: inout JSONCursor
  ) throws(JSONCursor.Failure) {
    guard cursor.isNext("\"") else { return try cursor.skip() }
    let value = try cursor.string()
    let line = lines.line(at: cursor.index)
    if let diagnostic = header.read(key, value, line: line) { diagnostics.append(diagnostic) }
  }

  private mutating func readRegions(_ cursor: inout JSONCursor) throws(JSONCursor.Failure) {
    try cursor.openArray()
    while try cursor.nextElement() {
      let region = try SnapshotRegion(&cursor)
      if let range = region.range, let access = region.access {
        regions.append(
          Region(
            range: range, access: access, offset: region.offset, inode: region.inode,
            name: region.name, traits: region.traits))
        kinds[range] = region.kind
      } else {
        note(at: cursor.index, "not a region with low, high and access; it was left out")
      }
    }
  }

  private mutating func readDiagnostics(_ cursor: inout JSONCursor) throws(JSONCursor.Failure) {
    try cursor.openArray()
    while try cursor.nextElement() {
      guard cursor.isNext("{") else {
        try cursor.skip()
        continue
      }
      try cursor.openObject()
      while let key = try cursor.nextKey() {
        if key == "message", cursor.isNext("\"") {
          _ = header.read(CaptureHeader.Field.diagnostic.rawValue, try cursor.string())
        } else {
          try cursor.skip()
        }
      }
    }
  }

  private mutating func snapshot(path: String?) throws(FormatError) -> Snapshot {
    guard !regions.isEmpty else {
      if let first = diagnostics.kept.first { throw .damaged(first.message, line: first.line) }
      throw .noRegions(badLines: 0)
    }
    let (map, overlapping) = AddressMap.assembling(header.marking(regions))
    header.settle(in: map, &diagnostics)
    for region in overlapping {
      diagnostics.append(Diagnostic("\(region.range) overlaps another region; it was left out"))
    }
    source.path = path
    return Snapshot(
      source: source, map: map, facts: header.allFacts, kinds: kinds, diagnostics: diagnostics)
  }
}

/// One region of the document.
struct SnapshotRegion {
  private(set) var range: AddressRange?
  private(set) var access: Region.Access?
  private(set) var offset: UInt64 = 0
  private(set) var inode: UInt64 = 0
  private(set) var name = ""
  private(set) var kind: Region.Kind?
  private(set) var traits: Region.Traits = []

  static let traits: [(trait: Region.Traits, name: String)] = [
    (.noReserve, "no-reserve"), (.growsDown, "grows-down"), (.distinct, "distinct"),
  ]

  /// Reads a value; what is no region has no range.
  init(_ cursor: inout JSONCursor) throws(JSONCursor.Failure) {
    guard cursor.isNext("{") else {
      try cursor.skip()
      return
    }
    var low = ""
    var high = ""
    try cursor.openObject()
    while let key = try cursor.nextKey() {
      switch key {
      case "low": low = try cursor.string()
      case "high": high = try cursor.string()
      case "access":
        let letters = Array(try cursor.string().utf8)
        access = Region.Access(letters, 0..<letters.count)
      case "offset": offset = try cursor.integer()
      case "inode": inode = try cursor.integer()
      case "name": name = try cursor.string()
      case "kind": kind = Region.Kind(rawValue: try cursor.string())
      case "traits": try readTraits(&cursor)
      default: try cursor.skip()
      }
    }
    range = AddressRange(text: low + "-" + high)
  }

  private mutating func readTraits(_ cursor: inout JSONCursor) throws(JSONCursor.Failure) {
    try cursor.openArray()
    while try cursor.nextElement() {
      let word = try cursor.string()
      if let known = Self.traits.first(where: { $0.name == word }) { traits.insert(known.trait) }
    }
  }
}

/// Counts lines as a text is read on.
private struct LineCounter {
  private let bytes: [UInt8]
  private var offset = 0
  private var count = 1

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The line, from 1, of a place that is not before the last one asked for.
  mutating func line(at place: Int) -> Int {
    while offset < min(place, bytes.count) {
      if bytes[offset] == 0x0A { count += 1 }
      offset += 1
    }
    return count
  }
}
