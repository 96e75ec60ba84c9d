public import AddressSpace

/// What a real process then got: the count, and where each buffer went, where that was noted.
public struct Expectation: Equatable, Sendable {
  /// How many buffers it got.
  public let count: UInt64
  /// Where they went, in order.
  public let ranges: [AddressRange]
  /// Where they begin, in order: of programs that tell no more.
  public let bases: [Address]

  /// Reads `count N` and lines of `LOW HIGH`, or of `LOW` alone, in hexadecimal.
  public init?(_ text: String) {
    var count: UInt64?
    var ranges: [AddressRange] = []
    var bases: [Address] = []
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ")
      if words.count == 1, let base = UInt64(words[0], radix: 16) { bases.append(Address(base)) }
      guard words.count == 2 else { continue }
      if words[0] == "count" {
        count = UInt64(words[1])
      } else if let low = UInt64(words[0], radix: 16), let high = UInt64(words[1], radix: 16),
        let range = AddressRange(Address(low), Address(high))
      {
        ranges.append(range)
      }
    }
    guard let count else { return nil }
    self.count = count
    self.ranges = ranges
    self.bases = bases.isEmpty ? ranges.map(\.lower) : bases
  }
}
