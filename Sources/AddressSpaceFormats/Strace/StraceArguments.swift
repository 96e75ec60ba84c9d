import AddressSpace

/// The arguments of a call and its result, as text in a log.
struct StraceArguments {
  let bytes: [UInt8]
  /// The arguments, without blanks around them.
  private(set) var places: [Range<Int>] = []
  /// What stands behind `= `.
  private(set) var result: Range<Int>

  /// Takes apart what stands behind a call's opening bracket; nil where it has no end or no result.
  init?(_ bytes: [UInt8], _ rest: Range<Int>) {
    self.bytes = bytes
    var depth = 0
    var start = rest.lowerBound
    var index = start
    var close: Int?
    scan: while index < rest.upperBound {
      switch bytes[index] {
      case UInt8(ascii: "\""):
        index = Self.endOfText(bytes, index, rest.upperBound)
      case UInt8(ascii: "<"):
        // The path of a descriptor (-y), which may hold anything but an angle.
        index = Self.endOfPath(bytes, index, rest) ?? index
      case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
      case UInt8(ascii: ")") where depth == 0:
        close = index
        break scan
      case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
      case UInt8(ascii: ",") where depth == 0:
        places.append(Self.trimmed(bytes, start..<index))
        start = index + 1
      default: break
      }
      index += 1
    }
    guard let close else { return nil }
    let last = Self.trimmed(bytes, start..<close)
    if !last.isEmpty || !places.isEmpty { places.append(last) }
    var scanner = StraceScanner(bytes, close + 1..<rest.upperBound)
    scanner.skipBlanks()
    guard scanner.skip("=") else { return nil }
    scanner.skipBlanks()
    result = scanner.rest
  }

  /// The place of the quote that ends the text at `start`.
  private static func endOfText(_ bytes: [UInt8], _ start: Int, _ end: Int) -> Int {
    var index = start + 1
    while index < end {
      if bytes[index] == UInt8(ascii: "\\") {
        index += 2
        continue
      }
      if bytes[index] == UInt8(ascii: "\"") { return index }
      index += 1
    }
    return end
  }

  /// The place of the angle that ends the path at `start`, which follows a descriptor.
  private static func endOfPath(_ bytes: [UInt8], _ start: Int, _ rest: Range<Int>) -> Int? {
    guard start > rest.lowerBound, (0x30...0x39).contains(bytes[start - 1]) else { return nil }
    // `21<<MAP_HUGE_SHIFT`
    guard start + 1 < rest.upperBound, bytes[start + 1] != UInt8(ascii: "<") else {
      return start + 1
    }
    return bytes[start..<rest.upperBound].firstIndex(of: UInt8(ascii: ">"))
  }

  private static func trimmed(_ bytes: [UInt8], _ range: Range<Int>) -> Range<Int> {
    var (start, end) = (range.lowerBound, range.upperBound)
    while start < end, bytes[start] == 0x20 { start += 1 }
    while start < end, bytes[end - 1] == 0x20 { end -= 1 }
    return start..<end
  }
}

extension StraceArguments {
  /// What a call came to.
  enum Outcome: Equatable {
    case value(UInt64)
    case error(String)
  }

  /// The result; nil where there is none, as of a call that did not return.
  var outcome: Outcome? {
    var scanner = StraceScanner(bytes, result)
    if scanner.skip("-1 ") {
      let start = scanner.position
      let name = bytes[start..<result.upperBound].prefix { $0 > 0x20 }
      return .error(String(decoding: name, as: UTF8.self))
    }
    return number(result).map { .value($0) }
  }

  /// The number that an argument is: `NULL`, `0x1f`, `017`, `12`, `-1`, with a name or a remark
  /// behind it or none.
  func number(_ index: Int) -> UInt64? {
    places.indices.contains(index) ? number(places[index]) : nil
  }

  private func number(_ place: Range<Int>) -> UInt64? {
    var scanner = StraceScanner(bytes, place)
    if scanner.skip("NULL") { return 0 }
    let isNegative = scanner.skip("-")
    guard let value = scanner.hexadecimal() ?? scanner.decimal() else { return nil }
    return isNegative ? 0 &- value : value
  }

  /// The bits that an argument sets: names, numbers and shifts with bars between.
  func bits(_ index: Int, _ names: [String: UInt64]) -> UInt64 {
    guard places.indices.contains(index) else { return 0 }
    var bits: UInt64 = 0
    var words = bytes[places[index]]
    // `0x3 /* PROT_READ|PROT_WRITE */`
    if let blank = words.firstIndex(of: 0x20) { words = words[..<blank] }
    for word in words.split(separator: UInt8(ascii: "|")) {
      var scanner = StraceScanner(bytes, word.indices)
      if let number = scanner.hexadecimal() ?? scanner.decimal() {
        let shift = scanner.skip("<<MAP_HUGE_SHIFT") ? StraceFlags.hugeShift : 0
        bits |= number << shift
      } else {
        bits |= names[String(decoding: word, as: UTF8.self)] ?? 0
      }
    }
    return bits
  }

  /// The text that an argument quotes, with its escapes undone; nil where it is none.
  func text(_ index: Int) -> String? {
    guard places.indices.contains(index) else { return nil }
    return text(in: places[index]).map { RegionName.decoded($0[...]) }
  }

  /// All texts that an argument quotes, as the arguments of a program.
  func texts(_ index: Int) -> [String] {
    guard places.indices.contains(index) else { return [] }
    var texts: [String] = []
    var rest = places[index]
    while let start = bytes[rest].firstIndex(of: UInt8(ascii: "\"")),
      let text = text(in: start..<rest.upperBound)
    {
      texts.append(RegionName.decoded(text[...]))
      rest =
        min(Self.endOfText(bytes, start, rest.upperBound) + 1, rest.upperBound)..<rest.upperBound
    }
    return texts
  }

