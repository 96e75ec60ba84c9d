import AddressSpace

/// The lines of a capture that keep the totals of a source that lists hardly any memory: numbers, `-`
/// for what it does not tell.
enum SummaryText {
  /// `FREE SPANS REGIONS RESERVED`, and for each kind `KIND REGIONS BYTES`.
  static func fields(of summary: SummaryFacts) -> [(CaptureHeader.Field, String)] {
    let counts = [summary.freeSpans, summary.regions].map { $0.map(String.init) ?? "-" }
    let reserved = summary.reserved.map { "\($0.value)" } ?? "-"
    return [
      (
        .summary,
        (["\(summary.freeElsewhere.value)"] + counts + [reserved]).joined(separator: " ")
      )
    ]
      + summary.kinds.map {
        (.summaryKind, "\($0.kind.rawValue) \($0.regions) \($0.bytes.value)")
      }
  }

  /// Reads `FREE SPANS REGIONS RESERVED`.
  static func summary(_ text: String) -> SummaryFacts? {
    let words = text.split(separator: " ")
    let numbers = words.map { number($0) }
    guard words.count == 4, let free = numbers[0],
      zip(words, numbers).allSatisfy({ $0 == "-" || $1 != nil })
    else { return nil }
    return SummaryFacts(
      freeElsewhere: ByteCount(free), freeSpans: numbers[1].map { Int(clamping: $0) },
      regions: numbers[2].map { Int(clamping: $0) }, reserved: numbers[3].map { ByteCount($0) })
  }

  /// Reads `KIND REGIONS BYTES`.
  static func kind(_ text: String) -> KindUsage? {
    let words = text.split(separator: " ")
    guard words.count == 3, let kind = Region.Kind(rawValue: String(words[0])),
      let regions = number(words[1]), let bytes = number(words[2])
    else { return nil }
    return KindUsage(kind: kind, regions: Int(clamping: regions), bytes: ByteCount(bytes))
  }

  /// No number is so large that sums of some could overflow.
  private static func number(_ text: Substring) -> UInt64? {
    UInt64(digits: text).flatMap { $0 < 1 << 48 ? $0 : nil }
  }
}
