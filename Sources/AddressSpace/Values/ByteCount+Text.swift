extension ByteCount {
  /// Reads a size as people write it: `4096`, `0x3000000`, `48KiB`, `48K`, `1.5GiB`, `48MB`.
  ///
  /// A unit with `i` and a bare `K`, `M`, `G`, `T` are binary; `kB`, `MB`, `GB`, `TB` are decimal.
  /// Nil where the text is none of these, is no whole number of bytes or needs more than 64 bits.
  public init?(text: some StringProtocol) {
    if text.hasPrefix("0x") || text.hasPrefix("0X") {
      let digits = text.dropFirst(2)
      guard let value = UInt64(digits: digits, radix: 16) else {
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
    guard let wholePart = parts.first, let whole = UInt64(digits: wholePart) else { return nil }
    let (product, overflow) = whole.multipliedReportingOverflow(by: unit)
    guard !overflow else { return nil }
    guard parts.count == 2 else { return product }
    guard unit > 1, (1...6).contains(parts[1].count), let digits = UInt64(digits: parts[1]) else {
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
    guard value >= 1 << 10 else { return "\(value) B" }
    var rank = 0
    // What rounds to 1024 of a unit is one of the next.
    while rank + 1 < Self.scales.count, hundredths(of: Self.scales[rank]) >= 102_400 { rank += 1 }
    let scale = Self.scales[rank]
    let hundredths = hundredths(of: scale)
    let fraction = hundredths % 100
    let digits =
      fraction == 0
      ? ""
      : scale.digits == 1 ? ".\(fraction / 10)" : fraction < 10 ? ".0\(fraction)" : ".\(fraction)"
    return "\(hundredths / 100)\(digits) \(scale.name)"
  }

  private typealias Scale = (shift: UInt64, digits: Int, name: String)

  private static let scales: [Scale] = [
    (10, 1, "KiB"), (20, 1, "MiB"), (30, 2, "GiB"), (40, 2, "TiB"),
  ]

  /// The value in hundredths of a unit, rounded half up to the digits that are shown.
  private func hundredths(of scale: Scale) -> UInt64 {
    let whole = value >> scale.shift
    let rest = value - (whole << scale.shift)
    let steps: UInt64 = scale.digits == 1 ? 10 : 100
    let fraction = (rest * steps + (1 << (scale.shift - 1))) >> scale.shift
    return whole * 100 + fraction * (100 / steps)
  }
}
