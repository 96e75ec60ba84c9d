import AddressSpace

/// The comment lines of a capture: what decides the layout, before the map's own text.
///
///     # addrspace capture 1
///     # word-size: 32
///     # no-reserve: 00d51000-20000000
///
/// Every line begins with `#`, so that the file stays valid maps text for anything that skips
/// comments. Unknown keys are left alone: a later program may know them.
struct CaptureHeader {
  static let version = "1"
  static let firstLine = "# addrspace capture"

  var facts = LayoutFacts()
  var pid: Int32?
  var name: String?
  private var noReserve: [AddressRange] = []
  private var growsDown: [AddressRange] = []
  private var contents: [ContentFacts.Piece] = []
  private var areContentsComplete: Bool?
  private var distinct: [AddressRange] = []
  private var isCapture = false
  /// The kinds of regions that their names and access do not tell.
  private(set) var kinds: [AddressRange: Region.Kind] = [:]
  /// The names of regions that a line of a map cannot hold.
  private var names: [AddressRange: String] = [:]
  /// What could not be read of the source that the capture was made of.
  private var diagnostics: [Diagnostic] = []
  private var heap = CapturedHeap()

  /// Reads one comment line; answers what is wrong with it.
  mutating func read(_ line: String, line number: Int) throws(FormatError) -> Diagnostic? {
    if line.hasPrefix(Self.firstLine) {
      let version = line.dropFirst(Self.firstLine.count).drop { $0 == " " }
      guard version == Self.version else {
        throw .newerCapture(String(version.prefix(16)), line: number)
      }
      isCapture = true
      facts.isRead = true
      return nil
    }
    let parts = line.dropFirst().words(separator: ":", atMost: 2)
    guard isCapture, parts.count == 2 else { return nil }
    let (key, value) = (parts[0].unicodeScalars, parts[1].unicodeScalars)
    return read(
      String(key.drop { $0 == " " }), String(value.drop { $0 == " " }), line: number)
  }

  /// Reads what a capture says under a key; answers what is wrong with it.
  mutating func read(_ key: String, _ value: String, line number: Int? = nil) -> Diagnostic? {
    guard let field = Field(rawValue: key), !read(field, value) else { return nil }
    return Diagnostic(line: number, "\"\(value)\" is no \(key); line skipped")
  }

  /// The regions with the traits and names that the capture keeps beside the map.
  func marking(_ regions: [Region]) -> [Region] {
    guard !noReserve.isEmpty || !growsDown.isEmpty || !distinct.isEmpty || !names.isEmpty else {
      return regions
    }
    let unreserved = Set(noReserve)
    let growing = Set(growsDown)
    let distinct = Set(distinct)
    return regions.map { region in
      var traits = region.traits
      if unreserved.contains(region.range) { traits.insert(.noReserve) }
      if growing.contains(region.range) { traits.insert(.growsDown) }
      if distinct.contains(region.range) { traits.insert(.distinct) }
      let name = names[region.range] ?? region.name
      guard traits != region.traits || name != region.name else { return region }
      return Region(
        range: region.range, access: region.access, offset: region.offset, inode: region.inode,
        name: name, traits: traits)
    }
  }

  /// All facts, with what the lines that are repeated tell together.
  var allFacts: LayoutFacts {
    guard let areContentsComplete else { return facts }
    var facts = facts
    facts.contents = ContentFacts(contents, isComplete: areContentsComplete)
    return facts
  }

  /// Takes the heap that the capture tells of into the facts, and out of them what cannot be in this
  /// map; adds what is wrong, and what could not be read of the source.
  mutating func settle(in map: AddressMap, _ diagnostics: inout Diagnostics) {
    if heap.fits(in: map) {
      facts.heap = heap.facts
    } else {
      diagnostics.append(Diagnostic("the capture's heap is none of its mappings; it was ignored"))
    }
    if !idleStacksFit(in: map) {
      facts.threads?.idleStacks = nil
      diagnostics.append(
        Diagnostic("the capture's left stacks are none of its mappings; they were ignored"))
    }
    for diagnostic in self.diagnostics { diagnostics.append(diagnostic) }
  }

