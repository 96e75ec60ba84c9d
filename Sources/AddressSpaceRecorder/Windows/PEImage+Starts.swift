import AddressSpace

extension PEImage {
  /// Where functions begin by the call frame information, counted from the image's base, in order:
  /// also those without a name, which end what has one before them.
  func functionStarts() -> [UInt64] {
    var found: Set<UInt64> = []
    // One of each: many sections may say that they are the same bytes of a file.
    if let frames = sections.first(where: \.holdsFrames) {
      found.formUnion(starts(inFrames: frames))
    }
    if wordSize == .bits64, let table = sections.first(where: { $0.name == ".pdata" }) {
      found.formUnion(starts(inTable: table))
    }
    return found.filter { $0 < size }.sorted()
  }

  /// Of MinGW's call frame information, which is that of ELF files.
  private func starts(inFrames section: Section) -> [UInt64] {
    var starts: [UInt64] = []
    /// How pointers are written, by the place of what says it.
    var encodings: [Int: UInt64] = [:]
    var place = section.contents.lowerBound
    while place < section.contents.upperBound, starts.count < Self.mostFunctions,
      let length = bytes.int(at: place, size: 4),
      length >= 4, let id = bytes.int(at: place + 4, size: 4)
    {
      let fields = place + 8
      let offset = section.offset + UInt64(fields - section.contents.lowerBound)
      if id == 0 {
        encodings[place] = encoding(at: fields)
      } else if let start = pointer(at: fields, encodings[place + 4 - id], offset: offset) {
        starts.append(start)
      }
      place += 4 + length
    }
    return starts
  }

  /// How the entries that refer to this one write pointers, nil where they do it in a way that is
  /// not understood.
  private func encoding(at fields: Int) -> UInt64? {
    guard bytes.number(at: fields, size: 1) == 1,
      let augmentation = bytes.text(in: fields + 1..<min(fields + 9, bytes.count))
    else { return nil }
    if augmentation.isEmpty { return Self.absolute }
    // Two numbers of any length and the return address follow, before the sizes of the others.
    guard augmentation.hasPrefix("zR") else { return nil }
    var place = fields + 2 + augmentation.utf8.count
    for _ in 0..<2 {
      while let byte = bytes.number(at: place, size: 1), byte & 0x80 != 0 { place += 1 }
      place += 1
    }
    return bytes.number(at: place + 2, size: 1)
  }

  private func pointer(at place: Int, _ encoding: UInt64?, offset: UInt64) -> UInt64? {
    switch encoding {
    case Self.relative:
      guard let distance = bytes.number(at: place, size: 4) else { return nil }
      return offset &+ UInt64(bitPattern: Int64(Int32(truncatingIfNeeded: distance)))
    case Self.absolute:
      let address = bytes.number(at: place, size: wordSize.rawValue / 8)
      return address.flatMap { $0 >= base ? $0 - base : nil }
    default: return nil
    }
  }

  /// Of the table of functions that 64-bit Windows has. A part of a function has an entry as well.
  private func starts(inTable section: Section) -> [UInt64] {
    stride(from: section.contents.lowerBound, to: section.contents.upperBound, by: 12)
      .prefix(Self.mostFunctions).compactMap { entry in
        guard let start = bytes.number(at: entry, size: 4), start != 0,
          let unwinding = bytes.number(at: entry + 8, size: 4),
          let flags = place(of: unwinding).flatMap({ bytes.number(at: $0, size: 1) }),
          flags >> 3 & Self.chained == 0
        else { return nil }
        return start
      }
  }

  /// Encodings of pointers: as they are, and as 4 bytes from where they stand.
  private static var absolute: UInt64 { 0 }
  private static var relative: UInt64 { 0x1b }
  /// The flag of an entry that goes on another one's function.
  private static var chained: UInt64 { 4 }
}
