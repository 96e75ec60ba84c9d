import AddressSpace

/// What the debugger says a region is used for: the last column of `!address`, such as
/// `Stack32 [~0; 1b54.12ac]` or `MappedFile "\Device\HarddiskVolume3\...\locale.nls"`.
struct AddressUse {
  var use: WindowsRegion.Use?
  var path = ""
  /// The process, where the use names it.
  var process: UInt64?
  /// Whether it says for which of the two word sizes of WOW64 it is.
  var wordSize: WordSize?

  /// Nothing known.
  init() {}

  /// The use written in the range.
  init(_ bytes: [UInt8], _ range: Range<Int>) {
    var scanner = LineScanner(bytes, range)
    scanner.skipSeparators()
    var word =
      scanner.peek == UInt8(ascii: "[") ? scanner.position..<scanner.position : scanner.field()
    (word, wordSize) = Self.withoutWordSize(bytes, word)
    scanner.skipToDetail()
    let detail = Self.detail(bytes, scanner.rest)
    switch Self.kinds.first(where: { $0.matches(bytes, word) })?.kind {
    case .image: path = Self.path(bytes, detail)
    case .mappedFile:
      path = Self.path(bytes, detail)
      if path == "PageFile" { path = "" }
    case .stack: use = .stack(thread: thread(bytes, detail), is64Bit: wordSize == .bits64)
    case .threadEnvironment: use = .threadEnvironment(thread: thread(bytes, detail))
    case .processEnvironment: use = .processEnvironment
    case .heap: use = .heap(id: Self.heap(bytes, detail))
    case .pageHeap: use = .heap(id: "page heap")
    case .system:
      use = .system
      let text = RegionName.decoded(bytes[detail.isEmpty ? word : detail])
      path = "[\(text.trimmed)]"
    case nil: break
    }
  }

  /// What the older form says in lines of their own: `RegionUsageStack`.
  init(regionUsage bytes: [UInt8], _ word: Range<Int>) {
    guard bytes.begins(with: "regionusage", at: word.lowerBound), word.count > 11 else { return }
    let rest = (word.lowerBound + 11)..<word.upperBound
    switch Self.kinds.first(where: { $0.matches(bytes, rest) })?.kind {
    case .stack: use = .stack(thread: Self.unknown, is64Bit: false)
    case .threadEnvironment: use = .threadEnvironment(thread: Self.unknown)
    case .processEnvironment: use = .processEnvironment
    case .heap: use = .heap(id: Self.unknown)
    case .pageHeap: use = .heap(id: "page heap")
    case .system:
      use = .system
      path = "[\(RegionName.decoded(bytes[rest]))]"
    case .image, .mappedFile, nil: break
    }
  }

  enum Kind {
    case image
    case mappedFile
    case stack
    case threadEnvironment
    case processEnvironment
    case heap
    case pageHeap
    case system

    /// The kind of region that a total under this name counts.
    var ofRegion: Region.Kind {
      switch self {
      case .image: .image
      case .mappedFile: .file
      case .stack: .stack
      case .heap, .pageHeap: .heap
      case .threadEnvironment, .processEnvironment, .system: .system
      }
    }
  }

  private struct Name {
    let word: Word
    let kind: Kind

    func matches(_ bytes: [UInt8], _ range: Range<Int>) -> Bool {
      range.count == word.bytes.count && bytes.begins(with: word, at: range.lowerBound)
    }
  }

  /// The kind that a use of this name is, without the word size at its end.
  static func kind(_ bytes: [UInt8], _ word: Range<Int>) -> Kind? {
    kinds.first { $0.matches(bytes, word) }?.kind
  }

  private static let kinds = [
    Name(word: "image", kind: .image), Name(word: "stack", kind: .stack),
    Name(word: "heap", kind: .heap), Name(word: "mappedfile", kind: .mappedFile),
    Name(word: "memorymappedfile", kind: .mappedFile),
    Name(word: "filemap", kind: .mappedFile), Name(word: "teb", kind: .threadEnvironment),
    Name(word: "peb", kind: .processEnvironment), Name(word: "pageheap", kind: .pageHeap),
    Name(word: "other", kind: .system), Name(word: "activationcontextdata", kind: .system),
    Name(word: "actx", kind: .system), Name(word: "nls", kind: .system),
    Name(word: "csr", kind: .system), Name(word: "processparameters", kind: .system),
    Name(word: "processparametrs", kind: .system), Name(word: "environmentblock", kind: .system),
    Name(word: "stacktracedatabase", kind: .system),
  ]

