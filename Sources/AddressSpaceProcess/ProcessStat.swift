import AddressSpace

/// What `/proc/PID/stat` says of interest.
struct ProcessStat {
  let name: String
  /// Whether the kernel randomised it: `PF_RANDOMIZE` among its flags.
  let isRandomized: Bool?
  /// Where the brk heap begins.
  let startOfBreak: Address?
  /// The size of the program's own data: from `start_data` to `end_data`.
  let dataSegment: ByteCount?

  /// Reads the line; the name stands in parentheses and may itself hold any character.
  init?(_ text: String) {
    guard let open = text.firstIndex(of: "("), let close = text.lastIndex(of: ")"), open < close
    else { return nil }
    name = String(text[text.index(after: open)..<close])
    // Behind the name come fields 3 and up, as proc_pid_stat(5) numbers them.
    let fields = text[text.index(after: close)...].split(separator: " ")
    func field(_ number: Int) -> UInt64? {
      number - 3 < fields.count ? UInt64(fields[number - 3]) : nil
    }
    isRandomized = field(9).map { $0 & 0x0040_0000 != 0 }
    // Zero where we may not know it.
    let data = (start: field(45) ?? 0, end: field(46) ?? 0)
    dataSegment =
      data.start > 0 && data.end >= data.start ? ByteCount(data.end - data.start) : nil
    startOfBreak = field(47).flatMap { $0 == 0 ? nil : Address($0) }
  }
}
