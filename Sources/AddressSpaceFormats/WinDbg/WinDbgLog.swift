import AddressSpace

/// What of a log of WinDbg, cdb or ntsd tells of memory, whatever stands around it.
struct WinDbgLog {
  /// The lists of regions in it, in order.
  private(set) var listings: [DebuggerListing] = []
  /// The last summary in it.
  private(set) var summary = AddressSummary()
  /// How many answers about a single address it holds.
  private(set) var singleAnswers = 0
  private var current = DebuggerListing()
  private var block: AddressBlock?
  /// A row that is not complete: its line was broken.
  private var broken: [UInt8] = []
  private var brokenLine = 0

  init(_ bytes: [UInt8]) {
    var lines = TextLines(bytes)
    while let line = lines.next() { read(bytes, line, number: lines.number) }
    endBroken()
    endBlock()
    endListing()
  }

  private mutating func read(_ bytes: [UInt8], _ line: Range<Int>, number: Int) {
    if let row = AddressRow(bytes, line) {
      endBroken()
      endBlock()
      if row.isComplete || line.count > Self.longestBroken {
        add(row, bytes, number)
      } else {
        broken = Array(bytes[line])
        brokenLine = number
      }
      return
    }
    if !broken.isEmpty, join(bytes[line]) { return }
    if let next = AddressBlock(heading: bytes, line, line: number)
      ?? AddressBlock(vadump: bytes, line, line: number)
    {
      endBlock()
      block = next
      return
    }
    if block?.take(bytes, line) == true { return }
    if summary.take(bytes, line, number: number) {
      endBlock()
      return
    }
    note(bytes, line)
  }

  /// The heading of a table and the next command end a list; an answer about one address is counted.
  private mutating func note(_ bytes: [UInt8], _ line: Range<Int>) {
    guard line.count < 400, !line.isEmpty else { return }
    if Self.isPrompt(bytes, line)
      || bytes.contains("endadd", in: line) && bytes.contains("baseadd", in: line)
    {
      endBroken()
      endBlock()
      endListing()
    } else if bytes[line].first(where: { !$0.isBlank }).map({ $0.lowercased == 0x62 }) == true,
      bytes.contains("base address:", in: line)
    {
      singleAnswers += 1
    }
  }

  /// Whether a line begins with a debugger's prompt: `0:003>`, `0:000:x86>`, `1: kd>`.
  static func isPrompt(_ bytes: [UInt8], _ line: Range<Int>) -> Bool {
    var scanner = LineScanner(bytes, line)
    scanner.skipBlanks()
    guard scanner.decimal() != nil, scanner.skip(UInt8(ascii: ":")) else { return false }
    if scanner.decimal() == nil {
      scanner.skipBlanks()
      return bytes.begins(with: "kd>", at: scanner.position)
    }
    if scanner.skip(UInt8(ascii: ":")) {
      while let byte = scanner.peek, byte != UInt8(ascii: ">"), !byte.isBlank, scanner.skip(byte) {}
    }
    return scanner.skip(UInt8(ascii: ">"))
  }

  /// A row is broken once or twice, and no line of it is longer than a console is wide.
  private static let longestBroken = 1000

  /// Takes a line as the rest of a broken row; answers whether it was.
  private mutating func join(_ rest: ArraySlice<UInt8>) -> Bool {
    guard rest.count < Self.longestBroken else {
      endBroken()
      return false
    }
    // Broken between words, or inside one.
    for joint in [[0x20], []] as [[UInt8]] {
      let whole = broken + joint + rest
      guard let row = AddressRow(whole, whole.indices), row.isComplete else { continue }
      broken = []
      add(row, whole, brokenLine)
      return true
    }
    endBroken()
    return false
  }

  /// Takes a broken row for what it tells.
  private mutating func endBroken() {
    guard !broken.isEmpty else { return }
    let bytes = broken
    broken = []
    if let row = AddressRow(bytes, bytes.indices) { add(row, bytes, brokenLine) }
  }

  private mutating func add(_ row: AddressRow, _ bytes: [UInt8], _ line: Int) {
    if current.restarts(at: row.range.lower) { endListing() }
    current.add(row, bytes, line: line)
  }

  private mutating func endBlock() {
    guard let done = block else { return }
    block = nil
    guard let range = done.range, done.state != nil else { return }
    if current.restarts(at: range.lower) { endListing() }
    current.add(done, range)
  }

  private mutating func endListing() {
    if !current.isEmpty { listings.append(current) }
    current = DebuggerListing()
  }
}

/// One list of regions that a debugger printed, in any of its forms.
struct DebuggerListing {
  private(set) var memory = WindowsListing()
  /// How many rows had no state, so that nothing can be said of them.
  private(set) var withoutState = 0
  /// The process's id, where a thread's id came with it.
  private(set) var process: UInt64?
  /// The path of the first program among the images.
  private(set) var program: String?
  /// Whether its uses tell a 32-bit process under WOW64.
  private(set) var showsWow64 = false
  private var allocation: Address?
  private var hasMarks = false

  var isEmpty: Bool { memory.isEmpty && withoutState == 0 }

  /// Whether memory at `address` begins another list: they are in the order of addresses.
  func restarts(at address: Address) -> Bool {
    memory.first.map { address <= $0 } ?? false
  }

  /// Adds a row of a table; `bytes` are those that it was read from.
  mutating func add(_ row: AddressRow, _ bytes: [UInt8], line: Int) {
    if row.isMarked {
      hasMarks = true
      allocation = row.range.lower
    } else if !hasMarks || memory.last != row.range.lower {
      allocation = nil
    }
    switch row.state {
    case .free: memory.add(free: row.range, line: line)
    case .committed, .reserved:
      let use = AddressUse(bytes, row.use)
      if process == nil { process = use.process }
      if use.wordSize == .bits32 { showsWow64 = true }
      add(
        WindowsRegion(
          range: row.range, allocationBase: allocation,
          state: row.state == .committed ? .committed : .reserved,
          protection: row.protection ?? [], type: row.type, path: use.path, use: use.use),
        line: line)
    case nil: withoutState += 1
    }
  }

  /// Adds a region that was told in several lines.
  mutating func add(_ block: AddressBlock, _ range: AddressRange) {
    if let base = block.allocationBase {
      allocation = Address(base) <= range.lower ? Address(base) : nil
    } else if block.isMarked == nil || memory.last != range.lower {
      allocation = nil
    }
    if block.isFree {
      memory.add(free: range, line: block.line)
    } else if let region = block.region(allocation: allocation) {
      if process == nil { process = block.use.process }
      add(region, line: block.line)
    } else {
      withoutState += 1
    }
  }

  private mutating func add(_ region: WindowsRegion, line: Int) {
    memory.add(region.region, line: line)
    guard program == nil, region.type == .image else { return }
    if region.path.lowercased().hasSuffix(".exe") { program = region.path }
  }
}
