import AddressSpace

/// One row of the table of `!address`, of any column form: `[+|*||-] BASE END+1 SIZE TYPE STATE
/// PROTECT USAGE`, with blanks, tabs or commas between. What makes it one is that base and size give
/// the end.
struct AddressRow {
  let range: AddressRange
  /// Whether an allocation begins here, nil where no mark tells.
  var isMarked = false
  private(set) var state: State?
  private(set) var type: WindowsRegion.MemoryType?
  private(set) var protection: WindowsProtection?
  /// What follows: the use.
  private(set) var use: Range<Int> = 0..<0

  enum State {
    case committed
    case reserved
    case free
  }

  /// Reads a line; nil where it is no row.
  init?(_ bytes: [UInt8], _ line: Range<Int>) {
    var scanner = LineScanner(bytes, line)
    var passed = 0
    while let byte = scanner.peek, Self.isPrefix(byte), scanner.skip(byte) {
      if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "*") { isMarked = true }
      passed += 1
    }
    guard passed < 64, let lower = scanner.debuggerNumber(), scanner.skipSeparators() > 0,
      let upper = scanner.debuggerNumber(), scanner.skipSeparators() > 0,
      let size = scanner.debuggerNumber(), scanner.peek.map(Self.isSeparator) ?? true,
      upper > lower, upper - lower == size,
      let range = AddressRange(Address(lower), Address(upper))
    else { return nil }
    self.range = range
    readColumns(bytes, &scanner)
  }

  private mutating func readColumns(_ bytes: [UInt8], _ scanner: inout LineScanner) {
    while true {
      scanner.skipSeparators()
      let before = scanner
      let column = scanner.field()
      if let type = Self.type(bytes, column), state == nil {
        self.type = type
      } else if let state = Self.state(bytes, column), self.state == nil {
        self.state = state
      } else if let part = WindowsProtection(debuggerName: bytes[column]) {
        protection = (protection ?? []).union(part)
      } else if column.count == 1, protection != nil, bytes[column.lowerBound] == Self.bar {
        continue
      } else {
        use = before.rest
        return
      }
    }
  }

  /// Whether nothing is missing that only a broken line hides.
  var isComplete: Bool {
    switch state {
    case nil: false
    case .committed: protection != nil
    case .reserved, .free: true
    }
  }

  private static let bar = UInt8(ascii: "|")

  /// What may stand before the base: the marks, blanks, quotation signs.
  private static func isPrefix(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x20, 0x09, UInt8(ascii: "+"), UInt8(ascii: "*"), bar, UInt8(ascii: "-"),
      UInt8(ascii: ">"), UInt8(ascii: "\""):
      true
    default: false
    }
  }

  static func isSeparator(_ byte: UInt8) -> Bool {
    byte.isBlank || byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\"")
  }

  private static func type(_ bytes: [UInt8], _ word: Range<Int>) -> WindowsRegion.MemoryType? {
    guard word.count > 8, bytes.begins(with: "mem_", at: word.lowerBound) else { return nil }
    return bytes.begins(with: "mem_private", at: word.lowerBound)
      ? .privateMemory
      : bytes.begins(with: "mem_image", at: word.lowerBound)
        ? .image : bytes.begins(with: "mem_mapped", at: word.lowerBound) ? .mapped : nil
  }

  private static func state(_ bytes: [UInt8], _ word: Range<Int>) -> State? {
    guard word.count >= 8, bytes.begins(with: "mem_", at: word.lowerBound) else { return nil }
    return bytes.begins(with: "mem_commit", at: word.lowerBound)
      ? .committed
      : bytes.begins(with: "mem_reserve", at: word.lowerBound)
        ? .reserved : bytes.begins(with: "mem_free", at: word.lowerBound) ? .free : nil
  }
}

extension LineScanner {
  /// Passes blanks, tabs, commas and quotation marks, and says how many.
  @discardableResult
  mutating func skipSeparators() -> Int {
    var passed = 0
    while let byte = peek, AddressRow.isSeparator(byte), skip(byte) { passed += 1 }
    return passed
  }

  /// Passes everything up to the next separator.
  mutating func field() -> Range<Int> {
    let start = position
    while let byte = peek, !AddressRow.isSeparator(byte) { _ = skip(byte) }
    return start..<position
  }

  /// The byte that stands here.
  var peek: UInt8? { position < end ? bytes[position] : nil }
}

extension WindowsProtection {
  /// `PAGE_READWRITE`, or several joined by `|` or `+`; nil where there is another word in it.
  init?(debuggerName name: ArraySlice<UInt8>) {
    var protection: WindowsProtection = []
    for part in name.split(whereSeparator: { $0 == UInt8(ascii: "|") || $0 == UInt8(ascii: "+") }) {
      guard let bits = Self.names.first(where: { part.elementsEqual($0.name.utf8) })?.bits else {
        // Bits that say nothing of access, such as PAGE_TARGETS_INVALID.
        guard part.starts(with: "PAGE_".utf8) else { return nil }
        continue
      }
      protection.formUnion(bits)
    }
    guard name.starts(with: "PAGE_".utf8) else { return nil }
    self = protection
  }

  private static let names: [(name: String, bits: WindowsProtection)] = [
    ("PAGE_NOACCESS", .noAccess), ("PAGE_READONLY", .readOnly), ("PAGE_READWRITE", .readWrite),
    ("PAGE_WRITECOPY", .writeCopy), ("PAGE_EXECUTE", .execute),
    ("PAGE_EXECUTE_READ", .executeRead), ("PAGE_EXECUTE_READWRITE", .executeReadWrite),
    ("PAGE_EXECUTE_WRITECOPY", .executeWriteCopy), ("PAGE_GUARD", .guardPage),
    ("PAGE_NOCACHE", .noCache), ("PAGE_WRITECOMBINE", .writeCombine),
  ]
}
