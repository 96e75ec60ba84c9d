import AddressSpace

/// What the header of an ELF file says (System V ABI, chapter 4), as far as it matters here.
struct ElfHeaderFields {
  let identity: ElfIdentity
  let type: UInt16
  /// Where the program headers begin in the file, how large each is, and how many.
  let tableOffset: UInt64
  let entrySize: UInt16
  let entries: UInt16
  /// Where the section headers begin in the file, and how large each is.
  let sectionOffset: UInt64
  let sectionSize: UInt16

  /// `ET_DYN`: may be mapped anywhere.
  static let shared: UInt16 = 3
  /// `ET_CORE`.
  static let core: UInt16 = 4
  /// `PN_XNUM`: there are more program headers than the header can say.
  static let manyEntries: UInt16 = 0xFFFF

  /// Reads the first bytes of a file; nil where they are no whole ELF header.
  init?(_ bytes: [UInt8]) {
    guard let identity = ElfIdentity(bytes), bytes[5] == 1 || bytes[5] == 2 else { return nil }
    let wordSize = identity.wordSize
    var cursor = BinaryCursor(bytes, isBigEndian: identity.isBigEndian)
    cursor.skip(16)
    guard let type = cursor.uint16(), cursor.skip(6),
      cursor.word(wordSize) != nil, let table = cursor.word(wordSize),
      let sections = cursor.word(wordSize), cursor.skip(6), let size = cursor.uint16(),
      let count = cursor.uint16(), let sectionSize = cursor.uint16()
    else { return nil }
    self.identity = identity
    self.type = type
    tableOffset = table
    entrySize = size
    entries = count
    sectionOffset = sections
    self.sectionSize = sectionSize
  }

  /// The size of a program header of this word size.
  var leastEntry: UInt16 { wordSize == .bits64 ? 56 : 32 }

  /// How wide its addresses are.
  var wordSize: WordSize { identity.wordSize }
  /// Whether numbers have their highest byte first.
  var isBigEndian: Bool { identity.isBigEndian }
  /// What it was built for.
  var machine: Machine { identity.machine }
}

/// A program header: in a core, a stretch of memory or the notes.
struct ElfSegment: Equatable {
  let kind: UInt32
  let flags: UInt32
  /// Where its bytes begin in the file, and how many are there.
  let offset: UInt64
  let fileSize: UInt64
  /// Where it lay in memory, and how much it took.
  let address: UInt64
  let memorySize: UInt64

  /// `PT_LOAD`.
  static let load: UInt32 = 1
  /// `PT_NOTE`.
  static let note: UInt32 = 4

  /// What could be done with its memory.
  var access: Region.Access {
    var access: Region.Access = []
    if flags & 4 != 0 { access.insert(.read) }
    if flags & 2 != 0 { access.insert(.write) }
    if flags & 1 != 0 { access.insert(.execute) }
    return access
  }

  /// All whole headers in the bytes of a table.
  static func table(_ bytes: [UInt8], _ header: ElfHeaderFields) -> [ElfSegment] {
    let step = Int(header.entrySize)
    guard step >= Int(header.leastEntry) else { return [] }
    var cursor = BinaryCursor(bytes, isBigEndian: header.isBigEndian)
    var segments: [ElfSegment] = []
    segments.reserveCapacity(bytes.count / step)
    for start in stride(from: 0, through: bytes.count - step, by: step) {
      cursor.seek(to: start)
      if let segment = ElfSegment(&cursor, header.wordSize) { segments.append(segment) }
    }
    return segments
  }

  private init?(_ cursor: inout BinaryCursor, _ size: WordSize) {
    guard let kind = cursor.uint32() else { return nil }
    // The flags stand second on 64 bits, last but one on 32.
    let early = size == .bits64 ? cursor.uint32() : nil
    guard let offset = cursor.word(size), let address = cursor.word(size),
      cursor.word(size) != nil, let fileSize = cursor.word(size),
      let memorySize = cursor.word(size), let flags = early ?? cursor.uint32()
    else { return nil }
    self.kind = kind
    self.flags = flags
    self.offset = offset
    self.fileSize = fileSize
    self.address = address
    self.memorySize = memorySize
  }
}
