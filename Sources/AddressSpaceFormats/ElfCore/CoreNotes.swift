import AddressSpace

/// What the notes of a core say of the process.
struct CoreNotes {
  /// Its id and the name of its program, as far as they are told.
  private(set) var pid: Int32?
  private(set) var name: String?
  /// Its threads, the one that ended it first.
  private(set) var threads: [CoreThread] = []
  /// The auxiliary vector (`getauxval(3)`) by key.
  private(set) var auxiliary: [UInt64: UInt64] = [:]
  /// The mapped files, and the unit of their offsets.
  private(set) var files: [CoreFileEntry] = []
  private(set) var fileUnit: UInt64?
  /// Whether the notes stand in the order in which the kernel writes them: a thread's registers
  /// first. Debuggers begin with the process.
  private(set) var isInKernelOrder = false
  /// What of the notes could not be read.
  private(set) var diagnostics = Diagnostics()

  /// Keys of the auxiliary vector.
  enum Key {
    static let programHeaders: UInt64 = 3
    static let pageSize: UInt64 = 6
    static let loader: UInt64 = 7
    static let entry: UInt64 = 9
    static let platform: UInt64 = 15
    static let random: UInt64 = 25
    static let programName: UInt64 = 31
    static let vdso: UInt64 = 33
  }

  /// Reads the notes of `core`.
  init(_ core: ElfCoreFile) {
    let header = core.header
    let notes = core.notes.filter { $0.owner == "CORE" || $0.owner.isEmpty }
    isInKernelOrder = notes.first?.kind == ElfNote.status
    for note in notes {
      let bytes = Array(note.body)
      switch note.kind {
      case ElfNote.status: CoreThread(bytes, header).map { threads.append($0) }
      case ElfNote.process: readProcess(bytes, header)
      case ElfNote.auxiliary: readAuxiliary(bytes, header)
      case ElfNote.files: readFiles(bytes, header)
      default: break
      }
    }
  }

  /// An address of the auxiliary vector, nil where it has none.
  func address(_ key: UInt64) -> Address? {
    auxiliary[key].flatMap { $0 == 0 ? nil : Address($0) }
  }

  /// The kernel's page, where it is one that this program knows to round by.
  var pageSize: ByteCount? {
    auxiliary[Key.pageSize].flatMap { size in
      size.nonzeroBitCount == 1 && (1 << 12...1 << 20).contains(size) ? ByteCount(size) : nil
    }
  }

  /// Whether the kernel wrote the core: then no mapping is missing, it writes a header for each.
  var isKernels: Bool {
    fileUnit.map { $0 >= 1 << 12 } ?? true && isInKernelOrder
  }

  /// `elf_prpsinfo`: three sizes, by the width of words and of user ids.
  private mutating func readProcess(_ bytes: [UInt8], _ header: ElfHeaderFields) {
    let place: (pid: Int, name: Int)
    switch (header.wordSize, bytes.count) {
    case (.bits32, 124): place = (12, 28)
    case (.bits32, 128): place = (16, 32)
    case (.bits64, 136): place = (24, 40)
    default: return
    }
    var cursor = BinaryCursor(bytes, isBigEndian: header.isBigEndian)
    cursor.seek(to: place.pid)
    pid = cursor.uint32().map { Int32(truncatingIfNeeded: $0) }.flatMap { $0 > 0 ? $0 : nil }
    cursor.seek(to: place.name)
    let text = cursor.slice(16).map { RegionName.decoded($0.prefix { $0 != 0 }) } ?? ""
    name = text.isEmpty ? nil : text
  }

  private mutating func readAuxiliary(_ bytes: [UInt8], _ header: ElfHeaderFields) {
    var cursor = BinaryCursor(bytes, isBigEndian: header.isBigEndian)
    while let key = cursor.word(header.wordSize), let value = cursor.word(header.wordSize) {
      if key == 0 { return }
      auxiliary[key] = value
    }
  }

  private mutating func readFiles(_ bytes: [UInt8], _ header: ElfHeaderFields) {
    // 64-bit kernels wrote words of their own size for the 32-bit programs of some processors.
    let sizes: [WordSize] = header.wordSize == .bits64 ? [.bits64] : [.bits32, .bits64]
    for size in sizes {
      var list = CoreFileList(bytes, size, isBigEndian: header.isBigEndian)
      if let entries = list.entries() {
        files += entries
        fileUnit = list.unit
        if !list.isWhole { break }
        return
      }
    }
    diagnostics.append(Diagnostic("the list of mapped files is damaged; its whole part was read"))
  }
}

/// A mapped file in a core's list.
struct CoreFileEntry {
  let range: AddressRange
  /// In bytes.
  let offset: UInt64
  let name: String
}

/// The note that lists mapped files: `count, page_size, count × (start, end, file_ofs), names`.
struct CoreFileList {
  private var cursor: BinaryCursor
  private let size: WordSize
  /// What offsets are counted in, in bytes: a page where the kernel writes, 1 where gcore does.
  private(set) var unit: UInt64 = 0
  /// Whether all of it made sense.
  private(set) var isWhole = true

  init(_ bytes: [UInt8], _ size: WordSize, isBigEndian: Bool) {
    cursor = BinaryCursor(bytes, isBigEndian: isBigEndian)
    self.size = size
  }

  /// All entries, nil where it cannot be such a list with words of this size.
  mutating func entries() -> [CoreFileEntry]? {
    guard let count = cursor.word(size), let unit = cursor.word(size), unit > 0,
      unit.nonzeroBitCount == 1, unit <= 1 << 20,
      count <= UInt64(cursor.left) / (3 * size.pointerBytes)
    else { return nil }
    self.unit = unit
    var places: [(range: AddressRange?, offset: UInt64)] = []
    places.reserveCapacity(Int(count))
    for _ in 0..<count {
      guard let start = cursor.word(size), let end = cursor.word(size),
        let offset = cursor.word(size)
      else { return nil }
      places.append((AddressRange(Address(start), Address(end)), offset &* unit))
    }
    return places.compactMap { place in
      guard cursor.left > 0, let range = place.range else {
        isWhole = false
        _ = cursor.text()
        return nil
      }
      return CoreFileEntry(
        range: range, offset: place.offset, name: RegionName.decoded(cursor.text()))
    }
  }
}