  /// The path behind a descriptor (`3</lib/libc.so.6>`), nil where the log has none.
  func path(_ index: Int) -> String? {
    guard places.indices.contains(index) else { return nil }
    let place = places[index]
    guard let start = bytes[place].firstIndex(of: UInt8(ascii: "<")),
      let end = bytes[place].lastIndex(of: UInt8(ascii: ">")), start < end
    else { return nil }
    let isDeleted = bytes[end + 1..<place.upperBound].elementsEqual("(deleted)".utf8)
    let text = StraceText.unescaped(bytes[start + 1..<end])
    return RegionName.decoded(text[...]) + (isDeleted ? " (deleted)" : "")
  }

  private func text(in place: Range<Int>) -> [UInt8]? {
    guard let first = place.first, bytes[first] == UInt8(ascii: "\"") else { return nil }
    let end = Self.endOfText(bytes, first, place.upperBound)
    return first + 1 <= end ? StraceText.unescaped(bytes[first + 1..<min(end, bytes.count)]) : nil
  }

  /// Whether an argument mentions a name.
  func mentions(_ name: String) -> Bool {
    guard let first = places.first, let last = places.last else { return false }
    return bytes[first.lowerBound..<last.upperBound].split { !StraceText.isWord($0) }
      .contains { $0.elementsEqual(name.utf8) }
  }
}

/// Text as strace quotes it.
enum StraceText {
  /// Undoes `\n`, `\"`, `\12`, `\x0a`.
  static func unescaped(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    guard bytes.contains(UInt8(ascii: "\\")) else { return Array(bytes) }
    var text: [UInt8] = []
    var rest = bytes
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "\\"), let escaped = rest.popFirst() else {
        text.append(byte)
        continue
      }
      switch escaped {
      case UInt8(ascii: "n"): text.append(0x0A)
      case UInt8(ascii: "t"): text.append(0x09)
      case UInt8(ascii: "r"): text.append(0x0D)
      case UInt8(ascii: "v"): text.append(0x0B)
      case UInt8(ascii: "f"): text.append(0x0C)
      case UInt8(ascii: "x"):
        let digits = rest.prefix(2)
        text.append(UInt8(String(decoding: digits, as: UTF8.self), radix: 16) ?? 0x3F)
        rest = rest.dropFirst(2)
      case 0x30...0x37:
        var value = UInt16(escaped - 0x30)
        var count = 1
        while count < 3, let digit = rest.first, (0x30...0x37).contains(digit) {
          value = value << 3 | UInt16(digit - 0x30)
          rest = rest.dropFirst()
          count += 1
        }
        text.append(UInt8(truncatingIfNeeded: value))
      default: text.append(escaped)
      }
    }
    return text
  }

  static func isWord(_ byte: UInt8) -> Bool {
    (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte) || (0x30...0x39).contains(byte)
      || byte == 0x5F
  }
}

/// The bits behind strace's names (`asm-generic/mman.h`), alike on the processors that are read.
enum StraceFlags {
  static let protection: [String: UInt64] = [
    "PROT_READ": 1, "PROT_WRITE": 2, "PROT_EXEC": 4, "PROT_GROWSDOWN": 0x0100_0000,
    "PROT_GROWSUP": 0x0200_0000,
  ]
  static let shared: UInt64 = 1
  static let privately: UInt64 = 2
  static let type: UInt64 = 0x0F
  static let fixed: UInt64 = 0x10
  static let anonymous: UInt64 = 0x20
  static let growsDown: UInt64 = 0x100
  static let noReserve: UInt64 = 0x4000
  static let hugePages: UInt64 = 0x40000
  static let fixedIfFree: UInt64 = 0x10_0000
  /// Where the size of huge pages stands, as a power of two.
  static let hugeShift: UInt64 = 26
  static let mapping: [String: UInt64] = [
    "MAP_SHARED": shared, "MAP_PRIVATE": privately, "MAP_SHARED_VALIDATE": 3, "MAP_FIXED": fixed,
    "MAP_ANONYMOUS": anonymous, "MAP_ANON": anonymous, "MAP_GROWSDOWN": growsDown,
    "MAP_NORESERVE": noReserve, "MAP_HUGETLB": hugePages, "MAP_FIXED_NOREPLACE": fixedIfFree,
  ]
  /// Of `mremap`.
  static let fixedTarget: UInt64 = 2
  static let keepsSource: UInt64 = 4
  static let remapping: [String: UInt64] = [
    "MREMAP_MAYMOVE": 1, "MREMAP_FIXED": fixedTarget, "MREMAP_DONTUNMAP": keepsSource,
  ]
  /// Of `shmat`.
  static let readOnly: UInt64 = 0x1000
  static let replacing: UInt64 = 0x4000
  static let executable: UInt64 = 0x8000
  static let attaching: [String: UInt64] = [
    "SHM_RDONLY": readOnly, "SHM_RND": 0x2000, "SHM_REMAP": replacing, "SHM_EXEC": executable,
  ]
  /// The error numbers of these calls (`asm-generic/errno.h`).
  static let errors: [String: Int32] = [
    "EPERM": 1, "EINTR": 4, "EBADF": 9, "EAGAIN": 11, "ENOMEM": 12, "EACCES": 13, "EFAULT": 14,
    "EEXIST": 17, "ENODEV": 19, "EINVAL": 22, "ENFILE": 23, "ETXTBSY": 26, "ENOSYS": 38,
    "EIDRM": 43, "EOVERFLOW": 75, "EOPNOTSUPP": 95,
  ]
}
