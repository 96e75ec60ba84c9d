import AddressSpace

/// Reads the log that Android writes when a process crashes (`/data/tombstones`, `adb logcat`), as
/// text: its memory map and what its head says of the process. AOSP, `debuggerd/tombstone.cpp`.
///
///     ABI: 'arm'
///     pid: 15782, tid: 15799, name: RenderThread  >>> com.example.photo <<<
///     memory map (112 entries):
///         12c00000-12c3ffff rw-         0     40000  [anon:dalvik-main space]
enum TombstoneReader: SavedReader {
  static func recognises(_ head: [UInt8]) -> Bool {
    var hasMark = false
    var start = 0
    while start < head.count {
      let end = head[start...].firstIndex(of: 0x0A) ?? head.count
      let text = withoutPrefix(head[start..<end])
      hasMark = hasMark || text.starts(with: mark) || text.starts(with: "ABI: '".utf8)
      if hasMark, text.starts(with: "pid: ".utf8), text.contains(sequence: ">>>") { return true }
      start = end + 1
    }
    return false
  }

  private static let mark = Array("*** *** *** ***".utf8)

  /// A line without what `logcat` writes before it.
  static func withoutPrefix(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let head = line.prefix(80)
    guard let tag = head.firstRange(of: "DEBUG") else { return line }
    var rest = line[tag.upperBound...]
    while let byte = rest.first, byte != UInt8(ascii: ":") {
      // `DEBUG   (  123): `
      guard byte == 0x20 || byte == 0x28 || byte == 0x29 || (0x30...0x39).contains(byte) else {
        return line
      }
      rest = rest.dropFirst()
    }
    rest = rest.dropFirst()
    return rest.first == 0x20 ? rest.dropFirst() : rest
  }

  static func read(
    _ file: some FileBytes, options: SavedFile.Options
  ) throws(FormatError) -> Snapshot {
    guard file.size <= SavedFile.largestText else { throw .tooLarge }
    let bytes = file.all()
    var tombstone = Tombstone()
    var start = 0
    var number = 0
    while start < bytes.count {
      number += 1
      let newline = bytes[start...].firstIndex(of: 0x0A) ?? bytes.count
      var end = newline
      if end > start, bytes[end - 1] == 0x0D { end -= 1 }
      tombstone.read(withoutPrefix(bytes[start..<end]), number: number)
      start = newline + 1
    }
    return try tombstone.snapshot(options)
  }
}

/// A tombstone as far as it was read.
struct Tombstone {
  private var regions: [Region] = []
  private var lines: [Int] = []
  private var facts = LayoutFacts()
  private var pid: Int32?
  private var name: String?
  private var place = Place.head
  /// How many mappings the map's title promises.
  private var promised: Int?
  private var diagnostics = Diagnostics()

  private enum Place { case head, map, tail }

  mutating func read(_ line: ArraySlice<UInt8>, number: Int) {
    switch place {
    case .head: readHead(line)
    case .map: readMap(line, number: number)
    case .tail: break
    }
  }

  private mutating func readHead(_ line: ArraySlice<UInt8>) {
    if line.starts(with: "memory map".utf8) {
      place = .map
      // Old versions print what lies around the fault only.
      facts.lacksMappings = line.contains(sequence: "around")
      let digits = line.drop { !(0x30...0x39).contains($0) }.prefix { (0x30...0x39).contains($0) }
      if line.contains(sequence: "entries") {
        promised = Int(String(decoding: digits, as: UTF8.self))
      }
    } else if line.starts(with: "ABI: '".utf8) {
      let abi = line.dropFirst(6).prefix { $0 != UInt8(ascii: "'") }
      (facts.machine, facts.wordSize) = Self.machine(String(decoding: abi, as: UTF8.self))
    } else if pid == nil, line.starts(with: "pid: ".utf8) {
      let digits = line.dropFirst(5).prefix { (0x30...0x39).contains($0) }
      pid = Int32(String(decoding: digits, as: UTF8.self))
      if let start = line.firstRange(of: ">>> "), let end = line.firstRange(of: " <<<"),
        start.upperBound < end.lowerBound
      {
        name = RegionName.decoded(line[start.upperBound..<end.lowerBound])
      }
    }
  }

  private static func machine(_ abi: String) -> (Machine?, WordSize?) {
    switch abi {
    case "arm": (.arm, .bits32)
    case "arm64": (.arm64, .bits64)
    case "x86": (.i386, .bits32)
    case "x86_64": (.x86_64, .bits64)
    case "riscv64", "mips64": (.other, .bits64)
    case "mips", "riscv32": (.other, .bits32)
    default: (nil, nil)
    }
  }

  private mutating func readMap(_ line: ArraySlice<UInt8>, number: Int) {
    var rest = line
    // The mapping in which the fault lies, or a remark on where it lies.
    if rest.starts(with: "--->".utf8) { rest = rest.dropFirst(4) }
    if rest.starts(with: "Fault address".utf8) { return }
    if let region = TombstoneLine(rest)?.region {
      regions.append(region)
      lines.append(number)
    } else if line.allSatisfy({ $0 == 0x20 }) || line.first != 0x20 {
      place = .tail
    } else {
      diagnostics.append(Diagnostic(line: number, "not a mapping; line skipped"))
    }
  }

  mutating func snapshot(_ options: SavedFile.Options) throws(FormatError) -> Snapshot {
    guard !regions.isEmpty else {
      throw .foreign(
        "a tombstone without a memory map",
        remedy: "Take the whole file from /data/tombstones; logcat leaves the map out.")
    }
    let (map, overlapping) = AddressMap.assembling(regions)
    for region in overlapping {
      diagnostics.append(Diagnostic("\(region.range) overlaps another mapping; line skipped"))
    }
    if let promised, promised != regions.count {
      facts.lacksMappings = facts.lacksMappings || promised > regions.count
      diagnostics.append(
        Diagnostic("the map is said to have \(promised) entries; \(regions.count) were read"))
    } else if facts.lacksMappings {
      diagnostics.append(
        Diagnostic("the map shows what lies around the fault only; the rest may not be free"))
    }
    return Snapshot(
      source: Source(kind: .tombstone, pid: pid, path: options.path, name: name), map: map,
      facts: facts, diagnostics: diagnostics)
  }
}
