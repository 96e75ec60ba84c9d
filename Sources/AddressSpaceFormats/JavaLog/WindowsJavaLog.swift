import AddressSpace

/// Reads the log that a Java virtual machine writes when it crashes on Windows. It lists modules and
/// not all memory; beside them it tells where the threads' stacks, its heap and its code are.
enum WindowsJavaLog: SavedReader {
  static func recognises(_ head: [UInt8]) -> Bool {
    var lines = TextLines(head)
    while let line = lines.next() {
      if line.count < 400, head.contains("java vm:", in: line), head.contains("windows-", in: line)
      {
        return true
      }
    }
    return false
  }

  static func read(
    _ file: some FileBytes, options: SavedFile.Options
  ) throws(FormatError) -> Snapshot {
    guard file.size <= SavedFile.largestText else { throw .tooLarge }
    let log = JavaLogLines(file.all())
    guard !log.regions.isEmpty else {
      throw .foreign(
        "a Java crash log without a list of modules",
        remedy: "Give a minidump, or the output of WinDbg's '!address'.")
    }
    let ordered = log.regions.sorted { $0.range.lower < $1.range.lower }
    let (map, overlapping) = AddressMap.assembling(ordered)
    var diagnostics = Diagnostics()
    diagnostics.append(
      Diagnostic(
        "the log lists modules, stacks and Java's own memory only: what it does not show need not "
          + "be free"))
    for region in overlapping.prefix(Diagnostics.mostKept) {
      diagnostics.append(Diagnostic("\(region.range) overlaps another range; it was ignored"))
    }
    var facts = LayoutFacts()
    facts.wordSize = log.isWide ? .bits64 : .bits32
    var windows = WindowsFacts()
    windows.is64BitSystem = log.isWide || log.is64BitSystem ? true : nil
    windows.version = log.version
    facts.windows = windows
    facts.lacksMappings = true
    if let commit = log.commit {
      var limits = LimitFacts()
      limits.commit = commit
      facts.limits = limits
    }
    return Snapshot(
      source: Source(
        kind: .javaLog, pid: log.pid.flatMap { Int32(exactly: $0) }, path: options.path,
        name: log.program.map(WindowsPath.file(of:))),
      map: map, facts: facts, diagnostics: diagnostics)
  }
}

/// What the lines of such a log tell of memory.
struct JavaLogLines {
  private(set) var regions: [Region] = []
  private(set) var pid: UInt64?
  private(set) var program: String?
  private(set) var version: String?
  private(set) var isWide = false
  private(set) var is64BitSystem = false
  private(set) var commit: CommitLimit?
  private var seen: Set<AddressRange> = []

  init(_ bytes: [UInt8]) {
    var lines = TextLines(bytes)
    while let line = lines.next() {
      // Environments and class paths are longer, what is read is not.
      if line.count < 4000 { read(bytes, line) }
    }
  }

  private mutating func read(_ bytes: [UInt8], _ line: Range<Int>) {
    var scanner = LineScanner(bytes, line)
    scanner.skipBlanks()
    switch scanner.peek.map(\.lowercased) {
    case UInt8(ascii: "0"):
      if !readModule(bytes, scanner) { readThread(bytes, line) }
    case UInt8(ascii: "="), UInt8(ascii: "j"): readThread(bytes, line)
    case UInt8(ascii: "#"): readHead(bytes, line)
    case UInt8(ascii: "m"): readMemory(bytes, line)
    case UInt8(ascii: "o"): readSystem(bytes, line)
    default: break
    }
    if bytes.contains("total ", in: line) && bytes.contains(", used ", in: line)
      || bytes.begins(with: "code cache", at: line.lowerBound)
      || bytes.contains("bounds [0x", in: line)
    {
      readReserve(bytes, line)
    }
  }

  /// `0x7c900000 - 0x7c9b2000 \tC:\WINDOWS\system32\ntdll.dll`
  private mutating func readModule(_ bytes: [UInt8], _ start: LineScanner) -> Bool {
    var scanner = start
    guard let lower = scanner.debuggerNumber(), scanner.skipDash(),
      let upper = scanner.debuggerNumber(), scanner.skipBlanks() > 0,
      let range = AddressRange(Address(lower), Address(upper))
    else { return false }
    let path = String(RegionName.decoded(bytes[scanner.rest]).trimmed)
    if program == nil, path.lowercased().hasSuffix(".exe") { program = path }
    add(
      WindowsRegion(
        range: range, allocationBase: range.lower, state: .committed, protection: .executeRead,
        type: .image, path: path))
    return true
  }

