import AddressSpace
import AddressSpaceTrace

/// How the largest free span and what fits went, as a few rows of cells from left to right.
///
/// A cell shows the lowest that its stretch of time has seen: it is the lows that matter.
struct TimelinePicture {
  let points: [Timeline.Point]
  /// From zero up to this, in nanoseconds.
  let duration: UInt64
  let style: Style

  private static let rows = 3
  private static let label = 12
  private var columns: Int { min(64, style.columns - Self.label - 3) }

  /// From nothing to full; the first is blank.
  private var levels: [Character] {
    style.isUnicode
      ? [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"] : [" ", ".", ":", "#"]
  }

  /// The lowest largest span and the fewest of the first buffer, a column each.
  private var lows: [(largest: UInt64, fits: UInt64?)] {
    guard let first = points.first, duration > 0 else { return [] }
    var lows: [(largest: UInt64, fits: UInt64?)] = []
    var current = first
    var next = 0
    for column in 0..<columns {
      let part = Double(column + 1) / Double(columns)
      let isLast = column == columns - 1
      var low = (largest: current.largestFree.value, fits: current.fits.first)
      while next < points.count,
        isLast || Double(points[next].time) < Double(duration) * part
      {
        current = points[next]
        low = (
          min(low.largest, current.largestFree.value),
          current.fits.first.map { min($0, low.fits ?? $0) }
        )
        next += 1
      }
      lows.append(low)
    }
    return lows
  }

  /// The rows, what fits of the first buffer below them, and the times.
  func lines(fitsLabel: String?) -> [String] {
    let lows = self.lows
    let top = points.map(\.largestFree.value).max() ?? 0
    guard !lows.isEmpty, top > 0 else { return [] }
    var lines = (0..<Self.rows).map { row in
      let label = row == 0 ? "\(ByteCount(top))" : row == Self.rows - 1 ? "0" : ""
      let cells = lows.map { cell(of: $0.largest, top: top, row: Self.rows - 1 - row) }
      let shown = trimmed(String(cells))
      return shown.isEmpty
        ? trimmed(head(label)) : head(label) + style.paint(shown, .free)
    }
    if let fitsLabel, lows.contains(where: { $0.fits != nil }) {
      let digits = lows.map { low in low.fits.map { $0 > 9 ? "+" : "\($0)" } ?? " " }.joined()
      lines.append(trimmed(head(fitsLabel) + digits))
    }
    let end = duration.secondsText
    let axis = "0 s".padded(right: columns - end.count) + end
    lines.append(String(repeating: " ", count: Self.label + 3) + style.paint(axis, .detail))
    return lines
  }

  private func head(_ label: String) -> String {
    label.padded(left: Self.label) + (style.isUnicode ? " │" : " |")
  }

  private func cell(of value: UInt64, top: UInt64, row: Int) -> Character {
    let steps = levels.count - 1
    let filled = Int((Double(value) / Double(top) * Double(Self.rows * steps)).rounded(.up))
    return levels[max(0, min(steps, filled - row * steps))]
  }

  private func trimmed(_ line: String) -> String {
    String(line.reversed().drop { $0 == " " }.reversed())
  }
}
