import AddressSpace
import TestSupport

/// A Windows address space as the debuggers print it, in all their forms.
struct DebuggerText {
  /// A row: `state` is `MEM_FREE`, `MEM_COMMIT` or `MEM_RESERVE`.
  struct Row: Equatable {
    var range: AddressRange
    var state: String
    var isFirst: Bool
    var isExecutable = false
  }

  var rows: [Row] = []

  /// A random space that ends below 2 GiB, tiled by its rows.
  init(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var at: UInt64 = 0
    let end: UInt64 = 0x7FFF_0000
    func add(_ pages: UInt64, _ state: String, _ isFirst: Bool, _ isExecutable: Bool = false) {
      guard at < end, let range = AddressRange(Address(at), Address(min(end, at + pages << 12)))
      else { return }
      rows.append(Row(range: range, state: state, isFirst: isFirst, isExecutable: isExecutable))
      at = range.upper.value
    }
    add(16, "MEM_FREE", true)
    while at < end {
      for part in 0..<Int.random(in: 1...4, using: &random) {
        add(
          UInt64.random(in: 1...(Bool.random(using: &random) ? 40 : 9000), using: &random),
          Bool.random(using: &random) ? "MEM_COMMIT" : "MEM_RESERVE", part == 0,
          Bool.random(using: &random))
      }
      if Int.random(in: 0..<3, using: &random) > 0 {
        add(UInt64.random(in: 1...20_000, using: &random), "MEM_FREE", true)
      }
    }
  }

  var taken: [AddressRange] { rows.filter { $0.state != "MEM_FREE" }.map(\.range) }
  var free: [AddressRange] { rows.filter { $0.state == "MEM_FREE" }.map(\.range) }

  private func protection(_ row: Row) -> String {
    row.state == "MEM_FREE"
      ? "PAGE_NOACCESS"
      : row.state == "MEM_RESERVE" ? "" : row.isExecutable ? "PAGE_EXECUTE_READ" : "PAGE_READWRITE"
  }

  private static func hex(_ value: UInt64, backtick: Bool) -> String {
    let digits = String(value, radix: 16)
    guard backtick else { return digits }
    return "0`" + String(repeating: "0", count: max(0, 8 - digits.count)) + digits
  }

  /// The table, with the marks for the first and for later rows of an allocation.
  func table(marks: (first: String, later: String), backtick: Bool, wrappedAt width: Int? = nil)
    -> String
  {
    var text = "0:000> !address\n\n  BaseAddr EndAddr+1 RgnSize     Type       State\n-----\n"
    for row in rows {
      let type = row.state == "MEM_FREE" ? "           " : "MEM_PRIVATE"
      let numbers = [row.range.lower.value, row.range.upper.value, row.range.size.value]
        .map { Self.hex($0, backtick: backtick) }.joined(separator: " ")
      let mark = row.isFirst ? marks.first : marks.later
      var line =
        "\(mark) \(numbers) \(type) \(row.state) \(protection(row))          "
        + (row.state == "MEM_FREE" ? "Free" : "<unknown>  [MZ..f+;\" ..........]")
      if let width {
        while line.count > width {
          text += line.prefix(width) + "\n"
          line = String(line.dropFirst(width))
        }
      }
      text += line + "\n"
    }
    return text
  }

  /// The blocks of the oldest form, with this dash.
  func blocks(dash: String) -> String {
    let states = ["MEM_FREE": "00010000", "MEM_COMMIT": "00001000", "MEM_RESERVE": "00002000"]
    return rows.map { row in
      let (lower, size) = (
        String(row.range.lower.value, radix: 16), String(row.range.size.value, radix: 16)
      )
      return """
            \(row.isFirst ? "\(lower) : " : "      ")\(lower) \(dash) \(size)
                            Type     \(row.state == "MEM_FREE" ? "00000000" : "00020000 MEM_PRIVATE")
                            Protect  \(row.isExecutable ? "00000020 PAGE_EXECUTE_READ" : "00000004")
                            State    \(states[row.state] ?? "") \(row.state)
                            Usage    RegionUsage\(row.state == "MEM_FREE" ? "Free" : "IsVAD")

        """
    }.joined()
  }

  /// The blocks of `!vadump`.
  func vadump() -> String {
    let states = ["MEM_FREE": "00010000", "MEM_COMMIT": "00001000", "MEM_RESERVE": "00002000"]
    return "0:000> !vadump\n"
      + rows.map { row in
        """
        BaseAddress:       \(String(row.range.lower.value, radix: 16))
        RegionSize:        \(String(row.range.size.value, radix: 16))
        State:             \(states[row.state] ?? "")  \(row.state)
        Type:              00020000  MEM_PRIVATE


        """
      }.joined()
  }
}