  private mutating func read(_ field: Field, _ value: String) -> Bool {
    switch field {
    case .pid: set(&pid, Int32(digits: value))
    case .name: set(&name, value)
    case .wordSize: set(&facts.wordSize, Int(digits: value).flatMap(WordSize.init))
    case .machine: set(&facts.machine, Machine(rawValue: value))
    case .kernelMachine: set(&facts.kernelMachine, Machine(rawValue: value))
    case .pageSize: set(&facts.pageSize, pageSize(value))
    case .personality:
      set(&facts.personality, UInt32(digits: value.dropFirst(2), radix: 16).map(Personality.init))
    case .stackLimit:
      set(&facts.stackLimit, value == "unlimited" ? LayoutFacts.unlimitedStack : bytes(value))
    case .lowestMapping: set(&facts.lowestMapping, address(value))
    case .legacySysctl: set(&facts.legacySysctl, flag(value))
    case .startOfBreak: set(&facts.startOfBreak, address(value))
    case .isRandomized: set(&facts.isRandomized, flag(value))
    case .firstMapping: set(&facts.firstMapping, AddressRange(text: value))
    case .heap: heap.readHeap(value)
    case .heapTopEnd: heap.readTopEnd(value)
    case .heapChunks: heap.readChunks(value)
    case .heapRead: heap.readExtent(value)
    case .mmapThreshold: heap.readThreshold(value)
    case .topPad: heap.readPad(value)
    case .arena: heap.readArena(value)
    case .threads: set(&facts.threads, threads(value))
    case .taskLimit: addTaskLimit(value)
    case .libcVersion: set(&facts.libcVersion, LibcVersion(text: value))
    case .wine: setWine(value)
    case .lacksMappings: flag(value).map { facts.lacksMappings = $0 } != nil
    case .traits: flag(value).map { facts.knowsTraits = $0 } != nil
    case .noReserve: AddressRange(text: value).map { noReserve.append($0) } != nil
    case .growsDown: AddressRange(text: value).map { growsDown.append($0) } != nil
    case .contents: content(value).map { contents.append($0) } != nil
    case .contentsRead:
      set(&areContentsComplete, value == "all" ? true : value == "part" ? false : nil)
    case .distinct: AddressRange(text: value).map { distinct.append($0) } != nil
    case .limitAddressSpace, .limitData, .dataSegment, .ignoresData, .mostMappings, .overcommit,
      .memory, .cgroup, .commit:
      LimitText.read(field, value, into: &facts.limits)
    case .held: set(&facts.held, LimitText.held(value))
    case .summary: set(&facts.summary, SummaryText.summary(value))
    case .summaryKind:
      SummaryText.kind(value).map { facts.summary?.kinds.append($0) } ?? nil != nil
    case .kind: readKind(value)
    case .regionName: readName(value)
    case .factsRead: flag(value).map { facts.isRead = $0 } != nil
    case .diagnostic: add(Diagnostic(value))
    case .windows, .windows64Bit, .largeAddressAware, .windowsEnd, .windowsEdges, .moduleVersion:
      readWindows(field, value)
    }
  }

  func set<Value>(_ field: inout Value?, _ value: Value?) -> Bool {
    guard let value else { return false }
    field = value
    return true
  }

  private mutating func add(_ diagnostic: Diagnostic) -> Bool {
    diagnostics.append(diagnostic)
    return true
  }

  private mutating func setWine(_ value: String) -> Bool {
    let parts = value.words(atMost: 2)
    let evidence = parts.count == 2 ? parts[1] : nil
    switch parts[0] {
    case "large-address-aware":
      facts.wine = WineFacts(isLargeAddressAware: true, evidence: evidence)
    case "2g": facts.wine = WineFacts(isLargeAddressAware: false, evidence: evidence)
    case "unknown": facts.wine = WineFacts(evidence: evidence)
    default: return false
    }
    return true
  }

