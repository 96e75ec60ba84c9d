import AddressSpace

/// What VMMap saves as `.mmp`: XML with several snapshots of one process,
/// `<Snapshot><MemoryRegions><Region .../>`. Numbers are decimal, sizes in bytes.
struct VMMapSnapshots {
  /// How many there are.
  private(set) var count = 0
  /// The rows of the one that was asked for.
  private(set) var entries: [VMMapEntry] = []
  /// The line on which it begins.
  private(set) var line: Int?
  /// Whether it has its end.
  private(set) var isWhole = false
  private(set) var diagnostics = Diagnostics()

  /// Reads the snapshot `number`, from 1; the last one where it is nil.
  init(_ bytes: [UInt8], snapshot number: Int?) {
    var tags = XMLTags(bytes)
    while let tag = tags.next() {
      switch tag.name {
      case "Snapshot":
        if tag.opens {
          count += 1
          if isWanted(number) {
            entries = []
            diagnostics = Diagnostics()
            line = tag.line
            isWhole = false
          }
        }
        if tag.closes, isWanted(number) { isWhole = true }
      case "Region" where tag.opens && count > 0 && isWanted(number): take(tag)
      default: break
      }
    }
  }

  private func isWanted(_ number: Int?) -> Bool { number.map { $0 == count } ?? true }

  private mutating func take(_ tag: XMLTags.Tag) {
    guard let address = number(tag["Address"]), let size = number(tag["Size"]), size > 0 else {
      diagnostics.append(
        Diagnostic(line: tag.line, "a region without an address or a size; skipped"))
      return
    }
    let type =
      tag["Type"].flatMap(VMMapType.init(name:))
      ?? number(tag["UseType"]).flatMap(VMMapType.init(number:))
    if type == nil {
      diagnostics.append(
        Diagnostic(line: tag.line, "an unknown type of memory; taken for private data"))
    }
    let protection = number(tag["Protection"]).flatMap { UInt32(exactly: $0) } ?? 0
    entries.append(
      VMMapEntry(
        address: address, size: size, isBlock: number(tag["Blocks"]) == 0,
        type: type ?? .privateData, protection: WindowsProtection(rawValue: protection),
        isReserved: (number(tag["Commit"]) ?? 0) == 0,
        details: details(tag, type), line: tag.line))
  }

  /// The details, with the heap's number where it stands in an attribute of its own.
  private func details(_ tag: XMLTags.Tag, _ type: VMMapType?) -> String {
    let text = tag["Details"] ?? ""
    guard type == .heap, text.isEmpty, let id = tag["Id"], id != "0" else { return text }
    return "Heap ID: \(id)"
  }

  private func number(_ text: String?) -> UInt64? {
    text.flatMap { UInt64($0.trimmed) }
  }
}
