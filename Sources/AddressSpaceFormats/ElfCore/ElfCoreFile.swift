import AddressSpace

/// A core's headers and notes. Nothing of the memory in it is read here.
struct ElfCoreFile {
  let header: ElfHeaderFields
  /// The stretches of memory, in the order of the file.
  private(set) var loads: [ElfSegment] = []
  /// What is noted of the process and its threads, in the order of the file.
  private(set) var notes: [ElfNote] = []
  /// What is wrong with the file.
  private(set) var diagnostics = Diagnostics()
  /// Whether headers are missing, and mappings with them.
  private(set) var isCut = false
  /// How many bytes of notes may still be read.
  private var notesLeft = Self.mostNotes

  /// Whether a file that begins so is a core.
  static func recognises(_ head: [UInt8]) -> Bool {
    ElfHeaderFields(head)?.type == ElfHeaderFields.core
  }

  /// Reads the headers and notes of a file.
  init(_ file: some FileBytes) throws(FormatError) {
    guard let header = ElfHeaderFields(file.bytes(at: 0, count: 64)),
      header.type == ElfHeaderFields.core, header.entrySize >= header.leastEntry
    else { throw Self.noHeaders }
    self.header = header
    for segment in try segments(of: file) {
      switch segment.kind {
      case ElfSegment.load: loads.append(segment)
      case ElfSegment.note: readNotes(segment, of: file)
      default: break
      }
    }
  }

  private static let noHeaders = FormatError.foreign(
    "an ELF core without whole program headers", remedy: "Copy the file again, all of it.")

  /// The most notes that are read, in bytes: some kilobytes for each thread, and the names of files.
  private static let mostNotes: UInt64 = 1 << 26

  private mutating func segments(of file: some FileBytes) throws(FormatError) -> [ElfSegment] {
    let size = UInt64(header.entrySize)
    let wanted = count(in: file)
    guard header.tableOffset <= file.size else { throw Self.noHeaders }
    // No more than the file holds, whatever it claims.
    let there = min(wanted, (file.size - header.tableOffset) / size)
    if there < wanted {
      isCut = true
      diagnostics.append(
        Diagnostic("the file ends behind \(there) of \(wanted) program headers; it is cut off"))
    }
    guard there > 0 else { throw Self.noHeaders }
    return ElfSegment.table(
      file.bytes(at: header.tableOffset, count: Int(clamping: there * size)), header)
  }

  /// How many program headers there are: of many, the first section header says it.
  private func count(in file: some FileBytes) -> UInt64 {
    guard header.entries == ElfHeaderFields.manyEntries else { return UInt64(header.entries) }
    // sh_info, behind name, type, flags, address, offset, size and link.
    let place = header.wordSize == .bits64 ? 44 : 28
    guard
      var section = BinaryCursor(
        file, at: header.sectionOffset, count: place + 4, isBigEndian: header.isBigEndian),
      section.skip(place), let count = section.uint32(), count > 0
    else { return UInt64(header.entries) }
    return UInt64(count)
  }

  private mutating func readNotes(_ segment: ElfSegment, of file: some FileBytes) {
    let size = min(segment.fileSize, notesLeft)
    notesLeft -= size
    let bytes = file.bytes(at: segment.offset, count: Int(clamping: size))
    let found = ElfNote.all(in: bytes, isBigEndian: header.isBigEndian)
    notes += found.notes
    if !found.isWhole || UInt64(bytes.count) < segment.fileSize {
      diagnostics.append(Diagnostic("the notes are damaged or cut off; the whole ones were read"))
    }
  }
}

/// One note of a core.
struct ElfNote {
  let owner: String
  let kind: UInt32
  let body: ArraySlice<UInt8>

  /// Numbers of notes (`linux/elf.h`).
  static let status: UInt32 = 1
  static let process: UInt32 = 3
  static let auxiliary: UInt32 = 6
  static let files: UInt32 = 0x4649_4C45

  /// All whole notes in these bytes, and whether there is nothing else.
  static func all(in bytes: [UInt8], isBigEndian: Bool) -> (notes: [ElfNote], isWhole: Bool) {
    var cursor = BinaryCursor(bytes, isBigEndian: isBigEndian)
    var notes: [ElfNote] = []
    while cursor.left >= 12 {
      guard let nameSize = cursor.uint32(), let size = cursor.uint32(), let kind = cursor.uint32(),
        let name = cursor.slice(Int(nameSize)), skipPadding(&cursor),
        let body = cursor.slice(Int(size))
      else { return (notes, false) }
      // The last one may lack its padding.
      skipPadding(&cursor)
      let owner = String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
      notes.append(ElfNote(owner: owner, kind: kind, body: body))
    }
    return (notes, cursor.left == 0)
  }

  @discardableResult
  private static func skipPadding(_ cursor: inout BinaryCursor) -> Bool {
    cursor.skip((4 - cursor.position % 4) % 4) || cursor.left == 0
  }
}