  /// `JavaThread "main" [_thread_in_native, id=1700, stack(0x49f10000,0x49f60000)]`
  private mutating func readThread(_ bytes: [UInt8], _ line: Range<Int>) {
    guard let id = bytes.firstIndex(of: "id=", in: line),
      let stack = bytes.firstIndex(of: "stack(0x", in: line)
        ?? bytes.firstIndex(of: "stack: 0x", in: line)
    else { return }
    var number = LineScanner(bytes, id + 3..<line.upperBound)
    var scanner = LineScanner(bytes, stack..<line.upperBound)
    while let byte = scanner.peek, byte != UInt8(ascii: "0"), scanner.skip(byte) {}
    guard let thread = number.decimal(), let lower = scanner.debuggerNumber(),
      scanner.skip(UInt8(ascii: ",")), let upper = scanner.debuggerNumber(),
      let range = AddressRange(Address(lower), Address(upper))
    else { return }
    add(
      WindowsRegion(
        range: range, allocationBase: range.lower, state: .committed, protection: .readWrite,
        type: .privateMemory, use: .stack(thread: "\(thread)", is64Bit: false)))
  }

  /// `... total 157248K, used 84680K [0x02ab0000, 0x0d550000, 0x18000000)`: what is reserved reaches
  /// from the first to the last.
  private mutating func readReserve(_ bytes: [UInt8], _ line: Range<Int>) {
    guard let open = bytes[line].lastIndex(of: UInt8(ascii: "[")) else { return }
    var scanner = LineScanner(bytes, open + 1..<line.upperBound)
    var numbers: [UInt64] = []
    while numbers.count < 4, let number = scanner.debuggerNumber() {
      numbers.append(number)
      guard scanner.skip(UInt8(ascii: ",")) else { break }
      scanner.skipBlanks()
    }
    guard numbers.count == 2 || numbers.count == 3, let first = numbers.first,
      let last = numbers.last, first < last, numbers.allSatisfy({ $0 <= last }),
      let range = AddressRange(Address(first), Address(last))
    else { return }
    let isHeap = bytes.contains("total ", in: line)
    add(
      WindowsRegion(
        range: range, allocationBase: range.lower, state: .committed,
        protection: isHeap ? .readWrite : .executeReadWrite, type: .privateMemory,
        use: isHeap ? .managedHeap : nil))
  }

  private mutating func add(_ region: WindowsRegion) {
    // The thread that crashed stands twice in it.
    if seen.insert(region.range).inserted { regions.append(region.region) }
  }

  /// `#  EXCEPTION_ACCESS_VIOLATION (0xc0000005) at pc=0x524cb4c7, pid=2828, tid=1700`
  private mutating func readHead(_ bytes: [UInt8], _ line: Range<Int>) {
    if pid == nil, let start = bytes.firstIndex(of: "pid=", in: line) {
      var scanner = LineScanner(bytes, start + 4..<line.upperBound)
      pid = scanner.decimal()
    }
    if bytes.contains("windows-amd64", in: line) || bytes.contains("windows-aarch64", in: line) {
      isWide = true
    }
  }

  /// `Memory: 4k page, physical 1047024k(497852k free), swap 2520864k(1583584k free)`: what Windows
  /// calls the page file there is its commit limit (`GlobalMemoryStatusEx`).
  private mutating func readMemory(_ bytes: [UInt8], _ line: Range<Int>) {
    guard bytes.contains("memory:", in: line),
      let swap = bytes.firstIndex(of: "swap ", in: line)
    else { return }
    var scanner = LineScanner(bytes, swap + 5..<line.upperBound)
    guard let limit = scanner.decimal(), scanner.skip(UInt8(ascii: "k")),
      scanner.skip(UInt8(ascii: "(")), let left = scanner.decimal(),
      scanner.skip(UInt8(ascii: "k")), left <= limit, limit < 1 << 50
    else { return }
    commit = CommitLimit(
      limit: .kibibytes(limit), used: .kibibytes(limit - left))
  }

  /// `OS: Windows 10 , 64 bit Build 19041 (10.0.19041.1706)`
  private mutating func readSystem(_ bytes: [UInt8], _ line: Range<Int>) {
    guard bytes.contains("os:", in: line), bytes.contains("windows", in: line) else { return }
    if bytes.contains("64 bit", in: line) { is64BitSystem = true }
    guard let open = bytes[line].lastIndex(of: UInt8(ascii: "(")),
      let close = bytes[line].lastIndex(of: UInt8(ascii: ")")), open < close
    else { return }
    let text = bytes[(open + 1)..<close]
    guard text.first.map({ (0x30...0x39).contains($0) }) == true, text.count < 32 else { return }
    version = RegionName.decoded(text)
  }
}
