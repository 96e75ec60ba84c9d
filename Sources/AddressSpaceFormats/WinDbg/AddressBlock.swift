import AddressSpace

/// A region told in several lines: by the oldest `!address`, under a line `BASE : START - SIZE`, and
/// by `!vadump`, from `BaseAddress:` on.
struct AddressBlock {
  var start: UInt64
  var size: UInt64?
  var allocationBase: UInt64?
  /// Whether it begins its allocation, nil where only its allocation's base tells.
  var isMarked: Bool?
  /// The line on which it begins.
  let line: Int
  private(set) var state: UInt32?
  private var type: UInt32 = 0
  private var protection: UInt32 = 0
  private(set) var use = AddressUse()

  /// Reads `BASE : START - SIZE` or, of a later region of the same allocation, `START - SIZE`; nil
  /// where the line is something else. The dash may have become a longer one on the way.
  init?(heading bytes: [UInt8], _ range: Range<Int>, line: Int) {
    var scanner = LineScanner(bytes, range)
    scanner.skipBlanks()
    guard var start = scanner.debuggerNumber(), scanner.skipBlanks() > 0 else { return nil }
    if scanner.skip(UInt8(ascii: ":")) {
      scanner.skipBlanks()
      guard let second = scanner.debuggerNumber(), scanner.skipBlanks() > 0 else { return nil }
      allocationBase = start
      start = second
      isMarked = true
    } else {
      isMarked = false
    }
    guard scanner.skipDash(), let size = scanner.debuggerNumber() else { return nil }
    scanner.skipBlanks()
    guard scanner.rest.isEmpty, size > 0, start <= UInt64.max - size else { return nil }
    self.start = start
    self.size = size
    self.line = line
  }

  /// Reads `BaseAddress: START`; nil where the line is something else.
  init?(vadump bytes: [UInt8], _ range: Range<Int>, line: Int) {
    guard let (key, value) = Self.field(bytes, range), key == .baseAddress else { return nil }
    start = value
    self.line = line
  }

  /// Takes one line of it; answers whether it was one.
  mutating func take(_ bytes: [UInt8], _ range: Range<Int>) -> Bool {
    if let (key, value) = Self.field(bytes, range) {
      switch key {
      case .baseAddress: return false
      case .regionSize: size = value
      case .allocationBase: allocationBase = value
      case .allocationProtect: break
      case .state: state = UInt32(truncatingIfNeeded: value)
      case .protect: protection = UInt32(truncatingIfNeeded: value)
      case .type: type = UInt32(truncatingIfNeeded: value)
      }
      return true
    }
    var scanner = LineScanner(bytes, range)
    scanner.skipBlanks()
    let key = scanner.position
    _ = scanner.word()
    scanner.skipBlanks()
    if bytes.begins(with: "usage", at: key) {
      let word = scanner.word()
      use = AddressUse(regionUsage: bytes, word)
    } else if bytes.begins(with: "fullpath", at: key) {
      use.path = String(RegionName.decoded(bytes[scanner.rest]).trimmed)
    } else if bytes.begins(with: "pid.tid", at: key) {
      use.add(thread: bytes, scanner.rest)
    } else {
      return false
    }
    return true
  }

  /// Where it lies, nil where that is not told.
  var range: AddressRange? {
    guard let size, start <= UInt64.max - size else { return nil }
    return AddressRange(Address(start), Address(start + size))
  }

  /// `MEM_FREE` of `winnt.h`.
  var isFree: Bool { state == 0x1_0000 }

  /// The region, nil where it is free or its state is not told.
  func region(allocation: Address?) -> WindowsRegion? {
    guard let range, state == 0x1000 || state == 0x2000 else { return nil }
    return WindowsRegion(
      range: range, allocationBase: allocation, state: state == 0x1000 ? .committed : .reserved,
      protection: WindowsProtection(rawValue: protection),
      type: Self.types[type], path: use.path, use: use.use)
  }

  /// `MEM_IMAGE`, `MEM_MAPPED`, `MEM_PRIVATE` of `winnt.h`.
  private static let types: [UInt32: WindowsRegion.MemoryType] = [
    0x100_0000: .image, 0x4_0000: .mapped, 0x2_0000: .privateMemory,
  ]

  private enum Key {
    case baseAddress
    case regionSize
    case allocationBase
    case allocationProtect
    case state
    case protect
    case type
  }

  private static let keys: [(word: Word, key: Key)] = [
    ("baseaddress", .baseAddress), ("regionsize", .regionSize),
    ("allocationbase", .allocationBase), ("allocationprotect", .allocationProtect),
    ("state", .state), ("protect", .protect), ("type", .type),
  ]

  /// `Key:  number ...` or `Key  number ...`.
  private static func field(
    _ bytes: [UInt8], _ range: Range<Int>
  ) -> (key: Key, value: UInt64)? {
    var scanner = LineScanner(bytes, range)
    scanner.skipBlanks()
    let start = scanner.position
    guard let (word, key) = keys.first(where: { bytes.begins(with: $0.word, at: start) }),
      start + word.bytes.count < range.upperBound
    else { return nil }
    scanner = LineScanner(bytes, start + word.bytes.count..<range.upperBound)
    let hasColon = scanner.skip(UInt8(ascii: ":"))
    guard scanner.skipBlanks() > 0 || hasColon, let value = scanner.debuggerNumber() else {
      return nil
    }
    return (key, value)
  }
}

extension LineScanner {
  /// Passes a dash of any kind, with the blanks around it: typewriters', en and em dashes, those of
  /// Windows' own character set.
  mutating func skipDash() -> Bool {
    skipBlanks()
    let isDash =
      skip(UInt8(ascii: "-")) || skip(0x96) || skip(0x97)
      || skip(0xE2) && skip(0x80) && (skip(0x93) || skip(0x94) || skip(0x92))
    skipBlanks()
    return isDash
  }
}
