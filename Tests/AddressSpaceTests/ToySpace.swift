import TestSupport

@testable import AddressSpace

/// A small space with what is mapped in it.
struct ToySpace: PagedSpace, CustomStringConvertible {
  /// A mapping.
  struct Piece: Equatable {
    var pages: Range<Int>
    var isFixed = false
    var growsDown = false
  }

  var style: PagedStyle
  var pages: Range<Int>
  var pieces: [Piece]
  var passes: [PagedPass]
  var guardGap = 0
  var blocked: [Range<Int>] = []

  var description: String {
    let list = pieces.map { piece in
      "\(piece.pages)" + (piece.isFixed ? "!" : "") + (piece.growsDown ? "v" : "")
    }
    return "\(rules), taken \(list.joined(separator: " "))"
  }
}

extension ToySpace {
  var layout: Layout {
    Layout(
      name: "toy", space: Self.range(pages), wordSize: .bits32,
      system: style.isWindows ? .windows : .linux, pageSize: ByteCount(Self.page),
      granularity: granularity, searches: searches, guardGap: Self.bytes(guardGap),
      blocked: blocked.map(Self.range), basis: "made by hand", isAssumed: false)
  }

  var map: AddressMap {
    AddressMap.assembling(
      pieces.map { piece in
        Region(
          range: Self.range(piece.pages), access: [.read, .write],
          name: piece.isFixed ? "[vdso]" : "", traits: piece.growsDown ? .growsDown : [])
      }
    ).map
  }

  var room: Room { Room(map: map, layout: layout) }

  /// Who asks for exactly the pages that are wanted.
  var allocator: Allocator {
    Allocator(style.isWindows ? .virtualalloc : .mmap)
  }

  func without(_ members: Range<Int>) -> ToySpace {
    var rest = self
    rest.pieces.removeSubrange(members)
    return rest
  }
}

extension ToySpace {
  /// A space at random: pieces of 1 to 12 pages, some touching, some fixed, some growing down.
  static func random(_ style: PagedStyle, _ random: inout SeededGenerator) -> ToySpace {
    let low = Int.random(in: 16...24, using: &random)
    let high = low + Int.random(in: 30...110, using: &random)
    var space = ToySpace(style: style, pages: low..<high, pieces: [], passes: [])
    let usual = Int.random(in: 2...24, using: &random)
    var next = low + Int.random(in: 0...usual, using: &random)
    while next < high {
      let end = min(high, next + Int.random(in: 1...12, using: &random))
      space.pieces.append(
        Piece(
          pages: next..<end, isFixed: Int.random(in: 0..<8, using: &random) == 0,
          growsDown: Int.random(in: 0..<6, using: &random) == 0))
      next = end + (Bool.random(using: &random) ? 0 : Int.random(in: 1...usual, using: &random))
    }
    space.guardGap = Int.random(in: 0...6, using: &random)
    space.drawPasses(&random)
    return space
  }
}