  /// The word without `32` or `64` at its end, and which.
  static func withoutWordSize(_ bytes: [UInt8], _ word: Range<Int>) -> (Range<Int>, WordSize?) {
    guard word.count > 2 else { return (word, nil) }
    let rest = word.lowerBound..<word.upperBound - 2
    switch (bytes[word.upperBound - 2], bytes[word.upperBound - 1]) {
    case (UInt8(ascii: "3"), UInt8(ascii: "2")): return (rest, .bits32)
    case (UInt8(ascii: "6"), UInt8(ascii: "4")): return (rest, .bits64)
    default: return (word, nil)
    }
  }

  /// What stands for a thread or a heap that is not told.
  private static let unknown = "?"

  /// What stands in brackets, or all of it.
  private static func detail(_ bytes: [UInt8], _ range: Range<Int>) -> Range<Int> {
    guard let open = range.first, bytes[open] == UInt8(ascii: "[") else { return range }
    let close = bytes[range].lastIndex(of: UInt8(ascii: "]")) ?? range.upperBound
    return open + 1..<max(open + 1, close)
  }

  /// What stands in quotation marks, else what stands before a semicolon.
  private static func path(_ bytes: [UInt8], _ range: Range<Int>) -> String {
    let quote = UInt8(ascii: "\"")
    if let open = bytes[range].firstIndex(of: quote) {
      let close = bytes[(open + 1)..<range.upperBound].firstIndex(of: quote) ?? range.upperBound
      return RegionName.decoded(bytes[(open + 1)..<close])
    }
    var text = bytes[range].prefix { $0 != UInt8(ascii: ";") }
    while let byte = text.last, byte.isBlank || byte == quote { text.removeLast() }
    return RegionName.decoded(text)
  }

  /// `ID: 1; Handle: 003d0000; Type: Segment`: the id, else the handle.
  private static func heap(_ bytes: [UInt8], _ range: Range<Int>) -> String {
    for key in ["id:", "handle:"] as [Word] {
      guard let start = bytes.firstIndex(of: key, in: range) else { continue }
      var scanner = LineScanner(bytes, start + key.bytes.count..<range.upperBound)
      scanner.skipBlanks()
      let value = bytes[scanner.rest].prefix { $0 != UInt8(ascii: ";") && !$0.isBlank }
      if !value.isEmpty { return RegionName.decoded(value) }
    }
    return unknown
  }

  /// The thread's id of `PID.TID`, in decimal digits as other sources have it.
  private mutating func thread(_ bytes: [UInt8], _ range: Range<Int>) -> String {
    var scanner = LineScanner(bytes, range)
    while !scanner.rest.isEmpty {
      var attempt = scanner
      if let process = attempt.hexadecimal(), attempt.skip(UInt8(ascii: ".")),
        let thread = attempt.hexadecimal(), thread <= UInt64(UInt32.max)
      {
        self.process = process
        return "\(thread)"
      }
      scanner.skipWordOrBlanks()
    }
    return Self.unknown
  }

  /// The use, with the thread that a line `Pid.Tid 1234.abc` names.
  mutating func add(thread bytes: [UInt8], _ range: Range<Int>) {
    let thread = thread(bytes, range)
    switch use {
    case .stack(_, let is64Bit): use = .stack(thread: thread, is64Bit: is64Bit)
    case .threadEnvironment: use = .threadEnvironment(thread: thread)
    default: break
    }
  }
}

extension LineScanner {
  /// Passes what stands between a use and its detail, but no quotation mark that opens the detail.
  fileprivate mutating func skipToDetail() {
    var closed = self
    if closed.skip(UInt8(ascii: "\"")), closed.peek == UInt8(ascii: ",") { self = closed }
    while let byte = peek, byte.isBlank || byte == UInt8(ascii: ","), skip(byte) {}
  }

  /// Passes a word or what lies before the next one; always at least a byte.
  fileprivate mutating func skipWordOrBlanks() {
    if skipBlanks() == 0 { _ = word() }
  }
}

extension String {
  /// Without the blanks around it.
  var trimmed: Substring {
    let blank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
    guard let first = firstIndex(where: { !blank($0) }),
      let last = lastIndex(where: { !blank($0) })
    else { return "" }
    return self[first...last]
  }
}
