import AddressSpace
import TestSupport
import Testing

@testable import AddressSpaceReport

@Suite("The picture of an address space")
struct MapPictureTests {
  private struct Row {
    let address: UInt64
    let cells: [Character]
  }

  /// The rows behind their addresses, without the legend.
  private func rows(_ picture: MapPicture) throws -> [Row] {
    try picture.lines().dropLast().map { line in
      let parts = line.split(separator: " ")
      let address = try #require(UInt64(parts[0].dropFirst(2), radix: 16))
      return Row(address: address, cells: Array(parts[1]))
    }
  }

  static let layouts = [
    "linux-i386-3g", "linux-i386-4g", "linux-armv7-2g", "windows-2g", "windows-4g", "wine-4g",
  ]

  /// A map of random mappings, 4 KiB to 64 MiB long.
  private func randomMap(seed: UInt64) -> String {
    var generator = SeededGenerator(seed: seed)
    var text = ""
    var low: UInt64 = 0x1_0000
    /// As many small numbers as large ones.
    func pages(below bits: Int) -> UInt64 {
      let most = UInt64(1) << Int.random(in: 1..<bits, using: &generator)
      return UInt64.random(in: 1...most, using: &generator) << 12
    }
    while low < 0x7000_0000 {
      low += pages(below: 16)
      let size = pages(below: 15)
      text += "\(String(low, radix: 16))-\(String(low + size, radix: 16)) rw-p 0 00:00 0\n"
      low += size
    }
    return text
  }

  @Test("each cell shows what is in it", arguments: layouts, 1...5 as ClosedRange<UInt64>)
  func cells(layout: String, seed: UInt64) throws {
    let room = try room(randomMap(seed: seed), layout: layout)
    let picture = MapPicture(room: room, style: Style())
    let cell = picture.cell.value
    #expect(cell.nonzeroBitCount == 1)
    var low: UInt64 = 0
    for row in try rows(picture) {
      #expect(row.address == low)
      #expect(row.cells.count <= MapPicture.cellsPerRow)
      for sign in row.cells {
        var used = room.regions.reduce(0) { $0 + shared($1.range, low, low + cell) }
        if room.layout.space.lower.value >= cell {
          used +=
            min(low + cell, room.layout.space.lower.value) - min(low, room.layout.space.lower.value)
        }
        let expected: [Character] =
          used == 0 ? ["."] : used == cell ? ["#"] : used <= cell / 64 ? ["|"] : ["-", "+", "x"]
        #expect(expected.contains(sign), "at \(Address(low)): \(used) of \(cell), seed \(seed)")
        low += cell
      }
    }
    let upper = room.layout.space.upper.value
    #expect(low >= upper && low - upper < cell)
  }

  private func shared(_ range: AddressRange, _ low: UInt64, _ high: UInt64) -> UInt64 {
    let (lower, upper) = (max(range.lower.value, low), min(range.upper.value, high))
    return upper > lower ? upper - lower : 0
  }

  @Test("at most four rows of 64 cells, the width of a terminal", arguments: layouts)
  func size(layout: String) throws {
    let lines = MapPicture(room: try room(randomMap(seed: 9), layout: layout), style: Style())
      .lines()
    #expect(lines.count <= 5)
    #expect(lines.allSatisfy { $0.count <= 79 })
  }

  @Test("no space is too small or too large to draw")
  func extremes() throws {
    for upper: UInt64 in [0x1_1000, 0x10_0000, 1 << 40, 1 << 63, .max - 4095, .max] {
      let range = try #require(AddressRange(0x1_0000, Address(upper)))
      let snapshot = try room(WordingTests.small)
      let (map, _) = AddressMap.assembling(snapshot.regions)
      let layout = snapshot.layout.limited(to: range)
      let picture = MapPicture(room: Room(map: map, layout: layout), style: Style())
      #expect(picture.lines().count >= 2 && picture.lines().count <= 5, "\(range)")
    }
  }

  @Test("Unicode has its own signs, ASCII none of them")
  func signs() throws {
    let room = try room(randomMap(seed: 3))
    let ascii = MapPicture(room: room, style: Style()).lines()
    let unicode = MapPicture(room: room, style: Style(isUnicode: true)).lines()
    #expect(ascii.allSatisfy { $0.utf8.allSatisfy { $0 < 0x80 } })
    #expect(unicode.joined().contains("·") && unicode.joined().contains("█"))
    #expect(ascii.map(\.count) == unicode.map(\.count))
  }

  @Test("the four shades go up by quarters")
  func shades() throws {
    // Cells of 16 MiB: an eighth, three eighths, five eighths, and all.
    let maps = """
      10000000-10200000 rw-p 0 00:00 0
      11000000-11600000 rw-p 0 00:00 0
      12000000-12a00000 rw-p 0 00:00 0
      13000000-14000000 rw-p 0 00:00 0
      14000000-14040000 rw-p 0 00:00 0
      15000000-15041000 rw-p 0 00:00 0

      """
    let cells = try rows(MapPicture(room: try room(maps), style: Style())).flatMap(\.cells)
    #expect(String(cells[0x10...0x16]) == "-+x#|-.")
  }
}
