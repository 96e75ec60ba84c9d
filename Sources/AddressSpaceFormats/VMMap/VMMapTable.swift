import AddressSpace

/// The text of VMMap's CSV export: a table of totals, then one of allocations and their blocks.
struct VMMapTable {
  private(set) var process: String?
  private(set) var pid: UInt64?
  /// The totals by type.
  private(set) var totals: [(type: String, total: Total)] = []
  private(set) var entries: [VMMapEntry] = []
  private(set) var diagnostics = Diagnostics()
  /// Whether addresses have more than eight digits.
  private(set) var isWide = false
  private var columns: [String] = []
  private var part = Part.none

  /// One row of the table of totals; what its field does not hold is nil.
  struct Total {
    var size: UInt64?
    var privateBytes: UInt64?
    var resident: UInt64?
    var blocks: UInt64?
    var largest: UInt64?
  }

  private enum Part {
    case none
    case totals
    case details
  }

  /// The largest number of KiB that is believed, so that sums stay numbers.
  private static let mostKibibytes: UInt64 = 1 << 50

  init(_ bytes: [UInt8]) {
    var lines = TextLines(bytes)
    while let line = lines.next() {
      read(CSVFields(bytes, line).fields, bytes, lines.number)
    }
    if lines.endsInMidLine {
      diagnostics.append(Diagnostic(line: lines.number, "the file ends in the middle of a line"))
    }
  }

  private mutating func read(_ fields: [Range<Int>], _ bytes: [UInt8], _ line: Int) {
    guard let first = fields.first else { return }
    let key = RegionName.decoded(bytes[first])
    switch key {
    case "": return
    case "Process:": process = fields.count > 1 ? RegionName.decoded(bytes[fields[1]]) : nil
    case "PID:": pid = fields.count > 1 ? Self.number(bytes, fields[1]) : nil
    case "Type":
      columns = fields.map { RegionName.decoded(bytes[$0]) }
      part = .totals
    case "Address":
      columns = fields.map { RegionName.decoded(bytes[$0]) }
      part = .details
    default:
      switch part {
      case .none: break
      case .totals: readTotal(key, fields, bytes)
      case .details: readEntry(fields, bytes, line)
      }
    }
  }

  private func field(_ name: String, _ fields: [Range<Int>]) -> Range<Int>? {
    guard let index = columns.firstIndex(of: name), index < fields.count else { return nil }
    return fields[index]
  }

  private func kibibytes(
    _ name: String, _ fields: [Range<Int>], _ bytes: [UInt8]
  ) -> UInt64? {
    guard let field = field(name, fields), let count = Self.number(bytes, field),
      count < Self.mostKibibytes
    else { return nil }
    return count << 10
  }

  private mutating func readTotal(_ type: String, _ fields: [Range<Int>], _ bytes: [UInt8]) {
    guard totals.count < 100 else { return }
    totals.append(
      (
        type,
        Total(
          size: kibibytes("Size", fields, bytes),
          privateBytes: kibibytes("Private", fields, bytes),
          resident: kibibytes("Total WS", fields, bytes),
          blocks: field("Blocks", fields).flatMap { Self.number(bytes, $0) },
          largest: kibibytes("Largest", fields, bytes))
      ))
  }

  private mutating func readEntry(_ fields: [Range<Int>], _ bytes: [UInt8], _ line: Int) {
    guard let address = field("Address", fields) else { return }
    var scanner = LineScanner(bytes, address)
    let isBlock = scanner.skipBlanks() > 0
    let digits = scanner.rest.count
    guard let value = scanner.hexadecimal(), scanner.rest.isEmpty else {
      diagnostics.append(Diagnostic(line: line, "the address is not a hexadecimal number; skipped"))
      return
    }
    guard let size = kibibytes("Size", fields, bytes), size > 0 else {
      diagnostics.append(Diagnostic(line: line, "the size is not a number of KiB; skipped"))
      return
    }
    let name = field("Type", fields).map { RegionName.decoded(bytes[$0]) } ?? ""
    let type = VMMapType(name: name)
    if type == nil {
      diagnostics.append(
        Diagnostic(line: line, "an unknown type of memory; taken for private data"))
    }
    if digits > 8 { isWide = true }
    let protection = field("Protection", fields).map { bytes[$0] } ?? []
    entries.append(
      VMMapEntry(
        address: value, size: size, isBlock: isBlock, type: type ?? .privateData,
        protection: WindowsProtection(vmmapName: protection),
        isReserved: protection.elementsEqual("Reserved".utf8),
        details: field("Details", fields).map { RegionName.decoded(bytes[$0]) } ?? "",
        line: line))
  }

  /// A whole number, whatever its thousands are set apart by: `,`, `.`, `'`, a blank, a space of
  /// another kind. Nil where there is none or a letter is in it.
  private static func number(_ bytes: [UInt8], _ range: Range<Int>) -> UInt64? {
    var value: UInt64?
    for byte in bytes[range] {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        let (product, overflow) = (value ?? 0).multipliedReportingOverflow(by: 10)
        let (sum, carry) = product.addingReportingOverflow(UInt64(byte - UInt8(ascii: "0")))
        guard !overflow, !carry else { return nil }
        value = sum
      case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
        UInt8(ascii: "-"):
        return nil
      default: break
      }
    }
    return value
  }
}

extension WindowsProtection {
  /// VMMap's words: `Read/Write/Guard`, `Copy on write`, `Execute/Copy on Write`, `No access`.
  init(vmmapName name: ArraySlice<UInt8>) {
    var words: [String] = []
    for word in name.split(separator: UInt8(ascii: "/")) {
      words.append(String(decoding: word.map(\.lowercased), as: UTF8.self))
    }
    let isCopied = words.contains { $0.hasPrefix("copy on write") }
    let isWritten = words.contains("write")
    let isRead = words.contains("read")
    if words.contains("execute") {
      self =
        isCopied
        ? .executeWriteCopy : isWritten ? .executeReadWrite : isRead ? .executeRead : .execute
    } else {
      self = isCopied ? .writeCopy : isWritten ? .readWrite : isRead ? .readOnly : []
    }
    if words.contains("no access") { insert(.noAccess) }
    if words.contains("guard") { insert(.guardPage) }
    if words.contains("writecombine") { insert(.writeCombine) }
    if words.contains("nocache") { insert(.noCache) }
  }
}

/// The fields of one line of comma-separated values; quotation marks inside quoted ones are doubled.
struct CSVFields {
  /// Where each lies, without its quotation marks.
  private(set) var fields: [Range<Int>] = []

  init(_ bytes: [UInt8], _ line: Range<Int>) {
    var index = line.lowerBound
    while index < line.upperBound {
      if bytes[index] == UInt8(ascii: "\"") {
        let start = index + 1
        index = start
        while index < line.upperBound {
          if bytes[index] == UInt8(ascii: "\"") {
            guard index + 1 < line.upperBound, bytes[index + 1] == bytes[index] else { break }
            index += 1
          }
          index += 1
        }
        fields.append(start..<min(index, line.upperBound))
        index += 1
        while index < line.upperBound, !Self.isDelimiter(bytes[index]) { index += 1 }
      } else {
        let start = index
        while index < line.upperBound, !Self.isDelimiter(bytes[index]) { index += 1 }
        fields.append(start..<index)
      }
      index += 1
    }
  }

  /// Where a comma stands for the decimal point, spreadsheets take a semicolon.
  private static func isDelimiter(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: ",") || byte == UInt8(ascii: ";")
  }
}