  /// `LOW-HIGH KIND`
  private mutating func readKind(_ text: String) -> Bool {
    let words = text.words(atMost: 2)
    guard words.count == 2, let range = AddressRange(text: words[0]),
      let kind = Region.Kind(rawValue: words[1])
    else { return false }
    kinds[range] = kind
    return true
  }

  /// `LOW-HIGH NAME`, the name as `EscapedName` has it.
  private mutating func readName(_ text: String) -> Bool {
    let words = text.words(atMost: 2)
    guard words.count == 2, let range = AddressRange(text: words[0]),
      let name = EscapedName.decoded(words[1][...])
    else { return false }
    names[range] = name
    return true
  }

  /// `LOW-HIGH CERTAINTY OWNER`
  private func content(_ text: String) -> ContentFacts.Piece? {
    let words = text.words(atMost: 3)
    guard words.count == 3, let range = AddressRange(text: words[0]),
      let certainty = Origin.Certainty(rawValue: words[1])
    else { return nil }
    return ContentFacts.Piece(range, Origin(Origin.Owner(named: words[2]), certainty))
  }

  func address(_ text: String) -> Address? {
    text.hasPrefix("0x") ? UInt64(digits: text.dropFirst(2), radix: 16).map { Address($0) } : nil
  }

  func bytes(_ text: String) -> ByteCount? { UInt64(digits: text).map { ByteCount($0) } }

  func flag(_ text: String) -> Bool? { text == "yes" ? true : text == "no" ? false : nil }

  /// A page is a power of two, from 4 KiB on: what rounds by it relies on that.
  private func pageSize(_ text: String) -> ByteCount? {
    bytes(text).flatMap { size in
      size.value.nonzeroBitCount == 1 && size >= .kibibytes(4) && size <= .mebibytes(1)
        ? size : nil
    }
  }
}

extension StringProtocol {
  /// The first words, the last with all that is left. A mark that combines with a blank before it is
  /// part of the name, not of the blank.
  func words(separator: Unicode.Scalar = " ", atMost count: Int) -> [String] {
    String(self).unicodeScalars
      .split(separator: separator, maxSplits: count - 1, omittingEmptySubsequences: false)
      .map(String.init)
  }
}

extension CaptureHeader {
  /// The keys of a capture's lines.
  enum Field: String {
    case pid
    case name
    case wordSize = "word-size"
    case machine
    case kernelMachine = "kernel-machine"
    case pageSize = "page-size"
    case personality
    case stackLimit = "stack-limit"
    case lowestMapping = "lowest-mapping"
    case legacySysctl = "legacy-va-layout"
    case startOfBreak = "start-of-break"
    case isRandomized = "randomized"
    case firstMapping = "first-mapping"
    case heap
    case heapTopEnd = "heap-top-end"
    case heapChunks = "heap-chunks"
    case heapRead = "heap-read"
    case mmapThreshold = "mmap-threshold"
    case topPad = "top-pad"
    case arena
    case threads
    case taskLimit = "task-limit"
    case libcVersion = "libc-version"
    case wine
    case lacksMappings = "lacks-mappings"
    case traits = "traits-known"
    case noReserve = "no-reserve"
    case growsDown = "grows-down"
    case contents
    case contentsRead = "contents-read"
    case distinct = "distinct"
    case limitAddressSpace = "limit-address-space"
    case limitData = "limit-data"
    case dataSegment = "data-segment"
    case ignoresData = "limit-data-ignored"
    case mostMappings = "max-map-count"
    case overcommit
    case memory
    case cgroup = "cgroup-memory"
    case held
    case kind
    case regionName = "region-name"
    case factsRead = "facts-read"
    case diagnostic
    case windows
    case windows64Bit = "windows-64-bit"
    case largeAddressAware = "large-address-aware"
    case summary
    case summaryKind = "summary-kind"
    case moduleVersion = "module-version"
    case windowsEnd = "windows-end"
    case windowsEdges = "windows-edges"
    case commit
  }
}
