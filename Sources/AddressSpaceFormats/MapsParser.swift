public import AddressSpace

/// Reads the text of `/proc/PID/maps` and `/proc/PID/smaps`, of any kernel and however saved, with or
/// without the facts of a capture before it.
public struct MapsParser {
  private let bytes: [UInt8]
  private var regions: [Region] = []
  /// The line each region stands on.
  private var lines: [Int] = []
  private var diagnostics = Diagnostics()
  private var names = RegionName()
  private var header = CaptureHeader()
  private var hasDetails = false
  private var held = HeldSums()

  /// Reads `bytes`, which may be anything: never fails for a bad line, only where nothing is found.
  ///
  /// - Parameters:
  ///   - path: the file's name, for the source of the snapshot.
  ///   - facts: what is known besides; what the text tells is added.
  ///   - strict: whether the first line that cannot be read refuses the whole.
  ///   - firstLine: the number of the first line, where the text stands in a larger one.
  public static func parse(
    _ bytes: [UInt8], path: String? = nil, facts: LayoutFacts = LayoutFacts(), strict: Bool = false,
    firstLine: Int = 1
  ) throws(FormatError) -> Snapshot {
    try SavedForm.refuseForeign(bytes)
    var parser = MapsParser(bytes: bytes)
    parser.header.facts = facts
    try parser.readLines(from: firstLine)
    let snapshot = try parser.snapshot(path: path)
    if strict, let first = snapshot.diagnostics.kept.first {
      throw .refused(line: first.line, first.message)
    }
    return snapshot
  }

  private init(bytes: [UInt8]) {
    self.bytes = bytes
    // The shortest line that the kernel writes has 41 bytes.
    regions.reserveCapacity(bytes.count / 41)
    lines.reserveCapacity(bytes.count / 41)
  }

  private mutating func readLines(from firstLine: Int) throws(FormatError) {
    var start = 0
    var number = firstLine - 1
    while start < bytes.count {
      number += 1
      let newline = bytes[start...].firstIndex(of: 0x0A)
      var end = newline ?? bytes.count
      if end > start, bytes[end - 1] == 0x0D { end -= 1 }
      try read(start..<end, number: number, isLast: newline == nil)
      start = (newline ?? bytes.count) + 1
    }
  }

  private mutating func read(
    _ line: Range<Int>, number: Int, isLast: Bool
  ) throws(FormatError) {
    guard let first = line.first else { return }
    if bytes[first] == UInt8(ascii: "#") {
      if let diagnostic = try header.read(RegionName.decoded(bytes[line]), line: number) {
        diagnostics.append(diagnostic)
      }
      return
    }
    // The one detail whose value the process chose itself: it may look like a mapping.
    if bytes[line].starts(with: "Name:".utf8), isDetail(line) { return }
    // Most lines of smaps: a mapping has a dash between its addresses.
    if !bytes[line].contains(0x2D), isDetail(line) || isBlank(line) { return }
    do throws(MapsLine.Failure) {
      try append(MapsLine(bytes, line), number: number)
    } catch {
      if case .noRange = error, isDetail(line) || isBlank(line) { return }
      let cut = isLast ? " (the file ends here, perhaps cut off)" : ""
      diagnostics.append(Diagnostic(line: number, sentence(for: error) + "; line skipped" + cut))
    }
  }

  private mutating func append(_ line: MapsLine, number: Int) {
    let name = names.text(of: bytes, trimmed(line.name))
    // The sum over all mappings that smaps_rollup gives, and the kernel's gate page printed twice.
    if name == "[rollup]" || (name == "[vsyscall]" && regions.last?.name == name) { return }
    guard let range = AddressRange(Address(line.lower), Address(line.upper)) else { return }
    if line.isCutOff {
      diagnostics.append(
        Diagnostic(line: number, "fields are missing behind the permissions; the range was kept"))
    }
    regions.append(
      Region(
        range: range, access: line.access, offset: line.offset, inode: line.inode, name: name))
    lines.append(number)
  }

  /// A name of nothing but blanks is none: saved files are padded and trimmed in all ways.
  private func trimmed(_ name: Range<Int>) -> Range<Int> {
    isBlank(name) ? name.lowerBound..<name.lowerBound : name
  }

  private func isBlank(_ line: Range<Int>) -> Bool {
    bytes[line].allSatisfy { $0 == 0x20 || $0 == 0x09 }
  }

  private func sentence(for failure: MapsLine.Failure) -> String {
    switch failure {
    case .noRange:
      "not a mapping"
    case .emptyRange(let lower, let upper):
      "the range \(String(lower, radix: 16))-\(String(upper, radix: 16)) does not end above its "
        + "beginning"
    case .addressTooLong:
      "an address has more than 16 hexadecimal digits"
    case .permissions(let letters):
      letters.count == 4
        ? "permissions \"\(RegionName.decoded(bytes[letters]))\" are not of the form rwxp"
        : "permissions \"\(RegionName.decoded(bytes[letters].prefix(16)))\" have \(letters.count) "
          + "letters, expected 4"
    }
  }
}

extension MapsParser {
  /// A line of smaps that says more of the mapping above it: `Key:  VALUE`. Reads its `VmFlags`.
  private mutating func isDetail(_ line: Range<Int>) -> Bool {
    guard !regions.isEmpty, let colon = bytes[line].firstIndex(of: UInt8(ascii: ":")),
      colon > line.lowerBound,
      bytes[line.lowerBound..<colon].allSatisfy({ $0 == 0x5F || isLetterOrDigit($0) }),
      colon + 1 == line.upperBound || bytes[colon + 1] == 0x20 || bytes[colon + 1] == 0x09
    else { return false }
    hasDetails = true
    let key = bytes[line.lowerBound..<colon]
    if key.elementsEqual("VmFlags".utf8) {
      let flags = VmFlags(bytes[(colon + 1)..<line.upperBound])
      let region = regions[regions.count - 1]
      regions[regions.count - 1] = region.with(flags.traits(of: region))
      header.facts.knowsTraits = true
      held.add(flags, of: region)
    } else {
      held.add(key, bytes[(colon + 1)..<line.upperBound])
    }
    return true
  }

  private func isLetterOrDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "A")...UInt8(ascii: "Z"):
      true
    default: false
    }
  }

  private mutating func snapshot(path: String?) throws(FormatError) -> Snapshot {
    // A program whose beginning only a log tells of has no known mapping then.
    guard !regions.isEmpty || header.facts.lacksMappings else {
      throw SavedForm.foreignText(bytes) ?? .noRegions(badLines: diagnostics.count)
    }
    let (map, overlapping) = AddressMap.assembling(header.marking(regions))
    header.settle(in: map, &diagnostics)
    if !overlapping.isEmpty {
      var lineOf: [AddressRange: Int] = [:]
      for (region, line) in zip(regions, lines) { lineOf[region.range] = line }
      for region in overlapping {
        diagnostics.append(
          Diagnostic(
            line: lineOf[region.range], "\(region.range) overlaps another mapping; line skipped"))
      }
    }
    if let held = held.total(of: regions.count) { header.facts.held = held }
    // The map alone holds them now, so that they are classified in place.
    regions = []
    return Snapshot(
      source: Source(
        kind: hasDetails ? .smaps : .maps, pid: header.pid, path: path, name: header.name),
      map: map, facts: header.allFacts, kinds: header.kinds, diagnostics: diagnostics)
  }
}
