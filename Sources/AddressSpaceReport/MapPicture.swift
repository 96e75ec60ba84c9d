import AddressSpace

/// The address space as rows of cells.
///
/// Each cell stands for the same number of bytes. What is mapped fills it; a cell that is free but
/// for a little shows a bar, since it is those that split spans.
struct MapPicture {
  let room: Room
  let style: Style

  /// The most rows there may be.
  var rows = 4

  static let cellsPerRow = 64
  /// A cell with less taken than this part is free but for a pin.
  private static let pinPart: UInt64 = 64

  private struct Signs {
    let free: Character
    let pin: Character
    let shades: [Character]
  }

  private var signs: Signs {
    style.isUnicode
      ? Signs(free: "·", pin: "|", shades: ["░", "▒", "▓", "█"])
      : Signs(free: ".", pin: "|", shades: ["-", "+", "x", "#"])
  }

  /// The size of a cell: a power of two, so that cells begin at round addresses.
  var cell: ByteCount {
    var cell = ByteCount.kibibytes(4)
    while cells(of: cell) > UInt64(Self.cellsPerRow * rows) {
      cell = ByteCount(cell.value << 1)
    }
    return cell
  }

  private func cells(of size: ByteCount) -> UInt64 {
    let first = room.layout.space.lower.value / size.value
    return (room.layout.space.upper.value - 1) / size.value - first + 1
  }

  /// Where the first cell begins: at zero where that is only a part of a cell below the space.
  private var origin: Address { room.layout.space.lower.roundedDown(to: cell) }

  /// The rows, each behind the address of its first cell, and a legend.
  func lines() -> [String] {
    let bytes = usedBytes()
    var lines: [String] = []
    for start in stride(from: 0, to: bytes.count, by: Self.cellsPerRow) {
      let address = origin + ByteCount(UInt64(start) * cell.value)
      let cells = bytes[start..<min(start + Self.cellsPerRow, bytes.count)]
      lines.append("  \(address) " + cells.map(sign).joined())
    }
    let shades = String(signs.shades)
    lines.append(
      style.paint(
        "  one cell \(cell)   \(signs.free) free   \(signs.pin) free but for a pin   "
          + "\(shades) how full", .detail))
    return lines
  }

  /// All of the space in one line, between its bounds.
  func strip() -> String {
    var picture = self
    picture.rows = 1
    let cells = picture.usedBytes().map(picture.sign).joined()
    return "  \(room.layout.space.lower) \(cells) \(room.layout.space.upper)"
  }

  private func sign(_ used: UInt64) -> String {
    if used == 0 { return style.paint(String(signs.free), .free) }
    if used * Self.pinPart <= cell.value { return style.paint(String(signs.pin), .pin) }
    let quarter = min(3, Int(used * 4 / cell.value))
    return String(signs.shades[used >= cell.value ? 3 : min(quarter, 2)])
  }

  /// How many bytes of each cell are taken.
  private func usedBytes() -> [UInt64] {
    let size = cell.value
    let origin = origin.value
    var bytes = [UInt64](repeating: 0, count: Int(cells(of: cell)))
    for region in room.regions {
      var lower = region.range.lower.value
      while lower < region.range.upper.value {
        let index = (lower - origin) / size
        let end = min(region.range.upper.value, origin + (index + 1) * size)
        bytes[Int(index)] += end - lower
        lower = end
      }
    }
    return bytes
  }
}
