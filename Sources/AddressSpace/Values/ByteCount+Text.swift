extension ByteCount {
  /// Reads a size as people write it: `4096`, `0x3000000`, `48KiB`, `48K`, `1.5GiB`, `48MB`.
  ///
  /// A unit with `i` and a bare `K`, `M`, `G`, `T` are binary; `kB`, `MB`, `GB`, `TB` are decimal.
  /// Nil where the text is none of these, is no whole number of bytes or needs more than 64 bits.
  public init?(text: some StringProtocol) {
    if text.hasPrefix("0x") || text.hasPrefix("0X") {
      let digits = text.dropFirst(2)
      guard digits.first?.isHexDigit == true, let value = UInt64(digits, radix: 16) else {
        return nil
      }
      self.init(value)
      return
    }
    let number = text.prefix { ("0"..."9").contains($0) || $0 == "." }
    guard let unit = Self.units[text.dropFirst(number.count).lowercased()],
      let value = Self.scaled(number, by: unit)
    else { return nil }
    self.init(value)
  }

  private static let units: [String: UInt64] = [
    "": 1, "b": 1,
    "k": 1 << 10, "kib": 1 << 10, "kb": 1000,
    "m": 1 << 20, "mib": 1 << 20, "mb": 1_000_000,
    "g": 1 << 30, "gib": 1 << 30, "gb": 1_000_000_000,
    "t": 1 << 40, "tib": 1 << 40, "tb": 1_000_000_000_000,
  ]

  /// `number` times `unit`, exactly: decimal fractions never pass through floating point.
  private static func scaled(_ number: some StringProtocol, by unit: UInt64) -> UInt64? {
    let parts = number.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard let wholePart = parts.first, let whole = UInt64(wholePart) else { return nil }
    let (product, overflow) = whole.multipliedReportingOverflow(by: unit)
    guard !overflow else { return nil }
    guard parts.count == 2 else { return product }
    guard unit > 1, (1...6).contains(parts[1].count), let digits = UInt64(parts[1]) else {
      return nil
    }
    let denominator = (0..<parts[1].count).reduce(UInt64(1)) { power, _ in power * 10 }
    let (fraction, fractionOverflow) = digits.multipliedReportingOverflow(by: unit)
    guard !fractionOverflow else { return nil }
    let (sum, sumOverflow) = product.addingReportingOverflow(fraction / denominator)
    return sumOverflow ? nil : sum
  }
}

extension ByteCount: CustomStringConvertible {
  /// A few digits and a binary unit: `174.2 MiB`, `64 KiB`, `12 B`.
  public var description: String {
    let scales: [(UInt64, String)] = [(1 << 40, "TiB"), (1 << 30, "GiB"), (1 << 20, "MiB")]
    for (unit, name) in scales where value >= unit {
      return decimal(unit: unit, digits: unit == 1 << 20 ? 1 : 2) + " " + name
    }
    return value >= 1 << 10 ? decimal(unit: 1 << 10, digits: 1) + " KiB" : "\(value) B"
  }

  /// The value in `unit`, rounded half up, a whole number without its zero fraction.
  private func decimal(unit: UInt64, digits: Int) -> String {
    let scale: UInt64 = digits == 1 ? 10 : 100
    var whole = value / unit
    let rest = value % unit
    var fraction = (rest * scale + unit / 2) / unit
    if fraction == scale {
      whole += 1
      fraction = 0
    }
    guard fraction > 0 else { return "\(whole)" }
    let text = String(fraction)
    return "\(whole)." + String(repeating: "0", count: digits - text.count) + text
  }
}
