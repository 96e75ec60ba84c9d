public import AddressSpace

/// An ELF core that a test makes up, of any word size and byte order.
public struct CoreFile {
  /// How wide its words are.
  public var wordSize: WordSize
  /// Whether the highest byte of a number comes first.
  public var isBigEndian: Bool
  /// `e_machine`.
  public var machine: UInt16
  /// The stretches of memory.
  public var segments: [Segment] = []
  /// The notes: owner, kind, body.
  public var notes: [(owner: String, kind: UInt32, body: [UInt8])] = []
  /// Whether the number of program headers stands in a section header.
  public var isExtended = false

  /// A stretch of memory.
  public struct Segment {
    /// Where it lay.
    public var address: UInt64
    /// How much it took.
    public var size: UInt64
    /// `PF_R` 4, `PF_W` 2, `PF_X` 1.
    public var flags: UInt32
    /// What of it is in the file.
    public var contents: [UInt8]

    /// A stretch.
    public init(_ address: UInt64, _ size: UInt64, _ flags: UInt32, _ contents: [UInt8] = []) {
      self.address = address
      self.size = size
      self.flags = flags
      self.contents = contents
    }
  }

  /// A core without anything in it.
  public init(_ wordSize: WordSize = .bits32, isBigEndian: Bool = false, machine: UInt16 = 3) {
    self.wordSize = wordSize
    self.isBigEndian = isBigEndian
    self.machine = machine
  }

  private var isWide: Bool { wordSize == .bits64 }
  private var headerSize: UInt64 { isWide ? 64 : 52 }
  private var entrySize: UInt64 { isWide ? 56 : 32 }
  private var sectionSize: UInt64 { isWide ? 64 : 40 }

  /// A number of so many bytes.
  public func number(_ value: UInt64, _ width: Int) -> [UInt8] {
    let bytes = (0..<width).map { UInt8(truncatingIfNeeded: value >> UInt64($0 * 8)) }
    return isBigEndian ? bytes.reversed() : bytes
  }

  /// A number as wide as an address.
  public func word(_ value: UInt64) -> [UInt8] { number(value, isWide ? 8 : 4) }

  /// The note that lists mapped files.
  public mutating func addFiles(
    _ files: [(low: UInt64, high: UInt64, offset: UInt64, name: String)], unit: UInt64,
    width: Int? = nil
  ) {
    func word(_ value: UInt64) -> [UInt8] { number(value, width ?? (isWide ? 8 : 4)) }
    var body = word(UInt64(files.count)) + word(unit)
    for file in files { body += word(file.low) + word(file.high) + word(file.offset) }
    for file in files { body += Array(file.name.utf8) + [0] }
    notes.append(("CORE", 0x4649_4C45, body))
  }

  /// The auxiliary vector.
  public mutating func addAuxiliary(_ values: [(UInt64, UInt64)]) {
    notes.append(("CORE", 6, (values + [(0, 0)]).flatMap { word($0.0) + word($0.1) }))
  }

  /// A thread of i386 or x86-64 with this id and stack pointer, and its code segment.
  public mutating func addThread(_ id: UInt64, stack: UInt64, codeSegment: UInt64 = 0x23) {
    var body = [UInt8](repeating: 0, count: isWide ? 336 : 144)
    func put(_ place: Int, _ bytes: [UInt8]) {
      body.replaceSubrange(place..<place + bytes.count, with: bytes)
    }
    put(isWide ? 32 : 24, number(id, 4))
    put(isWide ? 112 + 19 * 8 : 72 + 15 * 4, word(stack))
    if !isWide { put(72 + 13 * 4, word(codeSegment)) }
    notes.append(("CORE", 1, body))
  }

  /// The process with this id and name.
  public mutating func addProcess(_ id: UInt64, _ name: String) {
    var body = [UInt8](repeating: 0, count: isWide ? 136 : 124)
    body.replaceSubrange((isWide ? 24 : 12)..<(isWide ? 28 : 16), with: number(id, 4))
    let place = isWide ? 40 : 28
    body.replaceSubrange(place..<place + name.utf8.count, with: Array(name.utf8))
    notes.append(("CORE", 3, body))
  }

  /// The file.
  public var bytes: [UInt8] {
    var noteBytes: [UInt8] = []
    for note in notes {
      let name = Array(note.owner.utf8) + [0]
      noteBytes += number(UInt64(name.count), 4) + number(UInt64(note.body.count), 4)
      noteBytes += number(UInt64(note.kind), 4) + padded(name) + padded(note.body)
    }
    let count = UInt64(segments.count + 1)
    let table = headerSize + (isExtended ? sectionSize : 0)
    var offset = table + entrySize * count
    var headers = entry(4, 0, offset, UInt64(noteBytes.count), 0, 0)
    offset += UInt64(noteBytes.count)
    var contents: [UInt8] = []
    for segment in segments {
      headers += entry(
        1, segment.flags, offset + UInt64(contents.count), UInt64(segment.contents.count),
        segment.address, segment.size)
      contents += segment.contents
    }
    return header(count: count, table: table) + section(count) + headers + noteBytes + contents
  }

  private func padded(_ bytes: [UInt8]) -> [UInt8] {
    bytes + [UInt8](repeating: 0, count: (4 - bytes.count % 4) % 4)
  }

  private func header(count: UInt64, table: UInt64) -> [UInt8] {
    var bytes: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, isWide ? 2 : 1, isBigEndian ? 2 : 1, 1]
    bytes += [UInt8](repeating: 0, count: 9)
    bytes += number(4, 2) + number(UInt64(machine), 2) + number(1, 4)
    bytes += word(0) + word(table) + word(isExtended ? headerSize : 0)
    bytes += number(0, 4) + number(headerSize, 2) + number(entrySize, 2)
    bytes += number(isExtended ? 0xFFFF : count, 2) + number(isExtended ? sectionSize : 0, 2)
    return bytes + number(isExtended ? 1 : 0, 2) + number(0, 2)
  }

  private func section(_ count: UInt64) -> [UInt8] {
    guard isExtended else { return [] }
    let before = number(0, 8) + word(0) + word(0) + word(0) + word(0) + number(0, 4)
    let bytes = before + number(count, 4)
    return bytes + [UInt8](repeating: 0, count: Int(sectionSize) - bytes.count)
  }

  private func entry(
    _ kind: UInt64, _ flags: UInt32, _ offset: UInt64, _ fileSize: UInt64, _ address: UInt64,
    _ size: UInt64
  ) -> [UInt8] {
    let flags = number(UInt64(flags), 4)
    let middle = word(offset) + word(address) + word(0) + word(fileSize) + word(size)
    return number(kind, 4) + (isWide ? flags : []) + middle + (isWide ? [] : flags) + word(4096)
  }
}
