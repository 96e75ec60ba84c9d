import AddressSpace

/// The address space as rows of cells.
///
/// Each cell stands for the same number of bytes. What is mapped fills it; a cell that is free but
/// for a little shows a bar, since it is those that split spans.
struct MapPicture {
  let room: Room
  let style: Style

  static let cellsPerRow = 64
  private static let rows = 4
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
    let span = room.layout.space.upper.value
    var cell: UInt64 = 1 << 12
    while cell * UInt64(Self.cellsPerRow * Self.rows) < span { cell <<= 1 }
    return ByteCount(cell)
  }

  /// The rows, each behind the address of its first cell, and a legend.
  func lines() -> [String] {
    let bytes = usedBytes()
    var lines: [String] = []
    for start in stride(from: 0, to: bytes.count, by: Self.cellsPerRow) {
      let address = Address(UInt64(start) * cell.value)
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

  private func sign(_ used: UInt64) -> String {
    if used == 0 { return style.paint(String(signs.free), .free) }
    if used * Self.pinPart <= cell.value { return style.paint(String(signs.pin), .pin) }
    let quarter = min(3, Int(used * 4 / cell.value))
    return String(signs.shades[used >= cell.value ? 3 : min(quarter, 2)])
  }

  /// How many bytes of each cell are taken. What lies outside the space is not drawn as free.
  private func usedBytes() -> [UInt64] {
    let size = cell.value
    let count = Int((room.layout.space.upper.value + size - 1) / size)
    var bytes = [UInt64](repeating: 0, count: count)
    func add(_ range: AddressRange) {
      var lower = range.lower.value
      while lower < range.upper.value {
        let index = Int(lower / size)
        guard index < count else { return }
        let end = min(range.upper.value, (UInt64(index) + 1) * size)
        bytes[index] += end - lower
        lower = end
      }
    }
    for region in room.regions { add(region.range) }
    if let below = AddressRange(0, room.layout.space.lower), below.size >= cell { add(below) }
    return bytes
  }
}
