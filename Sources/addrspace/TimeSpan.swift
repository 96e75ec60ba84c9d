import ArgumentParser

/// A time as people write it: `30`, `30s`, `500ms`, `2m`, `1.5h`.
struct TimeSpan: ExpressibleByArgument {
  let seconds: Double

  init?(argument: String) {
    let number = argument.prefix { ("0"..."9").contains($0) || $0 == "." }
    guard let unit = Self.units[String(argument.dropFirst(number.count))],
      let value = Double(number), number.first != ".", number.last != ".",
      (0.001...1e8).contains(value * unit)
    else { return nil }
    seconds = value * unit
  }

  private static let units: [String: Double] = [
    "": 1, "s": 1, "ms": 0.001, "m": 60, "min": 60, "h": 3600,
  ]
}
