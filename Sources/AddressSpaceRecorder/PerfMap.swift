import AddressSpace

/// The names of code that was made at run time, as compilers write them into `/tmp/perf-PID.map`: in
/// each line where a function begins, how long it is, both in hexadecimal, and its name.
struct PerfMap {
  private let functions: [Function]

  private struct Function {
    let range: AddressRange
    let name: String
  }

  /// Reads the text of such a file; lines that cannot be read are passed over.
  init(_ text: [UInt8]) {
    var functions: [Address: Function] = [:]
    for line in text.prefix(Self.mostBytes).split(separator: UInt8(ascii: "\n")) {
      let fields = line.split(separator: UInt8(ascii: " "), maxSplits: 2)
      guard fields.count == 3, let start = Self.hexadecimal(fields[0]),
        let size = Self.hexadecimal(fields[1]),
        case let (end, overflows) = start.addingReportingOverflow(size), !overflows,
        let range = AddressRange(Address(start), Address(end))
      else { continue }
      // The last that was made in a place is what lies there.
      functions[range.lower] = Function(
        range: range, name: String(decoding: fields[2], as: UTF8.self))
    }
    self.functions = functions.values.sorted { $0.range.lower < $1.range.lower }
  }

  /// The function that lies at an address.
  func name(at address: Address) -> String? {
    var low = 0
    var high = functions.count
    while low < high {
      let middle = low + (high - low) / 2
      if functions[middle].range.lower <= address { low = middle + 1 } else { high = middle }
    }
    guard low > 0, functions[low - 1].range.contains(address) else { return nil }
    return functions[low - 1].name
  }

  private static func hexadecimal(_ text: ArraySlice<UInt8>) -> UInt64? {
    let text = String(decoding: text, as: UTF8.self)
    return UInt64(digits: text.hasPrefix("0x") ? text.dropFirst(2) : text[...], radix: 16)
  }

  /// A compiler's file may grow without end.
  private static let mostBytes = 1 << 26
}
