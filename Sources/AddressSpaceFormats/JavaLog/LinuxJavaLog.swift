import AddressSpace

/// Reads the log that the Java virtual machine writes when it ends badly (`hs_err_pidN.log`), on
/// Linux: its section "Dynamic libraries" is the process's own map.
enum LinuxJavaLog: SavedReader {
  static func recognises(_ head: [UInt8]) -> Bool {
    var isLog = false
    for line in lines(of: head).prefix(mostHeadLines) {
      isLog = isLog || line.contains(sequence: "Java Runtime Environment")
      if isLog, line.starts(with: "# Java VM: ".utf8) { return line.contains(sequence: "linux-") }
    }
    return false
  }

  /// The line that names the machine is among the first.
  private static let mostHeadLines = 100

  private static func lines(of bytes: [UInt8]) -> some Sequence<ArraySlice<UInt8>> {
    bytes.split(
      separator: 0x0A, maxSplits: mostHeadLines, omittingEmptySubsequences: false)
  }

  static func read(
    _ file: some FileBytes, options: SavedFile.Options
  ) throws(FormatError) -> Snapshot {
    guard file.size <= SavedFile.largestText else { throw .tooLarge }
    let bytes = file.all()
    guard let title = section(in: bytes) else {
      throw .foreign(
        "a crash log of Java without its section \"Dynamic libraries\"",
        remedy: "Take the whole file hs_err_pidN.log.")
    }
    let head = Array(bytes.prefix(SavedFile.longestHead))
    var snapshot = try MapsParser.parse(
      Array(bytes[title.map]), path: options.path, facts: facts(head), firstLine: title.line)
    snapshot.source.kind = .javaLog
    snapshot.source.pid = pid(head)
    snapshot.source.name = virtualMachine(head)
    return snapshot
  }

  /// Where the map stands, from its first line to the empty one that ends it, and the number of its
  /// first line.
  private static func section(in bytes: [UInt8]) -> (map: Range<Int>, line: Int)? {
    var start = 0
    var number = 0
    var first: (Int, Int)?
    while start < bytes.count {
      number += 1
      let newline = bytes[start...].firstIndex(of: 0x0A) ?? bytes.count
      let line = bytes[start..<newline]
      if let (from, firstNumber) = first {
        // Newer ones count the mappings below them.
        let isEnd = line.isEmpty || line.elementsEqual([0x0D]) || line.starts(with: "Total ".utf8)
        if isEnd { return (from..<start, firstNumber) }
      } else if line.starts(with: "Dynamic libraries:".utf8) {
        first = (min(newline + 1, bytes.count), number + 1)
      }
      start = newline + 1
    }
    return first.map { ($0.0..<bytes.count, $0.1) }
  }

  private static func facts(_ head: [UInt8]) -> LayoutFacts {
    var facts = LayoutFacts()
    for line in lines(of: head) where line.starts(with: "# Java VM: ".utf8) {
      guard let place = line.firstRange(of: "linux-") else { continue }
      let name = line[place.upperBound...].prefix { StraceText.isWord($0) }
      switch String(decoding: name, as: UTF8.self) {
      case "x86": (facts.machine, facts.wordSize) = (.i386, .bits32)
      case "amd64": (facts.machine, facts.wordSize) = (.x86_64, .bits64)
      case "arm": (facts.machine, facts.wordSize) = (.arm, .bits32)
      case "aarch64": (facts.machine, facts.wordSize) = (.arm64, .bits64)
      default: break
      }
    }
    return facts
  }

  /// `#  SIGSEGV (0xb) at pc=0x…, pid=31388, tid=31389`
  private static func pid(_ head: [UInt8]) -> Int32? {
    for line in lines(of: head) where line.first == UInt8(ascii: "#") {
      guard let place = line.firstRange(of: ", pid=") else { continue }
      let digits = line[place.upperBound...].prefix { (0x30...0x39).contains($0) }
      return Int32(String(decoding: digits, as: UTF8.self))
    }
    return nil
  }

  /// `# Java VM: OpenJDK 64-Bit Server VM (25.262-b10 mixed mode linux-amd64)`, without what is in
  /// brackets; `(TM)` is none of these.
  private static func virtualMachine(_ head: [UInt8]) -> String? {
    for line in lines(of: head) where line.starts(with: "# Java VM: ".utf8) {
      let text = line.dropFirst("# Java VM: ".utf8.count)
      let name = text.firstRange(of: " (").map { text[..<$0.lowerBound] } ?? text
      return name.isEmpty ? nil : RegionName.decoded(name)
    }
    return nil
  }
}
