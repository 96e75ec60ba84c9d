import AddressSpace
import AddressSpaceFormats
import SystemPackage
import TestSupport
import Testing

/// Reads files of Windows programs for the tests of their forms.
enum WindowsFiles {
  /// The folder of the files that belong to the project.
  static let own = Fixtures.own.appending("windows")

  /// A file of the project.
  static func bytes(_ name: String) throws -> [UInt8] {
    try Fixtures.bytes(own.appending(name))
  }

  static func text(_ name: String) throws -> String {
    String(decoding: try bytes(name), as: UTF8.self)
  }

  static func snapshot(_ name: String, number: Int? = nil) throws -> Snapshot {
    try snapshot(bytes(name), number: number)
  }

  static func snapshot(of text: String) throws -> Snapshot {
    try snapshot(Array(text.utf8))
  }

  static func snapshot(_ bytes: [UInt8], number: Int? = nil) throws -> Snapshot {
    var options = SavedFile.Options()
    options.snapshot = number
    return try SavedFile.read(bytes, options: options)
  }

  /// The same text in UTF-16 with its mark.
  static func utf16(_ text: String, lowFirst: Bool) -> [UInt8] {
    (lowFirst ? [0xFF, 0xFE] : [0xFE, 0xFF])
      + text.utf16.flatMap { unit in
        let (low, high) = (UInt8(unit & 0xFF), UInt8(unit >> 8))
        return lowFirst ? [low, high] : [high, low]
      }
  }

  /// The gaps between a map's regions from address zero to `end`.
  static func gaps(in map: AddressMap, end: Address) -> [AddressRange] {
    var reached: Address = 0
    var gaps: [AddressRange] = []
    for region in map.regions {
      if let gap = AddressRange(reached, region.range.lower) { gaps.append(gap) }
      reached = max(reached, region.range.upper)
    }
    return gaps + [AddressRange(reached, end)].compactMap { $0 }
  }

  /// Asks everything of what was read; answers how many buffers fit.
  @discardableResult
  static func ask(_ bytes: [UInt8]) throws -> BufferForecast? {
    let snapshot: Snapshot
    do {
      snapshot = try SavedFile.read(bytes)
    } catch {
      #expect(!error.description.isEmpty)
      return nil
    }
    #expect(!snapshot.map.regions.isEmpty)
    let layout = Layout.inferred(from: snapshot.map, facts: snapshot.facts)
    let inspection = try Inspection(snapshot, layout: layout)
    let room = inspection.room
    #expect(room.freeBytes + room.mappedBytes == room.spaceBytes)
    for buffer in inspection.buffers { #expect(buffer.fits <= buffer.fitsIfContiguous) }
    return inspection.buffers.first
  }

  /// Every prefix of a small file, and random damage to it, give a snapshot or an error.
  static func damage(_ bytes: [UInt8], seed: UInt64, step: Int = 1, times: Int = 200) throws {
    for count in stride(from: 0, through: bytes.count, by: step) {
      try ask(Array(bytes.prefix(count)))
    }
    var random = SeededGenerator(seed: seed)
    for _ in 0..<times {
      var damaged = bytes
      for _ in 0..<Int.random(in: 1...12, using: &random) where !damaged.isEmpty {
        let index = Int.random(in: damaged.indices, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: damaged[index] = UInt8.random(in: 0...255, using: &random)
        case 1: damaged.remove(at: index)
        case 2: damaged.insert(UInt8(ascii: "f"), at: index)
        default:
          let end = min(damaged.count, index + Int.random(in: 1...200, using: &random))
          damaged.insert(contentsOf: damaged[index..<end], at: index)
        }
      }
      try ask(damaged)
    }
  }
}
